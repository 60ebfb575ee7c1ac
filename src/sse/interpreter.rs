//! Lines to events: [WHATWG HTML, 9.2.6], "Interpreting an event stream".
//!
//! [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

use super::{
    Format,
    batch::{Batch, COMMENT, EVENT, HAS_ID, HAS_TYPE, ID, OWN_ID, TEXT, TYPE, TYPE_SHIFT},
    comments::WaitingComments,
    fields::{is_meaningful, number, value_of},
    intern::{MESSAGE, Types},
    last_event_id::LastEventId,
    limit::TooLarge,
    ndjson,
    texts::TextTemplates,
};

/// The completed events, and the buffers of the block that is being read.
pub(super) struct Interpreter {
    pub(super) format: Format,
    pub(super) keep_comments: bool,
    /// The most bytes of an event.
    pub(super) limit: usize,
    /// The completed events, then the "data buffer".
    pub(super) batch: Batch,
    pub(super) types: Types,
    pub(super) last_event_id: LastEventId,
    pub(super) retry: Option<u32>,
    /// Whether the block has had a line.
    in_block: bool,
    /// Whether the block has had a `data` field.
    has_data: bool,
    /// The number of the "event type buffer".
    event_type: u32,
    comments: WaitingComments,
    pub(super) texts: TextTemplates,
}

