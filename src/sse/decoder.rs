//! The public decoder.

use super::{
    EventRef, Item,
    interpreter::Interpreter,
    items::Items,
    limit::{DEFAULT_MAX_EVENT_SIZE, EventTooLarge, MAX_SIZE, TooLarge},
    lines::Lines,
    ndjson,
    utf8::Utf8,
    utf16::to_utf16,
};
use alloc::vec::Vec;

/// The format of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `text/event-stream`.
    #[default]
    Sse,
    /// One JSON text per line. Each line that is not blank is the data of a `message` event.
    Ndjson,
}

/// An incremental decoder from bytes to events. The result does not depend on how the bytes are split.
///
/// Each [`push`](Self::push) replaces the events of the last one. Between two pushes, the decoder
/// holds one batch and at most one unfinished event, whose size is bounded by the limit.
pub struct Decoder {
    utf8: Utf8,
    lines: Lines,
    interpreter: Interpreter,
    /// Whether an event was too large.
    failed: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// Returns a decoder of `text/event-stream` that drops comments and accepts events of up to
    /// [`DEFAULT_MAX_EVENT_SIZE`].
    pub fn new() -> Self {
        Self {
            utf8: Utf8::default(),
            lines: Lines::new(),
            interpreter: Interpreter::new(DEFAULT_MAX_EVENT_SIZE),
            failed: false,
        }
    }

