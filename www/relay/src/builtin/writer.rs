//! What to answer, token by token.

use super::texts::{CHINESE, CODE, ENGLISH};

/// The longest quotation of a prompt, in characters: a huge one must not make a huge answer.
const LONGEST_QUOTE: usize = 80;

/// Writes the answer to `prompt`, the same each time, in Chinese if the prompt has Chinese characters,
/// else in English. `before` is what was asked last, if this is not the first question.
pub fn answer(prompt: &str, before: Option<&str>) -> String {
    let language = if prompt.chars().any(is_han) { &CHINESE } else { &ENGLISH };
    let asked = prompt.to_lowercase();
    let asks = |words: &[&str]| words.is_empty() || words.iter().any(|word| asked.contains(word));
    let text = language.texts.iter().find(|(words, _)| asks(words)).map_or("", |(_, text)| text);
    let name = language.names[prompt.len() % language.names.len()];
    let follow_up = before.map(|before| language.follow_up.replace("{before}", &quote(before)));
    // What is put in is not looked at again: the prompt comes last.
    let text = text.replace('\n', "\n\n").replace("{code}", CODE).replace("{name}", name);
    let text = text.replace("{prompt}", &quote(prompt));
    format!("{}{text}\n\n{}", follow_up.unwrap_or_default(), language.signature)
}

/// The text on one line, and not too long.
fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = if line.chars().nth(LONGEST_QUOTE).is_some() { "…" } else { "" };
    format!("{line:.LONGEST_QUOTE$}{end}")
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

/// Cuts `text` into tokens that join to it again, of about the size that models write in: words with the
/// space before them, long ones in pieces, Han characters in pairs, all else one by one.
pub fn tokens(text: &str) -> Vec<String> {
    let is_word = |c: char| (c.is_alphanumeric() || c == '\'') && !is_han(c);
    let mut tokens: Vec<String> = Vec::new();
    for c in text.chars() {
        let token = tokens.last_mut().filter(|token| {
            let (length, last) = (token.chars().count(), token.chars().next_back());
            last.is_some_and(|last| {
                (last == ' ' || is_word(last)) && is_word(c) && length < 7
                    || is_han(last) && is_han(c) && length < 2
                    || last == '\n' && c == '\n'
            })
        });
        match token {
            Some(token) => token.push(c),
            None => tokens.push(c.into()),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prompt_is_quoted_and_answered_at_length_in_its_language() {
        let english = ["Tell me a joke", "A story", "A function", "Why?", "{name} }{", "🐧"];
        for prompt in english.into_iter().chain(["讲一个笑话", "写一首诗", "写代码", "什么是黑洞?"])
        {
            let text = answer(prompt, Some("Ice?"));
            assert!(text.contains(prompt) && text.contains("“Ice?”"), "{text}");
            let han = text.chars().filter(|c| is_han(*c)).count();
            assert_eq!(han > 200, prompt.chars().any(is_han), "{text}");
            let tokens = tokens(&text);
            assert!(tokens.len() >= 200, "{prompt}: {} tokens", tokens.len());
            assert_eq!(tokens.concat(), text);
        }
        assert!(answer(&"x ".repeat(1 << 19), None).chars().count() < 2000);
        let words = ["Hi", ",", " two", " ", " spaces", ".\n\n", "underst", "anding"].map(tokens);
        assert_eq!(tokens("Hi, two  spaces.\n\nunderstanding"), words.concat());
        assert_eq!(tokens("企鹅和月亮。"), ["企鹅", "和月", "亮", "。"]);
    }
}
