//! What a whole text adds to what came of it in pieces.

use alloc::{string::String, vec::Vec};

/// Bytes of text that are kept at most. Of a longer answer, nothing that comes whole is added.
const LIMIT: usize = 128 * 1024;

/// A text so far, and which of its items came last as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    text: String,
    item: Option<Vec<u8>>,
    /// Where that item ended.
    end: usize,
    /// Whether there was more than is kept.
    is_long: bool,
}

impl Told {
    pub(super) fn push(&mut self, piece: &str) {
        self.is_long |= self.text.len() + piece.len() > LIMIT;
        if self.is_long {
            self.text = String::new();
        } else {
            self.text.push_str(piece);
        }
    }

    /// What a whole text, or a whole item of it, adds, as `pkg/src/llm/assembly.ts` tells it.
    pub(super) fn rest_of(&mut self, whole: &[u8], item: Option<Vec<u8>>) -> Vec<u8> {
        if whole.is_empty() || self.is_long {
            return Vec::new();
        }
        let all = self.text.as_bytes();
        // An item of the answer may come whole, behind others.
        let is_next = item.is_some() && item != self.item;
        let before = if is_next { all.get(self.end..).unwrap_or_default() } else { all };
        let is_told = core::str::from_utf8(whole).is_ok_and(|whole| self.text.contains(whole));
        let rest = whole.strip_prefix(before).filter(|_| !is_told).unwrap_or_default().to_vec();
        self.item = item;
        self.end = all.len() + rest.len();
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn told(pieces: &[(&str, Option<u8>, bool)]) -> String {
        let mut told = Told::default();
        for &(piece, item, is_whole) in pieces {
            let piece = match is_whole {
                true => told.rest_of(piece.as_bytes(), item.map(|item| [item].into())),
                false => piece.into(),
            };
            told.push(core::str::from_utf8(&piece).expect("UTF-8"));
        }
        told.text
    }

    #[test]
    fn a_long_text_is_not_kept() {
        let mut told = Told::default();
        let piece = "a".repeat(LIMIT);
        told.push(&piece);
        assert_eq!(told.rest_of(format!("{piece}b").as_bytes(), None), b"b");
        told.push("b");
        assert_eq!(told.text.capacity(), 0);
        assert_eq!(told.rest_of(format!("{piece}bc").as_bytes(), None), b"");
    }

    #[test]
    fn whole_texts_add_what_is_new() {
        let (one, two) = (Some(1), Some(2));
        assert_eq!(told(&[("Hi", None, true), ("Hi", None, true)]), "Hi");
        assert_eq!(told(&[("H", None, false), ("Hi", None, true)]), "Hi");
        assert_eq!(told(&[("Hi", None, false), ("Ho", None, true)]), "Hi");
        assert_eq!(told(&[("A", one, true), ("A", one, true), ("B", two, true)]), "AB");
        assert_eq!(told(&[("A", one, true), ("B", one, true)]), "A");
        assert_eq!(told(&[("A", one, true), ("B", None, false), ("Bc", two, true)]), "ABc");
        assert_eq!(told(&[("AB", None, false), ("A", one, true), ("B", two, true)]), "AB");
        assert_eq!(told(&[("A", one, true), ("B", two, true), ("AB!", None, true)]), "AB!");
    }
}
