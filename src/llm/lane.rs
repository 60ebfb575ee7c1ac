//! The fast lane: what a rule makes of the events of a stream.

use crate::{
    json::{Found, Out, Pattern, walk},
    sse::{batch::ReadTexts, copy::append},
};
use alloc::vec::Vec;

impl Out for Vec<u8> {
    // Long, and called for each text: once is enough.
    #[inline(never)]
    fn append(&mut self, bytes: &[u8]) {
        append(self, bytes);
    }
}

/// Whether an event is nothing but text, names and figures. The text is appended to `text`, which has
/// to be cut where it is something else.
pub(super) fn is_plain(
    rule: &Pattern,
    event_type: &[u8],
    data: &[u8],
    text: &mut Vec<u8>,
    found: &mut Found,
) -> bool {
    let is_error = matches!(event_type, b"error" | b"RUN_ERROR");
    !is_error
        && walk(data, rule, text, found).is_ok()
        && !found.is_special()
        && !found.has_lone_surrogate()
        && found.has_sign(rule)
        && (found.has_kind(rule) || rule.is_kind(event_type))
}

/// A rule and what it remembers of a stream.
///
/// Events that name the answer are no text once for each of its names.
pub(crate) struct Lane {
    rule: Pattern,
    names: u64,
    figures: Vec<u8>,
}

impl Lane {
    /// Compiles a rule as `rules.rs` has them; `None` for a text that is none.
    pub(crate) fn new(rule: Vec<u8>) -> Option<Self> {
        Some(Self { rule: Pattern::new(rule)?, names: 0, figures: Vec::new() })
    }

    fn passes(&mut self, found: &Found, data: &[u8]) -> bool {
        let known = self.names;
        self.names |= found.names;
        if known != self.names {
            return false;
        }
        let (start, end) = found.figures;
        let figures = data.get(start..end).unwrap_or_default();
        if figures.is_empty() {
            return true;
        }
        // Those of the same names are replaced, others stay.
        let replaces =
            self.figures.is_empty() || but_numbers(&self.figures).eq(but_numbers(figures));
        if replaces {
            self.figures.clear();
            append(&mut self.figures, figures);
        }
        replaces
    }
}

impl ReadTexts for Lane {
    fn read(&mut self, event_type: &[u8], data: &[u8], text: &mut Vec<u8>) -> bool {
        let start = text.len();
        let mut found = Found::default();
        let is_text =
            is_plain(&self.rule, event_type, data, text, &mut found) && self.passes(&found, data);
        if !is_text {
            text.truncate(start);
        }
        is_text
    }

    fn take_figures(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.figures)
    }
}

/// A JSON text without the digits of its numbers.
fn but_numbers(json: &[u8]) -> impl Iterator<Item = u8> {
    let mut is_string = false;
    let mut is_escaped = false;
    json.iter().copied().filter(move |byte| {
        let is_digit = !is_string && byte.is_ascii_digit();
        is_string ^= *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        !is_digit
    })
}
