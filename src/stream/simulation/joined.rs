//! The bytes that a driver hands on, as `pkg/src/fetch.ts` does, and a reader of them.

use super::{Event, machine::Machine, naive::Naive};
use std::{format, vec::Vec};

/// Cuts the bytes of each response where blocks end, joins them, and reads what comes of it.
pub(super) struct Joined {
    reader: Naive,
    /// Whether there was a response before this one.
    is_later: bool,
    /// What is left of this response, and where in it that begins.
    rest: Vec<u8>,
    start: usize,
    /// The last line had no line break.
    lacks_end: bool,
    /// The format of the responses; they are not joined if they have different ones.
    is_ndjson: Option<bool>,
    is_mixed: bool,
}

impl Joined {
    pub(super) fn new(last_event_id: &str) -> Self {
        let mut reader = Naive::new(last_event_id);
        reader.connect();
        Self {
            reader,
            is_later: false,
            rest: Vec::new(),
            start: 0,
            lacks_end: false,
            is_ndjson: None,
            is_mixed: false,
        }
    }

    /// A response is to be read.
    pub(super) fn begin(&mut self, is_ndjson: bool) {
        self.is_later = self.is_ndjson.is_some();
        self.is_mixed |= self.is_ndjson.is_some_and(|former| former != is_ndjson);
        self.is_ndjson = Some(is_ndjson);
        self.reader.is_ndjson = is_ndjson;
        self.rest.clear();
        self.start = 0;
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.rest.extend(bytes);
    }

    /// The machine has taken the bytes.
    pub(super) fn cut(&mut self, machine: &Machine) {
        let [whole, dropped] = [false, true].map(|is_dropped| machine.response_bytes(is_dropped));
        let end = (whole as usize).saturating_sub(self.start);
        let skipped = (dropped as usize).saturating_sub(self.start).min(end);
        let is_first = self.start == 0 && skipped == 0;
        let taken: Vec<u8> = self.rest.drain(..end).skip(skipped).collect();
        self.start += end;
        self.hand_on(&taken, is_first);
    }

    /// The last line of NDJSON was an event.
    pub(super) fn end(&mut self) {
        let rest = core::mem::take(&mut self.rest);
        self.hand_on(&rest, self.start == 0);
        self.lacks_end = true;
    }

    fn hand_on(&mut self, mut bytes: &[u8], is_first: bool) {
        if bytes.is_empty() {
            return;
        }
        if core::mem::take(&mut self.lacks_end) {
            self.reader.push(b"\n");
        }
        if is_first && self.is_later {
            bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        }
        self.reader.push(bytes);
    }

    /// Compares what a reader gets with the events that were delivered. `knows_ids`: none were
    /// dropped. `is_all`: nothing was cut off behind them.
    ///
    /// # Panics
    /// If they differ.
    pub(super) fn check(&mut self, delivered: &[Event], knows_ids: bool, is_all: bool) {
        // A reader takes the last line at the end, with or without a line break.
        if core::mem::take(&mut self.lacks_end) {
            self.reader.push(b"\n");
        }
        let mut read = core::mem::take(&mut self.reader.events);
        if self.is_mixed {
            return;
        }
        let known = |events: &[Event]| -> Vec<_> {
            let id = |event: &Event| knows_ids.then(|| event.last_event_id.clone());
            events
                .iter()
                .map(|event| format!("{} {} {:?}", event.event_type, event.data, id(event)))
                .collect()
        };
        if !is_all {
            // After an event that is too large nothing goes on: the npm package lets no page retry it.
            self.is_mixed = true;
            read.truncate(delivered.len());
            return assert!(
                known(delivered).starts_with(&known(&read)),
                "handed on: {read:?}, delivered: {delivered:?}"
            );
        }
        assert_eq!(known(&read), known(delivered), "the events of the bytes that were handed on");
    }
}
