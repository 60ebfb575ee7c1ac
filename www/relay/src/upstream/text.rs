//! Text that vendors cut anywhere: some write JSON whose strings end amid a surrogate pair, an emoji's
//! first half in one event (`"\ud83d"`) and its second in the next.

use std::fmt;
use std::mem;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// The text of a JSON string, in WTF-8: UTF-8 in which a lone surrogate is three bytes, too. For text
/// that is to be a `String` at once, serde_json would refuse those.
#[derive(Debug, Default, PartialEq)]
pub struct Text(Vec<u8>);

impl Text {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(bytes.into()))
            }
        }

        // Of a string, this gives its WTF-8.
        deserializer.deserialize_bytes(Bytes)
    }
}

/// Puts halves together that came in two pieces.
#[derive(Default)]
pub struct Joiner {
    /// A first half, in WTF-8, or nothing.
    held: Vec<u8>,
}

impl Joiner {
    /// The next piece with what was held back before it; without a first half at its end, which is
    /// held back. A half whose other half never came is U+FFFD, as in JavaScript's `toWellFormed`.
    pub fn push(&mut self, Text(mut piece): Text) -> String {
        if !self.held.is_empty() {
            let mut whole = mem::take(&mut self.held);
            whole.append(&mut piece);
            piece = whole;
        }
        if let [.., 0xed, 0xa0..=0xaf, _] = *piece {
            self.held = piece.split_off(piece.len() - 3);
        }
        String::from_utf8(piece).unwrap_or_else(|error| repaired(error.as_bytes()))
    }

    /// What is held back, for which nothing comes any more.
    pub fn finish(&mut self) -> String {
        repaired(&mem::take(&mut self.held))
    }
}

fn repaired(wtf8: &[u8]) -> String {
    let mut units = Vec::new();
    let mut rest = wtf8;
    let is_surrogate = |two: &[u8]| two[0] == 0xed && two[1] >= 0xa0;
    while let Some(at) = rest.windows(2).position(is_surrogate) {
        let (before, from) = rest.split_at(at);
        let (surrogate, behind) = from.split_at(3);
        let bits = |byte: u8| u16::from(byte & 0x3f);
        units.extend(String::from_utf8_lossy(before).encode_utf16());
        units.push(0xd000 | bits(surrogate[1]) << 6 | bits(surrogate[2]));
        rest = behind;
    }
    units.extend(String::from_utf8_lossy(rest).encode_utf16());
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_joined(pieces: &[&str], joined: &[&str]) {
        let mut joiner = Joiner::default();
        let mut texts: Vec<_> = pieces
            .iter()
            .map(|piece| joiner.push(serde_json::from_str(&format!("\"{piece}\"")).unwrap()))
            .collect();
        texts.push(joiner.finish());
        assert_eq!(texts, joined);
    }

    #[test]
    fn halves_come_together() {
        assert_joined(&["a\\n", "b"], &["a\n", "b", ""]);
        assert_joined(&["\\ud83d\\ude00"], &["😀", ""]);
        assert_joined(&["x\\ud83d", "\\ude00y"], &["x", "😀y", ""]);
        assert_joined(&["\\ud83d", "", "\\ude00"], &["", "", "😀", ""]);
        assert_joined(&["企\\ud83d", "\\ude00\\ud83d", "\\ude00鹅"], &["企", "😀", "😀鹅", ""]);
        // Not surrogates, though their first byte is the same.
        assert_joined(&["\\ud7ff", "퟿"], &["\u{d7ff}", "\u{d7ff}", ""]);
    }

    #[test]
    fn a_half_without_the_other_is_replaced() {
        assert_joined(&["a\\ud83d"], &["a", "\u{fffd}"]);
        assert_joined(&["a\\ud83d", "b"], &["a", "\u{fffd}b", ""]);
        assert_joined(&["\\ude00b", "\\ud83d\\ud83d"], &["\u{fffd}b", "\u{fffd}", "\u{fffd}"]);
    }
}
