//! Text of others: an upstream's, a client's, Redis's. It may hold line breaks, escape sequences and
//! more than anyone wants to read.

use std::fmt::{self, Display, Write};

/// Writes text on one line, without anything that a terminal or an editor acts upon: control
/// characters (C0 and C1), line and paragraph separators, bidirectional marks and other invisible
/// characters appear as escapes such as `\n` and `\u{202e}`. What is past `most` written characters
/// is dropped, and replaced by `…`.
pub struct OneLine<W> {
    out: W,
    /// How many more characters are written.
    left: usize,
}

impl<W: Write> OneLine<W> {
    pub fn new(out: W, most: usize) -> Self {
        Self { out, left: most }
    }
}

impl<W: Write> Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.left == 0 {
                return Ok(());
            }
            let visible = is_visible(character);
            let width = if visible { 1 } else { character.escape_debug().len() };
            if self.left <= width {
                self.left = 0;
                return self.out.write_char('…');
            }
            self.left -= width;
            match visible {
                true => self.out.write_char(character)?,
                false => write!(self.out, "{}", character.escape_debug())?,
            }
        }
        Ok(())
    }
}

fn is_visible(character: char) -> bool {
    matches!(character, '"' | '\'' | '\\') || character.escape_debug().len() == 1
}

/// The text as [`OneLine`] writes it.
pub fn one_line(text: impl Display, most: usize) -> String {
    let mut line = String::new();
    write!(OneLine::new(&mut line, most), "{text}").expect("a String takes all that is written");
    line
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn nothing_starts_a_line_or_an_escape_sequence() {
        for (text, line) in [
            ("plain, \"quoted\" and 'so'", "plain, \"quoted\" and 'so'"),
            ("企鹅 é 🐧 C:\\x", "企鹅 é 🐧 C:\\x"),
            ("a\nb\r\nc\td\0", "a\\nb\\r\\nc\\td\\0"),
            ("\u{1b}[2J\u{9b}2J\u{7f}", "\\u{1b}[2J\\u{9b}2J\\u{7f}"),
            ("\u{85}\u{2028}\u{2029}\u{b}\u{c}", "\\u{85}\\u{2028}\\u{2029}\\u{b}\\u{c}"),
            ("\u{202e}x\u{2066}\u{200f}\u{61c}", "\\u{202e}x\\u{2066}\\u{200f}\\u{61c}"),
            ("\u{feff}\u{200b}\u{e0041}", "\\u{feff}\\u{200b}\\u{e0041}"),
        ] {
            assert_eq!(one_line(text, 100), line);
        }
    }

    #[test]
    fn text_past_the_bound_is_dropped() {
        assert_eq!(one_line("abcd", 5), "abcd");
        assert_eq!(one_line("abcdef", 5), "abcd…");
        assert_eq!(one_line(format_args!("{}{}", "é".repeat(9), "b"), 3), "éé…");
        assert_eq!(one_line("\u{202e}\u{202e}", 10), "\\u{202e}…");
    }
}
