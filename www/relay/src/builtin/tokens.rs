//! Text to tokens of about the size that models write in.

/// The longest run of letters in one token, in characters.
const LONGEST_RUN: usize = 7;

/// Cuts `text` into tokens that join to it again: words with the space before them, long ones in
/// pieces, Han characters in pairs, each run of line ends, each other character.
pub fn split(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut token = String::new();
    let mut length = 0;
    let mut last = Kind::Other;
    for character in text.chars() {
        let kind = Kind::of(character);
        let joins = match (last, kind) {
            (Kind::Space, Kind::Word) | (Kind::LineEnd, Kind::LineEnd) => true,
            (Kind::Word, Kind::Word) => length < LONGEST_RUN,
            (Kind::Han, Kind::Han) => length < 2,
            _ => false,
        };
        if !joins && !token.is_empty() {
            tokens.push(std::mem::take(&mut token));
            length = 0;
        }
        token.push(character);
        length += 1;
        last = kind;
    }
    if !token.is_empty() {
        tokens.push(token);
    }
    tokens
}

#[derive(Clone, Copy)]
enum Kind {
    Space,
    Word,
    Han,
    LineEnd,
    Other,
}

impl Kind {
    fn of(character: char) -> Self {
        match character {
            ' ' => Self::Space,
            '\n' => Self::LineEnd,
            _ if is_han(character) => Self::Han,
            _ if character.is_alphanumeric() || character == '\'' => Self::Word,
            _ => Self::Other,
        }
    }
}

/// Whether `character` is a Chinese one.
pub fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_pairs_and_line_ends_are_tokens() {
        assert_eq!(
            split("Hi, two  spaces.\n\nEnd"),
            ["Hi", ",", " two", " ", " spaces", ".", "\n\n", "End"]
        );
        assert_eq!(split("企鹅和月亮。"), ["企鹅", "和月", "亮", "。"]);
        assert_eq!(split("understanding"), ["underst", "anding"]);
        assert!(split("").is_empty());
    }
}
