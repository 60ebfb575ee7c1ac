//! What leaves the page, what comes in, and what is handed out.

use super::{
    super::{Event, server::Connection, setup::Setup},
    Audit, Rest,
};
use crate::{sse::Format, stream::step::ResponseVerdict};

impl Audit {
    /// A request leaves.
    pub(in super::super) fn request(
        &mut self,
        setup: &Setup,
        last_event_id: &str,
        resumes: bool,
        before: &[Connection],
    ) {
        assert!(self.end.is_none(), "a request after the end");
        assert_eq!(resumes, self.resumes, "which request it is");
        assert_eq!(self.rest, Rest::None, "a request during a rest");
        assert_eq!(last_event_id, self.naive.last_event_id, "the header Last-Event-ID");
        let is_first = before.iter().all(|one| one.request.position.is_some());
        if !resumes && last_event_id.is_empty() {
            self.delivered = 0;
        }
        assert!(resumes || is_first || setup.may_repeat(), "the request was repeated");
        assert!(before.iter().all(|one| one.over.is_some()), "two connections at once");
        self.facts.was_sent = true;
    }

    /// A response was judged. The option `format` counts, or else the content type.
    pub(in super::super) fn judged(
        &mut self,
        setup: &Setup,
        status: u16,
        content_type: &str,
        verdict: ResponseVerdict,
    ) {
        let format = setup.format.or_else(|| match content_type.to_ascii_lowercase() {
            json if json.contains("ndjson") || json.contains("jsonl") => Some(Format::Ndjson),
            sse if sse.contains("event-stream") => Some(Format::Sse),
            _ => None,
        });
        let is_stream = (200..300).contains(&status) && status != 204 && format.is_some();
        let is_read = verdict == ResponseVerdict::Read;
        assert!(!is_read || is_stream, "a {status} of type {content_type:?} is read");
        self.naive.is_ndjson = format == Some(Format::Ndjson);
        self.facts.is_connected = is_read;
    }

    /// Bytes were read.
    pub(in super::super) fn bytes(&mut self, setup: &Setup, bytes: &[u8]) {
        assert!(self.facts.is_connected, "bytes of a connection that was closed");
        self.check_memory();
        self.ids.push(self.naive.last_event_id.clone());
        let events = self.naive.events.len();
        let retry = self.naive.retry;
        self.naive.push(bytes);
        self.ids.append(&mut self.naive.ids);
        self.drop_replayed(setup, events);
        if self.naive.retry != retry {
            self.patience.set_base(self.naive.retry);
        }
        self.brought(events);
    }

    /// Drops what a replay repeats: the events after the first so many are new. The last event of
    /// the stream is none of them.
    fn drop_replayed(&mut self, setup: &Setup, known: usize) {
        let events = &mut self.naive.events;
        while self.to_drop > 0
            && let Some(event) = events.get(known)
            && Some(&event.data) != setup.marker.as_ref()
        {
            self.dropped_size = self.dropped_size.max(size_of(event));
            events.remove(known);
            self.to_drop -= 1;
        }
    }

    /// There were so many events before.
    fn brought(&mut self, before: usize) {
        if self.naive.events.len() > before {
            self.is_fruitful = true;
            self.patience.succeeded();
        }
    }

    /// What was pushed before had to stay within the limit, or to end the connection.
    fn check_memory(&self) {
        let held = self.naive.unfinished_data();
        // A BOM doesn't count, nor does a character before its last byte.
        assert!(held <= self.limit + 6, "{held} bytes of one event are held");
    }

    pub(in super::super) fn body_ended(&mut self, setup: &Setup) {
        self.check_memory();
        let events = self.naive.events.len();
        self.facts.is_done = self.naive.finish(setup.marker.as_deref());
        self.drop_replayed(setup, events);
        self.facts.is_body_over = true;
        self.brought(events);
    }

    /// Events are handed to the page: those that the bytes have completed, up to the one that ends
    /// the stream.
    pub(in super::super) fn delivered(
        &mut self,
        setup: &Setup,
        events: &[Event],
        last_event_id: &str,
    ) {
        let mut expected = core::mem::take(&mut self.naive.events);
        let marker = setup.marker.as_ref();
        let done = expected.iter().position(|event| Some(&event.data) == marker);
        if let Some(done) = done
            && events.len() >= done
        {
            expected.truncate(done);
            self.facts.is_done = true;
            assert!(!self.facts.is_connected, "it is done, and the connection stays open");
        } else if !self.facts.is_connected && !self.facts.is_body_over {
            // An event outgrew the limit: those before it are there.
            let next = expected.get(events.len());
            let size = next.map_or(self.naive.unfinished(), size_of).max(self.dropped_size);
            assert!(size > self.limit, "not delivered: {:?}", next);
            assert!(self.ids.iter().any(|id| id == last_event_id), "the id {last_event_id:?}");
            expected.truncate(events.len());
            self.naive.last_event_id = last_event_id.into();
            self.naive.retry = None;
            self.patience.is_unsure = true;
            self.facts.is_too_large = true;
        }
        assert_eq!(events, expected, "the events of the bytes so far");
        self.delivered += events.len();
        self.ids.clear();
    }
}

/// What an event may have taken to decode, at most.
fn size_of(event: &Event) -> usize {
    3 * (event.data.len() + event.event_type.len() + event.last_event_id.len()) + 32
}