    /// Sets the format. Default: `text/event-stream`.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.set_format(format);
        self
    }

    /// Sets the format as [`Self::format`] does, for the next connection: only its response tells the format.
    pub(crate) fn set_format(&mut self, format: Format) {
        self.interpreter.format = format;
    }

    pub(crate) fn current_format(&self) -> Format {
        self.interpreter.format
    }

    pub(crate) fn is_sse(&self) -> bool {
        self.interpreter.format == Format::Sse
    }

    /// Sets the most bytes to hold for one event: its data, type, id and comments so far, and the
    /// line that is being read, without its line end.
    ///
    /// Unknown fields are skipped and don't count. Comments count only if they are kept. The result
    /// does not depend on how the stream is split. Default: [`DEFAULT_MAX_EVENT_SIZE`]; more than
    /// 1 GiB counts as 1 GiB.
    #[must_use]
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.interpreter.limit = bytes.min(MAX_SIZE);
        self
    }

    /// Sets whether comments are returned as [`Item::Comment`]. Default: no.
    #[must_use]
    pub fn keep_comments(mut self, keep: bool) -> Self {
        self.interpreter.keep_comments = keep;
        self
    }

    /// From now on, events that fit into a template become their text: rows of kind
    /// [`TEXT`](super::batch::TEXT). Those whose data is `marker` don't.
    pub(crate) fn add_template(&mut self, template: Vec<u8>, is_alone: bool, marker: Option<&str>) {
        self.interpreter.texts.add(template, is_alone, marker);
    }

    /// Sets the last event id, as if an earlier connection had received it.
    pub fn set_last_event_id(&mut self, id: &str) {
        self.interpreter.last_event_id.set(id);
    }

    /// Returns the id to send as `Last-Event-ID` when reconnecting, empty if there is none.
    pub fn last_event_id(&self) -> &str {
        self.interpreter.last_event_id.committed()
    }

    /// Returns the last reconnection time that the stream has set, in milliseconds.
    pub fn retry(&self) -> Option<u32> {
        self.interpreter.retry
    }

    /// Decodes the next bytes. The events that they complete replace those of the last push.
    ///
    /// # Errors
    ///
    /// [`EventTooLarge`] if an event is larger than the limit. Every further push fails, too. The events
    /// before the large one are returned by [`Self::events`].
    ///
    /// # Panics
    ///
    /// If `chunk` is longer than 1 GiB.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), EventTooLarge> {
        assert!(chunk.len() <= MAX_SIZE, "a chunk may have 1 GiB at most");
        self.interpreter.start_batch();
        if !self.failed {
            let (lines, interpreter) = (&mut self.lines, &mut self.interpreter);
            let split = |piece: &[u8], is_ascii| lines.split(piece, is_ascii, interpreter);
            self.failed = matches!(self.utf8.decode(chunk, split), Err(TooLarge));
            self.interpreter.end_texts();
        }
        if self.failed {
            return Err(EventTooLarge { limit: self.interpreter.limit });
        }
        Ok(())
    }

    /// Ends the stream. The next push starts a new connection; the last event id stays.
    ///
    /// An unfinished event is dropped ([WHATWG HTML, 9.2.6]: "discarded"). The last line of NDJSON
    /// needs no line end: it becomes the event of this call.
    ///
    /// [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    pub fn finish(&mut self) {
        let mut last_line = self.lines.take_held();
        last_line.extend_from_slice(core::mem::take(&mut self.utf8).finish());
        let has_last_line = !self.is_sse() && !self.failed;
        self.reset();
        if has_last_line {
            ndjson::push_line(&last_line, &mut self.interpreter);
            self.interpreter.end_texts();
        }
    }

    /// Ends the stream after its connection broke. Unlike [`Self::finish`], this drops an unfinished last
    /// line of NDJSON.
    pub fn reset(&mut self) {
        self.interpreter.start_batch();
        self.utf8 = Utf8::default();
        self.lines.reset();
        self.failed = false;
        self.interpreter.end_block();
    }

    /// Returns the events that the last push completed.
    pub fn events(&self) -> impl Iterator<Item = EventRef<'_>> {
        self.items().filter_map(|item| match item {
            Item::Event(event) => Some(event),
            Item::Comment(_) | Item::Retry(_) => None,
        })
    }

    /// Returns the number of events that the last push completed.
    pub fn event_count(&self) -> usize {
        self.interpreter.batch.event_count()
    }

    /// Whether the unfinished event has this data, at the end of the stream: only [`Self::finish`] may
    /// follow.
    pub(crate) fn has_open(&mut self, data: &str) -> bool {
        // The last line may have come in pieces.
        let _ = self.interpreter.start_data(self.lines.held(), false);
        self.interpreter.has_open(data.as_bytes())
    }

    /// Returns the index of the first event with this data.
    pub(crate) fn position(&self, data: &str) -> Option<usize> {
        self.interpreter.batch.position(data.as_bytes())
    }

    /// Drops the event of this index, and all after it.
    pub(crate) fn truncate(&mut self, index: usize) {
        self.interpreter.batch.truncate(index);
    }

    /// Drops all events of the last push. Types that only they announced are announced again.
    pub(crate) fn discard(&mut self) {
        self.interpreter.start_batch();
        self.interpreter.types.announce_again();
    }

    /// Returns everything that the last push completed, in the stream's order. A comment inside an
    /// event follows that event.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let Interpreter { batch, types, last_event_id, .. } = &self.interpreter;
        Items::new(batch, types, last_event_id.before_batch())
    }

    /// Returns the text that the rows of [`Self::table`] cut up.
    pub(crate) fn text(&self) -> &[u8] {
        self.interpreter.batch.text().as_bytes()
    }

    /// As [`Self::text`], in UTF-16.
    pub(crate) fn text_to_utf16(&self, to: &mut Vec<u16>) {
        to_utf16(self.interpreter.batch.text(), to);
    }

    /// Returns the length of [`Self::text`] in UTF-16 code units.
    pub(crate) fn utf16_len(&self) -> usize {
        self.interpreter.batch.utf16_len()
    }

    /// Returns the rows, as `batch.rs` describes them.
    pub(crate) fn table(&self) -> &[u32] {
        self.interpreter.batch.rows().as_flattened()
    }

    /// Returns a bound of the types' numbers: all are less. It falls when types are forgotten.
    pub(crate) fn type_count(&self) -> usize {
        self.interpreter.types.count()
    }
}
