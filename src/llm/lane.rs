//! The fast lane: what a rule makes of the events of a stream.

use crate::{
    json::{Found, Out, Pattern, walk},
    sse::copy::append,
};
use alloc::{borrow::Cow, vec::Vec};

impl Out for Vec<u8> {
    #[inline]
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

/// A rule, compiled.
#[derive(Clone)]
pub(crate) struct Rule {
    source: Cow<'static, [u8]>,
    pattern: Pattern,
}

impl Rule {
    /// Compiles a rule as `rules.rs` has them; `None` for a text that is none.
    pub(crate) fn new(source: Vec<u8>) -> Option<Self> {
        let pattern = Pattern::new(&source)?;
        Some(Self { source: Cow::Owned(source), pattern })
    }

    /// As [`Self::new`], when the crate is compiled.
    pub(crate) const fn fixed(source: &'static str) -> Self {
        match Pattern::new(source.as_bytes()) {
            Some(pattern) => Self { source: Cow::Borrowed(source.as_bytes()), pattern },
            None => panic!("no rule"),
        }
    }

    /// What an event has if it is nothing but text, names and figures. The text is appended to
    /// `text`, which has to be cut where there is nothing to return.
    pub(super) fn find<'d>(
        &self,
        event_type: &[u8],
        data: &'d [u8],
        text: &mut Vec<u8>,
    ) -> Option<Found<'d>> {
        if matches!(event_type, b"error" | b"RUN_ERROR") {
            return None;
        }
        let found = walk(data, &self.source, &self.pattern, text).ok()?;
        let has_kind = found.has_kind
            || !self.pattern.has_kinds()
            || self.pattern.is_kind(&self.source, event_type);
        let is_plain = found.has_sign && !found.is_special && !found.has_lone_surrogate;
        (has_kind && is_plain).then_some(found)
    }
}

/// A rule and what it remembers of a stream.
///
/// Events that name the answer are [`Verdict::Other`] once for each of its names. Figures that the
/// next event replaces are kept back: whoever takes an event that is other has to
/// [take](Self::take_figures) these first.
#[derive(Clone)]
pub(crate) struct Lane {
    rule: Rule,
    names: u64,
    figures: Vec<u8>,
}

impl Lane {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, names: 0, figures: Vec::new() }
    }

    /// Reads an event. Its text is appended to `text`.
    pub(crate) fn read(&mut self, event_type: &[u8], data: &[u8], text: &mut Vec<u8>) -> Verdict {
        let start = text.len();
        let found = self.rule.find(event_type, data, text);
        if found.is_some_and(|found| self.passes(&found)) {
            return if text.len() > start { Verdict::Text } else { Verdict::Nothing };
        }
        text.truncate(start);
        Verdict::Other
    }

    fn passes(&mut self, found: &Found<'_>) -> bool {
        let known = self.names;
        self.names |= found.names;
        if known != self.names {
            return false;
        }
        let Some(figures) = found.figures else {
            return true;
        };
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
