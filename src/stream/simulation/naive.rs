//! A deliberately naive decoder: byte by byte, in the standard's words. It shares nothing with
//! `sse::Decoder`.

use super::Event;
use std::{borrow::ToOwned as _, string::String, vec::Vec};

/// Decodes one stream over all its connections ([WHATWG HTML, 9.2.6]).
///
/// [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
#[derive(Default)]
pub(super) struct Naive {
    pub(super) is_ndjson: bool,
    /// The id of the last whole block that had one.
    pub(super) last_event_id: String,
    /// The ids that blocks have set since they were last taken.
    pub(super) ids: Vec<String>,
    /// The last reconnection time.
    pub(super) retry: Option<u32>,
    /// The events completed and not taken.
    pub(super) events: Vec<Event>,
    line: Vec<u8>,
    is_first_line: bool,
    is_after_cr: bool,
    data: Option<String>,
    event_type: String,
    id: Option<String>,
}

impl Naive {
    pub(super) fn new(last_event_id: &str) -> Self {
        Self { last_event_id: last_event_id.to_owned(), ..Self::default() }
    }

    /// A connection begins: what the one before left unfinished is dropped.
    pub(super) fn connect(&mut self) {
        self.line.clear();
        self.is_first_line = true;
        self.is_after_cr = false;
        self.end_block();
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let is_after_cr = core::mem::take(&mut self.is_after_cr);
            match byte {
                b'\n' if is_after_cr => {}
                b'\r' if !self.is_ndjson => {
                    self.is_after_cr = true;
                    self.end_line();
                }
                b'\n' => self.end_line(),
                _ => self.line.push(byte),
            }
        }
    }

    /// The body is at its end: the last line of NDJSON may be one without a line break. Returns whether
    /// an unfinished block has the data of the marker.
    pub(super) fn finish(&mut self, marker: Option<&str>) -> bool {
        let retry = self.retry;
        if self.is_ndjson || !self.line.is_empty() {
            self.end_line();
        }
        self.retry = retry;
        let is_marker = marker.is_some() && self.data.as_deref() == marker;
        self.connect();
        is_marker
    }

    /// The bytes that an unfinished block surely occupies.
    pub(super) fn unfinished_data(&self) -> usize {
        let is_data = self.is_ndjson || self.line.starts_with(b"data:");
        let held = if is_data { self.line.len() } else { 0 };
        held + self.data.as_ref().map_or(0, String::len)
    }

    /// The bytes that an unfinished block may occupy at most.
    pub(super) fn unfinished(&self) -> usize {
        let id = self.id.as_ref().map_or(0, String::len);
        let data = self.data.as_ref().map_or(0, String::len);
        // An invalid byte is held as three.
        3 * self.line.len() + data + self.event_type.len() + id
    }

    fn end_line(&mut self) {
        let line = core::mem::take(&mut self.line);
        let mut bytes = &line[..];
        if core::mem::take(&mut self.is_first_line) {
            bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        }
        let text = String::from_utf8_lossy(bytes);
        if !self.is_ndjson {
            return self.process(&text);
        }
        let text = text.trim_matches([' ', '\t', '\r', '\n', '\x0c']);
        if !text.is_empty() {
            self.events.push(Event {
                event_type: "message".to_owned(),
                data: text.to_owned(),
                last_event_id: self.last_event_id.clone(),
            });
        }
    }

    fn process(&mut self, line: &str) {
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "event" => self.event_type = value.to_owned(),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = Some(value.parse().unwrap_or(u32::MAX));
            }
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        if let Some(id) = self.id.take() {
            self.last_event_id = id;
            self.ids.push(self.last_event_id.clone());
        }
        if let Some(data) = self.data.take() {
            let is_default = self.event_type.is_empty();
            self.events.push(Event {
                event_type: if is_default { "message" } else { &self.event_type }.to_owned(),
                data,
                last_event_id: self.last_event_id.clone(),
            });
        }
        self.end_block();
    }

    fn end_block(&mut self) {
        self.data = None;
        self.event_type.clear();
        self.id = None;
    }
}
