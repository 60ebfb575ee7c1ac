//! The writer's English.

use super::writer::{Kind, Language};

pub const LANGUAGE: Language = Language {
    kinds: &[
        (Kind::Joke, &["joke", "funny", "laugh", "pun "]),
        (Kind::Poem, &["poem", "haiku", "verse", "rhyme", "song"]),
        (Kind::Story, &["story", "tale", "fairy", "once upon"]),
        (Kind::Code, &["code", "function", "program", "script", "regex", "algorithm"]),
        (Kind::Compare, &["difference", "compare", " vs", "versus", "better than"]),
        (Kind::HowTo, &["how do", "how to", "how can", "how should", "steps", "recipe", "plan "]),
    ],
    subject,
    keywords,
    no_subject: "streams of words",
    text,
    follow_up: "You asked before: “{before}”. Keeping that in mind, on to the next.\n\n",
    signature: "(Written by the relay's built-in writer. Start it with --upstream to ask a model.)",
    names: &["Mara", "Edgar", "Ilse", "Tomás", "Priya", "Noor", "Hugo"],
    places: &[
        "a harbour town",
        "a mountain station",
        "a quiet suburb",
        "an old mill",
        "a night train",
    ],
};

/// Words that ask, and say nothing of what is asked for.
#[rustfmt::skip]
const ASKING: &[&str] = &[
    "a", "about", "am", "an", "and", "are", "between", "brief", "can", "could", "describe",
    "detail", "difference", "differences", "do", "does", "explain", "for", "funny", "give",
    "hello", "hey", "hi", "how", "i", "in", "is", "joke", "know", "long", "me", "my", "of",
    "on", "please", "poem", "short", "should", "some", "story", "tale", "tell", "thanks",
    "that", "the", "this", "to", "us", "want", "was", "we", "what", "what's", "when", "where",
    "which", "who", "why", "with", "would", "write", "you", "your", "compare",
];

const LONGEST_SUBJECT: usize = 8;

fn is_asking(word: &str) -> bool {
    ASKING.contains(&word.to_lowercase().as_str())
}

fn subject(prompt: &str) -> String {
    let words: Vec<_> = prompt
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '#' && c != '+'))
        .filter(|word| !word.is_empty())
        .collect();
    let Some(first) = words.iter().position(|word| !is_asking(word)) else { return String::new() };
    let last = words.iter().rposition(|word| !is_asking(word)).unwrap_or(first);
    let last = last.min(first + LONGEST_SUBJECT - 1);
    words[first..=last].join(" ")
}

fn keywords(subject: &str) -> Vec<String> {
    subject.split(' ').filter(|word| !is_asking(word)).map(str::to_owned).collect()
}

fn text(kind: Kind) -> &'static str {
    match kind {
        Kind::Joke => JOKE,
        Kind::Story => STORY,
        Kind::Poem => POEM,
        Kind::Code => CODE,
        Kind::HowTo => HOW_TO,
        Kind::Compare => COMPARE,
        Kind::Explain => EXPLAIN,
    }
}

const JOKE: &str = "\
“{prompt}” Gladly, though I warn you: I laugh at my own.

{name} walks into a bar in {place} and orders something to drink. The bartender asks, “And what brings you here?”

“{Subject},” says {name}. “I have been thinking about nothing else for three days.”

“Three days? What did you find out?”

“On the first day I found out that nobody else was thinking about it. On the second day I found out why. On the third \
day I ran out of coffee.”

The bartender nods slowly, polishes the same glass for the fourth time, and says: “You know, we once had a whole \
conference on {a} in the back room. Eighty people, two screens, name badges and everything.”

“Really? How did it go?”

“Wonderfully. In the last session they agreed on a definition of {b}. Then somebody asked whether it should be \
plural, and that was the end of the furniture.”

{name} looks around at the brand-new chairs. “And {c}?”

“Oh,” says the bartender, “for {c} we use the garden.”";

const STORY: &str = "\
Here is a story for “{prompt}”.

Nobody in {place} remembered when {subject} had first become a matter of talk. {name} only knew that it had always been \
there, like the smell of rain on the stairs and the clock that ran eleven minutes late.

One evening in November, long after the shops had closed, somebody knocked. On the doorstep lay a parcel without an \
address, tied with green string. Inside was a note with one line of careful handwriting: “It was never about {a}. Look \
again.”

So {name} looked again. Behind the cupboard, under the loose board, in the margins of the old notebooks; and everywhere \
there were small signs, a word here, a drawing there, all of them speaking of {b} as if it were an old friend who had \
gone out for bread and would be back any minute.

