//! Text in pieces that may be cut within a character.

use alloc::string::String;

/// How long half of a surrogate pair is, written as if it were a character.
const LEN: usize = 3;

/// Joins pieces, as `pkg/src/llm/pieces.ts` does: a high surrogate at the end of one waits for the
/// next. A half without its other half becomes U+FFFD.
#[derive(Clone, Debug, Default)]
pub(super) struct Joiner {
    /// The high surrogate that waits.
    half: Option<u32>,
}

impl Joiner {
    pub(super) fn waits(&self) -> bool {
        self.half.is_some()
    }

    /// Appends a piece: UTF-8, but for surrogates without their other half.
    pub(super) fn join(&mut self, piece: &[u8], to: &mut String) {
        let mut rest = piece;
        while let Some(at) = rest.windows(LEN).position(|part| surrogate(part).is_some()) {
            self.push(&rest[..at], to);
            let unit = surrogate(&rest[at..]).unwrap_or_default();
            rest = &rest[at + LEN..];
            match self.half.take() {
                Some(high) if unit & 0x400 != 0 => {
                    let code = 0x1_0000 + ((high & 0x3ff) << 10 | unit & 0x3ff);
                    to.extend(char::from_u32(code));
                }
                half => {
                    if half.is_some() {
                        to.push(char::REPLACEMENT_CHARACTER);
                    }
                    if unit & 0x400 == 0 {
                        self.half = Some(unit);
                    } else {
                        to.push(char::REPLACEMENT_CHARACTER);
                    }
                }
            }
        }
        self.push(rest, to);
    }

    /// Appends what waits: nothing will follow.
    pub(super) fn finish(&mut self, to: &mut String) {
        if self.half.take().is_some() {
            to.push(char::REPLACEMENT_CHARACTER);
        }
    }

    fn push(&mut self, text: &[u8], to: &mut String) {
        if !text.is_empty() {
            self.finish(to);
            to.push_str(core::str::from_utf8(text).unwrap_or_default());
        }
    }
}

/// The surrogate that a text starts with.
fn surrogate(text: &[u8]) -> Option<u32> {
    match text {
        &[0xed, second @ 0xa0..=0xbf, third, ..] => {
            Some(0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn joined(pieces: &[&[u32]]) -> Vec<String> {
        let mut joiner = Joiner::default();
        let mut texts: Vec<String> = pieces
            .iter()
            .map(|codes| {
                let mut piece = Vec::new();
                for &code in *codes {
                    match char::from_u32(code) {
                        Some(c) => piece.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                        None => piece.extend_from_slice(&[
                            0xed,
                            0x80 | (code >> 6 & 0x3f) as u8,
                            0x80 | (code & 0x3f) as u8,
                        ]),
                    }
                }
                let mut text = String::new();
                joiner.join(&piece, &mut text);
                text
            })
            .collect();
        let mut rest = String::new();
        joiner.finish(&mut rest);
        texts.push(rest);
        texts
    }

    #[test]
    fn halves_meet() {
        let a = 0x61;
        let (high, low) = (0xd83e, 0xdd80);
        assert_eq!(joined(&[&[a, high], &[low, a]]), ["a", "🦀a", ""]);
        assert_eq!(joined(&[&[high], &[], &[low]]), ["", "", "🦀", ""]);
        assert_eq!(joined(&[&[high, low]]), ["🦀", ""]);
        assert_eq!(joined(&[&[high], &[a]]), ["", "\u{fffd}a", ""]);
        assert_eq!(joined(&[&[high], &[high], &[low]]), ["", "\u{fffd}", "🦀", ""]);
        assert_eq!(joined(&[&[low], &[high]]), ["\u{fffd}", "", "\u{fffd}"]);
        assert_eq!(joined(&[&[low, a, low]]), ["\u{fffd}a\u{fffd}", ""]);
        assert_eq!(joined(&[&[0xd7ff, 0xe000, 0x1f980]]), ["\u{d7ff}\u{e000}🦀", ""]);
    }
}
