//! The fast lane: what a rule makes of the events of a stream.

use crate::{
    json::{Found, Out, Pattern, walk},
    sse::copy::append,
};
use alloc::vec::Vec;

impl Out for Vec<u8> {
    // Long, and called for each text: once is enough.
    #[inline(never)]
    fn append(&mut self, bytes: &[u8]) {
        append(self, bytes);
    }
}

/// What an event is to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing but text, which was appended.
    Text,
    /// An event of the format without any effect.
    Nothing,
    /// Something else, maybe: it is for the code that knows all of the format.
    Other,
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
/// Events that name the answer are [`Verdict::Other`] once for each of its names. Figures that the
/// next event replaces are kept back: whoever takes an event that is other has to
/// [take](Self::take_figures) these first.
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

    /// Reads an event. Its text is appended to `text`.
    pub(crate) fn read(&mut self, event_type: &[u8], data: &[u8], text: &mut Vec<u8>) -> Verdict {
        let start = text.len();
        let mut found = Found::default();
        if is_plain(&self.rule, event_type, data, text, &mut found) && self.passes(&found, data) {
            return if text.len() > start { Verdict::Text } else { Verdict::Nothing };
        }
        text.truncate(start);
        Verdict::Other
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

    /// The newest figures of events that were [`Verdict::Text`] or [`Verdict::Nothing`], as the JSON
    /// text of an object; empty if there are none. To be taken before an event that is other, and at
    /// the end.
    pub(crate) fn take_figures(&mut self) -> Vec<u8> {
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