impl Interpreter {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            format: Format::Sse,
            keep_comments: false,
            limit,
            batch: Batch::default(),
            types: Types::new(),
            last_event_id: LastEventId::default(),
            retry: None,
            in_block: false,
            has_data: false,
            event_type: MESSAGE,
            comments: WaitingComments::default(),
            texts: TextTemplates::default(),
        }
    }

    /// Drops the completed events. Those that follow are the next batch.
    pub(super) fn start_batch(&mut self) {
        self.event_type = self.types.trim(self.event_type);
        self.batch.clear();
        self.last_event_id.start_batch();
    }

    /// Processes one line.
    #[inline]
    pub(super) fn line(&mut self, line: &[u8], is_ascii: bool) -> Result<(), TooLarge> {
        if !self.has_room(line.len()) && self.needs(line) != Some(false) {
            return Err(TooLarge);
        }
        match self.format {
            Format::Sse => self.field(line, is_ascii),
            Format::Ndjson => {
                ndjson::push_line(line, self);
                Ok(())
            }
        }
    }

    /// Returns whether a line has to be read, or `None` if its start does not tell yet.
    pub(super) fn needs(&self, start: &[u8]) -> Option<bool> {
        match self.format {
            Format::Sse => is_meaningful(start, self.keep_comments),
            Format::Ndjson => Some(true),
        }
    }

    /// Fails if the open event and so many more bytes exceed the limit.
    #[inline(never)]
    pub(super) fn check_size(&self, more: usize) -> Result<(), TooLarge> {
        if self.has_room(more) { Ok(()) } else { Err(TooLarge) }
    }

    #[inline(always)]
    fn has_room(&self, more: usize) -> bool {
        let event_type = match self.event_type {
            MESSAGE => 0,
            number => self.types.name(number).len(),
        };
        let others = event_type + self.last_event_id.pending_len() + self.comments.size();
        self.batch.open_len() + others + more <= self.limit
    }

    /// Dispatches an event that consists of this line, the last of its block. Returns `false`, and
    /// does nothing, if the block has had other lines or this is not a line of data.
    ///
    /// Most events are one line of data. This is faster than the way through the buffers.
    #[inline(always)]
    pub(super) fn dispatch_line(&mut self, line: &[u8], is_ascii: bool) -> bool {
        if !self.in_block
            && line.len() <= self.limit
            && self.format == Format::Sse
            && let Some(value) = value_of(line, b"data")
        {
            self.dispatch_data(value, is_ascii);
            return true;
        }
        false
    }

    /// Completes an event that has data and nothing else.
    #[inline]
    pub(super) fn dispatch_data(&mut self, data: &[u8], is_ascii: bool) {
        self.batch.append_open(data, is_ascii);
        let kind = self.kind();
        self.batch.close(kind | MESSAGE << TYPE_SHIFT);
    }

    /// The kind of the open event, whose data may become its text.
    #[inline]
    fn kind(&mut self) -> u32 {
        if !self.texts.is_empty()
            && self.texts.take_open(self.types.name(self.event_type), &mut self.batch)
        {
            return TEXT;
        }
        EVENT
    }

    /// Completes the rows of texts.
    pub(super) fn end_texts(&mut self) {
        self.texts.end_texts(&mut self.batch);
    }

    /// Reads blocks by the templates of texts, where a block starts. Returns their length.
    #[inline]
    pub(super) fn take_texts(&mut self, bytes: &[u8], is_ascii: bool) -> usize {
        if self.in_block || self.texts.is_empty() {
            return 0;
        }
        self.texts.take_blocks(bytes, is_ascii, self.format, self.limit, &mut self.batch)
    }

    /// Appends the start of a line to the data buffer, before the rest of the line has come. Returns
    /// by how many bytes it is longer than what the buffer got, or `None` if it is not the start of
    /// a value of `data`.
    pub(super) fn start_data(
        &mut self,
        part: &[u8],
        is_ascii: bool,
    ) -> Result<Option<usize>, TooLarge> {
        if self.format != Format::Sse {
            return Ok(None);
        }
        let Some(value) = value_of(part, b"data").filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        self.check_size(part.len())?;
        let extra = part.len() - value.len() - usize::from(self.has_data);
        self.in_block = true;
        self.data(value, is_ascii);
        Ok(Some(extra))
    }

    /// Whether the open event has this data so far.
    pub(super) fn has_open(&self, data: &[u8]) -> bool {
        self.has_data && self.batch.open() == data
    }

    /// Processes one line of `text/event-stream` ("process the field").
    #[inline]
    fn field(&mut self, line: &[u8], is_ascii: bool) -> Result<(), TooLarge> {
        self.in_block = true;
        match line.first() {
            None => self.dispatch(),
            Some(b'd') => {
                if let Some(value) = value_of(line, b"data") {
                    self.data(value, is_ascii);
                }
            }
            Some(b'e') => {
                if let Some(value) = value_of(line, b"event") {
                    self.event_type = match value {
                        b"" => MESSAGE,
                        name => self.types.number_of(text(name)),
                    };
                }
            }
            Some(b'i') => {
                if let Some(value) = value_of(line, b"id") {
                    self.last_event_id.set_pending(text(value));
                }
            }
            Some(b'r') => {
                if let Some(value) = value_of(line, b"retry").and_then(number) {
                    self.retry = Some(value);
                    self.batch.push_retry(value);
                }
            }
            Some(b':') if self.keep_comments => self.comment(text(&line[1..]))?,
            Some(_) => {}
        }
        Ok(())
    }

    /// Adds a line to the data buffer. The LF stands before all lines but the first, so that none
    /// has to be removed from the end.
    #[inline(never)]
    fn data(&mut self, value: &[u8], is_ascii: bool) {
        if core::mem::replace(&mut self.has_data, true) {
            self.batch.append_open(b"\n", true);
        }
        self.batch.append_open(value, is_ascii);
    }

    fn comment(&mut self, comment: &str) -> Result<(), TooLarge> {
        if self.has_data {
            self.check_size(WaitingComments::size_of(comment))?;
            self.comments.push(comment);
        } else {
            self.batch.push(COMMENT, comment.as_bytes());
        }
        Ok(())
    }

    /// Completes the event ("dispatch the event"). The id is committed even if there is no data.
    #[inline(always)]
    fn dispatch(&mut self) {
        let is_new_id = self.last_event_id.commit();
        let mut new_type = None;
        if self.has_data {
            let kind = self.kind();
            if kind == EVENT && self.event_type != MESSAGE {
                new_type = self.types.announce(self.event_type);
            }
            let flags = (HAS_ID * u32::from(is_new_id))
                | (HAS_TYPE * u32::from(new_type.is_some()))
                | (OWN_ID * u32::from(self.last_event_id.has_pending()));
            self.batch.close(kind | flags | self.event_type << TYPE_SHIFT);
        }
        if is_new_id {
            self.batch.push(ID, self.last_event_id.committed().as_bytes());
        }
        if let Some(name) = new_type {
            self.batch.push(TYPE | self.event_type << TYPE_SHIFT, name.as_bytes());
        }
        self.end_block();
    }

    /// Empties the buffers. What was not dispatched is discarded.
    #[inline(always)]
    pub(super) fn end_block(&mut self) {
        self.batch.drop_open();
        self.in_block = false;
        self.has_data = false;
        self.event_type = MESSAGE;
        self.last_event_id.drop_pending();
        self.comments.flush(&mut self.batch);
    }
}

/// Returns a part of a line as text.
fn text(part: &[u8]) -> &str {
    // SAFETY: `Utf8` emits whole characters only, and parts are cut at ASCII.
    unsafe { core::str::from_utf8_unchecked(part) }
}