By morning the table was covered with paper and the tea had gone cold twice. The answer, when it came, was so plain that \
{name} laughed aloud: all these years people had asked what {c} was for, and not one of them had thought to ask who was \
waiting for it.

The green string still hangs by the door. Those who know, touch it when they leave.";

const POEM: &str = "\
For “{prompt}”, in four small verses:

I went to look for {subject}
before the lamps were lit,
and found the road already warm
with those who looked for it.

They carried {a} in paper bags,
they hummed it, out of tune,
and some had drawn it on their sleeves
by half a yellow moon.

In {place} a window stood
wide open to the night,
and {name} said, leaning from the sill:
“You nearly have it right.

It is not {b} that makes you stay,
nor {c} that makes you roam;
it is the word you almost say
when somebody walks home.”

So now I keep a little gap
between what’s said and heard,
and every evening, faithfully,
I fill it with a word.

That is all of it. If you would like it shorter, sadder, or without the moon, say so: a poem is patient, and this one \
has been rewritten before.";

const CODE: &str = "\
You asked: “{prompt}”. Let us build {subject} in small steps, each of which can be run and tested.

1. Say what goes in and what comes out. Write three examples by hand, one of them empty, and keep them: they become the \
tests for {a}.

2. Write the plainest thing that passes them:

```
function solve(input) {open}
  const result = []
  for (const item of input) {open}
    if (accept(item)) result.push(convert(item))
  {close}
  return result
{close}
```

3. Now look at {b}. Where does the time go as the input grows ten times longer? If each item is looked at once, you are \
done; if it is compared with all the others, sort first or keep a map.

4. Decide what happens when something is wrong. A clear error at the edge is worth more than ten checks in the middle, \
and whoever calls {c} will thank you for a message that says which item it was.

5. Only then make it pretty: give names to the two helper functions, delete what is no longer used, and write down the \
one thing that surprised you.

Tell me which language and which data you have, and the next answer can be about them.";

const HOW_TO: &str = "\
“{prompt}” Here is a way that works for most people.

**Before you begin.** Put everything for {subject} in one place and read all the steps once. Half of what goes wrong with \
{a} goes wrong because something was missing in the middle.

**1. Start small.** Make a first attempt that you can afford to throw away. It tells you more about {b} than an \
afternoon of reading.

**2. Change one thing at a time.** Write down what you did, in a few words. When it suddenly works, you will want to know \
why.

**3. Give it time.** Some parts of {c} cannot be hurried. Use the wait to clean up, and to look at what you wrote down.

**4. Check it honestly.** Ask somebody who has never done it to look at the result. {name}, who taught this in {place} \
for years, used to say that the second pair of eyes costs a cup of tea and saves a week.

**5. Do it again.** The second time takes half as long, and the third time you no longer need this list.

If you get stuck, tell me at which step, what you saw, and what you had expected to see.";

const COMPARE: &str = "\
A fair question: “{prompt}” Let me put {subject} side by side.

**What they share.** People reach for either when they have the same need, which is why they are mixed up so often. Both \
{a} and {b} have been around long enough to have habits, loyal friends and a few myths.

**Where they differ.** The first difference is what each one promises. With {a} you know beforehand what you will get, \
and you pay for that with a little patience. With {b} you begin at once, and some of the surprises are yours to deal \
with.

**What it costs.** Count not only the first day but the hundredth one. Whatever is easy to start can be laborious to \
keep, and the other way round.

**When to choose which.** Take {a} when a mistake would be expensive. Take {b} when being late would be. And if you \
cannot tell yet, try both on something small: an hour of trying settles what a week of arguing does not.

{name}, who has used both in {place}, keeps them in the same drawer. There is some wisdom in that.";

const EXPLAIN: &str = "\
You asked: “{prompt}” Here is how I would explain {subject}, from the outside in.

**In one sentence.** {Subject} is best understood by what would be missing without it.

**A little longer.** Imagine {place} on an ordinary morning. Everybody is busy, nobody thinks of {a}, and yet nearly \
everything that happens there leans on it somewhere. {name} notices it only on the day when it fails, and then cannot \
think of anything else. That is the usual way of meeting it.

**The parts.** There are three to keep in mind. First, {a} itself: what it is made of and where it comes from. Second, \
{b}: what it does to the things around it, which is mostly what we can see and measure. Third, {c}: what people have made \
of it, the names, the rules of thumb and the mistakes.

**A common mistake.** It is tempting to take the most visible part for the whole. Ask instead what would change if you \
doubled it, and what if you took it away.

**Where to go on.** Pick the part that you could not explain to a friend, and ask me about that one. Good questions about \
{subject} are usually small ones.";
