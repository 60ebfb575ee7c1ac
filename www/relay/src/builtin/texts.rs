//! What the writer writes, a paragraph a line. `{prompt}` is the question, `{name}` one of the names.

/// A language that the writer knows.
pub struct Language {
    /// Each with the words of a prompt that ask for it; the last one is for all other prompts.
    pub texts: [(&'static [&'static str], &'static str); 4],
    /// Opens an answer that follows another question, `{before}`.
    pub follow_up: &'static str,
    pub signature: &'static str,
    pub names: [&'static str; 5],
}

/// `{code}`, in every language.
pub const CODE: &str =
    "```js\nfunction solve(input) {\n  return input.filter(accept).map(convert)\n}\n```";

pub const ENGLISH: Language = Language {
    texts: [
        (&["joke", "funny", "laugh"], "“{prompt}” Gladly, though I warn you: I laugh at my own.
{name} walks into a bar in a harbour town and orders something to drink. The bartender asks, “And what brings you here?”
“A question,” says {name}. “I have been thinking about nothing else for three days.” “What did you find out?”
“On the first day I found out that nobody else was thinking about it. On the second day I found out why. On the third day I ran out of coffee.”
The bartender nods slowly, polishes the same glass for the fourth time, and says: “You know, we once had a whole conference on that in the back room. Eighty people, two screens, name badges and everything.” “How did it go?” “Wonderfully. In the last session they agreed on a definition. Then somebody asked whether it should be plural, and that was the end of the furniture.”"),
        (&["story", "tale", "poem"], "Here is a story for “{prompt}”.
Nobody in the old mill remembered when it had first become a matter of talk. {name} only knew that it had always been there, like the smell of rain on the stairs and the clock that ran eleven minutes late.
One evening in November, long after the shops had closed, somebody knocked. On the doorstep lay a parcel without an address, tied with green string. Inside was a note with one line of careful handwriting: “Look again.”
So {name} looked again. Behind the cupboard, under the loose board, in the margins of the notebooks there were small signs, a word here, a drawing there, all of them speaking of an old friend who had gone out for bread and would be back any minute.
By morning the table was covered with paper and the tea had gone cold twice. The answer, when it came, was so plain that {name} laughed aloud. The green string still hangs by the door."),
        (&["code", "function", "program", "script", "regex"], "You asked: “{prompt}”. Let us build it in small steps, each of which can be run and tested.
1. **Say what goes in and what comes out.** Write three examples by hand, one of them empty, and keep them: they become the tests.
2. **Write the plainest thing that passes them:**
{code}
3. **Look at the time it takes.** If each item is looked at once, you are done; if it is compared with all the others, sort first or keep a map.
4. **Decide what happens when something is wrong.** A clear error at the edge is worth more than ten checks in the middle: {name} will thank you for a message that says which item it was."),
        (&[], "You asked: “{prompt}” Here is how I would explain it, from the outside in.
**In one sentence.** It is best understood by what would be missing without it.
**A little longer.** Imagine a quiet suburb on an ordinary morning. Everybody is busy, nobody thinks of it, and yet nearly everything that happens there leans on it somewhere. {name} notices it only on the day when it fails, and then cannot think of anything else. That is the usual way of meeting it.
**The parts.** There are three to keep in mind:
- what it is made of, and where it comes from
- what it does to the things around it, which is mostly what we can see and measure
- what people have made of it: the names, the rules of thumb and the mistakes
**A common mistake.** It is tempting to take the most visible part for the whole. Ask instead what would change if you doubled it, and what if you took it away."),
    ],
    follow_up: "You asked before: “{before}”. Keeping that in mind, on to the next.\n\n",
    signature: "(Written by the relay's built-in writer. Start it with --upstream to ask a model.)",
    names: ["Mara", "Edgar", "Ilse", "Tomás", "Priya"],
};

pub const CHINESE: Language = Language {
    texts: [
        (&["笑话", "段子", "幽默"], "“{prompt}”——好的，先说好，不好笑不退钱。
{name}走进海边小镇的一家茶馆，坐下来就叹气。老板问：“客官，什么事这么愁？”“有一个问题，”{name}说，“我整整想了三天三夜。”“想出什么来了？”
“第一天，我发现除了我，没有人在想这件事。第二天，我明白了为什么没有人想。第三天，茶叶喝完了，我就到您这儿来了。”
老板一边擦杯子一边点头：“不瞒您说，去年这里还开过一次大会，专门讨论这个。来了八十个人，有横幅，有胸牌，还有两块大屏幕。”
“真的？结果怎么样？”“非常圆满。最后一天，大家一致通过了一个定义。然后有人问了一句：这个定义，要不要加个‘等’字？后来，就换了一批家具。”"),
        (&["故事", "童话", "诗"], "您说：“{prompt}”。那我就讲一个。
在河边的磨坊，没有人记得大家是从什么时候开始谈论这件事的。{name}只知道，它一直都在那里，就像雨后楼梯上的气味，就像那座永远慢十一分钟的钟。
十一月的一个晚上，店铺都打烊了，忽然有人敲门。门口放着一个没有地址的包裹，用绿色的绳子捆着。里面只有一张纸条，字写得很认真：“再看一遍。”
于是{name}又看了一遍。柜子后面，松动的地板下面，旧笔记本的页边，到处都是小小的记号：这里一个字，那里一幅画，好像在说一位出门买面包、马上就会回来的老朋友。
天快亮的时候，桌上铺满了纸，茶凉了两回。答案终于来了，简单得让{name}笑出了声：这么多年，人人都在问它有什么用，却没有一个人想过，是谁在等着它。"),
        (&["代码", "函数", "程序", "脚本"], "您的问题是：“{prompt}”。我们把它拆成几步，每一步都能运行，也都能测试。
1. **写清楚输入是什么，输出是什么。** 先手写三个例子，其中一个是空的，留着不要丢：它们就是测试。
2. **写出能通过测试的最朴素的版本：**
{code}
3. **看看时间花在哪里。** 如果每一项只看一遍，就已经够好了；如果每一项都要和其他所有项比较，就先排序，或者用一张表记下来。
4. **决定出错的时候怎么办。** 在入口处给出一个清楚的错误，胜过在中间做十次检查。{name}会感谢您告诉他，究竟是哪一项出了问题。"),
        (&[], "您问的是：“{prompt}”。我从外到里，说说我的理解。
**用一句话说。** 要明白它，最好的办法是想一想，没有它的时候会少了什么。
**说得长一点。** 想象一下城南老街的一个普通的早晨。人人都在忙，没有人想到它，可是那里发生的几乎每一件事，都在某个地方依靠着它。{name}只有在它出了问题的那一天才注意到它，然后就再也想不了别的事了。大多数人都是这样认识它的。
**它的几个部分。** 记住三样就够了：
- 它由什么组成，从哪里来
- 它对周围的事物做了什么，我们能看见、能测量的，大多是这一部分
- 人们怎样称呼它、怎样使用它，又在哪里犯过错
**常见的误会。** 人们容易把最显眼的部分当成全部。不妨问一问：如果把它加倍，会有什么变化？如果把它拿走呢？"),
    ],
    follow_up: "您之前问过“{before}”，我还记着，下面接着说。\n\n",
    signature: "（本文由中继内置的写手写成。启动时加上 --upstream，就可以向真正的模型提问。）",
    names: ["小林", "阿秋", "老周", "若水", "子墨"],
};
