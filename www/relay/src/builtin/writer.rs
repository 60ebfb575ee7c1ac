//! What to answer: the language and the kind of text that a prompt asks for, and the prompt's own
//! words in it.

use super::template::{fill, seed};
use super::tokens::is_han;
use super::{chinese, english};

/// The longest quotation of a prompt, and the longest subject, in characters. Both are in the answer
/// many times, so a huge prompt must not make it many times as huge.
const LONGEST_QUOTE: usize = 80;

/// What a prompt asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Joke,
    Story,
    Poem,
    Code,
    HowTo,
    Compare,
    Explain,
}

/// What a language brings.
pub struct Language {
    /// Words that tell the kind, looked for in this order.
    pub kinds: &'static [(Kind, &'static [&'static str])],
    /// What the prompt is about, without the words that only ask; empty if nothing is left.
    pub subject: fn(&str) -> String,
    /// The words to speak of, out of the subject.
    pub keywords: fn(&str) -> Vec<String>,
    /// What to speak of when the prompt names nothing.
    pub no_subject: &'static str,
    /// The text of each kind.
    pub text: fn(Kind) -> &'static str,
    /// Opens an answer that follows another question.
    pub follow_up: &'static str,
    /// Says who wrote.
    pub signature: &'static str,
    pub names: &'static [&'static str],
    pub places: &'static [&'static str],
}

/// Writes the answer to `prompt`, the same each time, in Chinese if the prompt has Chinese
/// characters, else in English. `before` is what was asked last, if this is not the first question.
pub fn answer(prompt: &str, before: Option<&str>) -> String {
    let language = if prompt.chars().any(is_han) { &chinese::LANGUAGE } else { &english::LANGUAGE };
    let subject = Some(quote(&(language.subject)(prompt))).filter(|subject| !subject.is_empty());
    let subject = subject.unwrap_or_else(|| language.no_subject.to_owned());
    let keywords = (language.keywords)(&subject);
    let keyword = |at: usize| {
        let found = keywords.get(at % keywords.len().max(1));
        found.unwrap_or(&subject)
    };
    let (quote, before_quote) = (quote(prompt), quote(before.unwrap_or_default()));
    let title = capitalised(&subject);
    let seed = seed(prompt);
    let opening = if before.is_some() { language.follow_up } else { "" };
    let text = (language.text)(kind(prompt, language));
    let template = format!("{opening}{text}\n\n{}", language.signature);
    fill(&template, |name| {
        Some(match name {
            "prompt" => &quote,
            "before" => &before_quote,
            "subject" => &subject,
            "Subject" => &title,
            "a" => keyword(0),
            "b" => keyword(1),
            "c" => keyword(2),
            "open" => "{",
            "close" => "}",
            "name" => language.names[seed % language.names.len()],
            "place" => language.places[seed / 7 % language.places.len()],
            _ => return None,
        })
    })
}

fn kind(prompt: &str, language: &Language) -> Kind {
    let prompt = prompt.to_lowercase();
    let asks = |words: &&[&str]| words.iter().any(|word| prompt.contains(word));
    let found = language.kinds.iter().find(|(_, words)| asks(words));
    found.map_or(Kind::Explain, |(kind, _)| *kind)
}

/// The text on one line, and not too long.
fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_QUOTE {
        return line;
    }
    line.chars().take(LONGEST_QUOTE - 1).chain(['…']).collect()
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tokens::split;
    use super::*;

    const PROMPTS: [(&str, Kind, &str); 14] = [
        ("Tell me a joke about penguins and the moon", Kind::Joke, "penguins and the moon"),
        ("Write a story about a lost umbrella", Kind::Story, "lost umbrella"),
        ("A poem on autumn rain, please", Kind::Poem, "autumn rain"),
        ("Write a Rust function that sorts names", Kind::Code, "Rust function that sorts names"),
        ("How do I bake sourdough bread?", Kind::HowTo, "bake sourdough bread"),
        ("What is the difference between TCP and UDP?", Kind::Compare, "TCP and UDP"),
        ("What is a black hole?", Kind::Explain, "black hole"),
        ("讲一个关于企鹅和月亮的笑话", Kind::Joke, "企鹅和月亮"),
        ("请写一个关于雨伞的故事。", Kind::Story, "雨伞"),
        ("给我写一首关于秋雨的诗", Kind::Poem, "秋雨"),
        ("用Python写一段排序代码", Kind::Code, "Python写一段排序"),
        ("怎么做红烧肉?", Kind::HowTo, "红烧肉"),
        ("茶和咖啡有什么区别?", Kind::Compare, "茶和咖啡"),
        ("什么是黑洞?", Kind::Explain, "黑洞"),
    ];

    #[test]
    fn each_kind_is_told_and_written_about_the_prompts_subject() {
        for (prompt, kind_meant, subject) in PROMPTS {
            let is_chinese = prompt.chars().any(is_han);
            let language = if is_chinese { &chinese::LANGUAGE } else { &english::LANGUAGE };
            assert_eq!(kind(prompt, language), kind_meant, "{prompt}");
            let text = answer(prompt, None);
            assert!(text.contains(subject), "{subject}: {text}");
            assert!(text.contains(prompt), "{prompt}: {text}");
            let han = text.chars().filter(|c| is_han(*c)).count();
            assert_eq!(han > 100, is_chinese, "{text}");
            let tokens = split(&text);
            assert!(tokens.len() >= 200, "{prompt}: {} tokens", tokens.len());
            assert_eq!(tokens.concat(), text);
        }
    }

    #[test]
    fn answers_differ_by_prompt_and_stay_the_same() {
        let of = |prompt| answer(prompt, None);
        assert_eq!(of("What is rain?"), of("What is rain?"));
        assert_ne!(of("What is rain?"), of("What is snow?"));
    }

    #[test]
    fn a_follow_up_speaks_of_the_question_before() {
        assert!(answer("And snow?", Some("What is rain?")).contains("“What is rain?”"));
        assert!(answer("那雪呢?", Some("什么是雨?")).contains("“什么是雨?”"));
    }

    #[test]
    fn odd_prompts_get_an_answer_too() {
        for prompt in
            ["?", "tell me", "{a} {nope} }{", "🐧", "a\nb\n\nc", "请", &"x y ".repeat(500)]
        {
            assert!(split(&answer(prompt, None)).len() >= 150, "{prompt}");
        }
    }

    #[test]
    fn a_huge_prompt_gets_an_answer_of_the_usual_length() {
        for prompt in ["x".repeat(1 << 20), "企".repeat(1 << 18), "x ".repeat(1 << 19)] {
            let length = answer(&prompt, Some(&prompt)).chars().count();
            assert!(length < 4000, "{length} characters");
        }
    }
}
