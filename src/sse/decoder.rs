//! Lines to events.

use super::{
    batch::{Batch, COMMENT, EVENT, HAS_ID, HAS_TYPE, ID, Items, OWN_ID, ROW, TYPE, TYPE_SHIFT},
    copy::append,
    intern::{MESSAGE, Types, is_same},
    lines::LineEnds,
    utf8::Utf8,
    utf16::to_utf16,
    {EventRef, Item},
};
use alloc::{string::String, vec::Vec};
use core::fmt;

/// 16 MiB.
pub const DEFAULT_MAX_EVENT_SIZE: usize = 16 * 1024 * 1024;

const BOM: &[u8] = "\u{feff}".as_bytes();

/// What the lines start with that are kept until their end.
const FIELDS: [&[u8]; 4] = [b"data:", b"event:", b"id:", b"retry:"];

/// What the bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `text/event-stream`.
    #[default]
    Sse,
    /// One JSON text a line: each line that is not blank is the data of a `message` event.
    Ndjson,
}

/// The most bytes of a chunk and of an event: the table counts in 32 bits.
const MAX_SIZE: usize = 1 << 30;

/// An event outgrew the decoder's limit. The stream can't be read further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTooLarge {
    /// The limit, in bytes.
    pub limit: usize,
}

impl fmt::Display for EventTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event is larger than the limit of {} bytes", self.limit)
    }
}

impl core::error::Error for EventTooLarge {}

/// [`EventTooLarge`] on its way up: without its limit it stays in a register.
struct TooLarge;

/// An incremental decoder: bytes in, however they are split; events out.
///
/// [`push`](Self::push) replaces the events of the push before. What it keeps between two pushes
/// is at most one unfinished event, its size bounded by the limit, and one batch.
pub struct Decoder {
    format: Format,
    keep_comments: bool,
    limit: usize,
    utf8: Utf8,
    at_start: bool,
    after_cr: bool,
    failed: bool,
    line: Vec<u8>,
    /// Whether the line that is being read is none to keep: it goes by, however long it is.
    is_skipping: bool,
    /// While the value of a `data` line is coming in: by how much its line is longer than what the
    /// event has of it. Else 0.
    value_extra: usize,
    batch: Batch,
    /// Whether the block that is being read has had a line.
    in_event: bool,
    has_data: bool,
    event_type: u32,
    types: Types,
    /// The id that holds now, and the one that held before the batch.
    last_event_id: String,
    id_before: String,
    has_new_id: bool,
    /// The standard's "last event ID buffer", if an `id` field has set it in this block.
    staged_id: String,
    has_staged_id: bool,
    /// Comments inside an event that has data already: they come out behind it.
    staged_comments: Vec<String>,
    staged_comments_size: usize,
    retry: Option<u32>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder of `text/event-stream` that drops comments and allows events of
    /// [`DEFAULT_MAX_EVENT_SIZE`].
    pub fn new() -> Self {
        Self {
            format: Format::Sse,
            keep_comments: false,
            limit: DEFAULT_MAX_EVENT_SIZE,
            utf8: Utf8::default(),
            at_start: true,
            after_cr: false,
            failed: false,
            line: Vec::new(),
            is_skipping: false,
            value_extra: 0,
            batch: Batch::default(),
            in_event: false,
            has_data: false,
            event_type: MESSAGE,
            types: Types::new(),
            last_event_id: String::new(),
            id_before: String::new(),
            has_new_id: false,
            staged_id: String::new(),
            has_staged_id: false,
            staged_comments: Vec::new(),
            staged_comments_size: 0,
            retry: None,
        }
    }

    /// What the bytes are. Default: `text/event-stream`.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// The format of the connection to come, known only from its response.
    pub(crate) fn set_format(&mut self, format: Format) {
        self.format = format;
    }

    pub(crate) fn is_sse(&self) -> bool {
        self.format == Format::Sse
    }

    /// The most bytes to hold for one event: its data, type, id and comments so far, and the line
    /// that is being read, without its line end. Unknown fields, and comments unless they are kept,
    /// don't count: they are skipped. However the stream is split, it stays
    /// within the limit or not. Default: [`DEFAULT_MAX_EVENT_SIZE`]; more than 1 GiB count as 1 GiB.
    #[must_use]
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.limit = bytes.min(MAX_SIZE);
        self
    }

    /// Whether comments come out as [`Item::Comment`]. Default: no.
    #[must_use]
    pub fn keep_comments(mut self, keep: bool) -> Self {
        self.keep_comments = keep;
        self
    }

    /// Starts with a last event id, as if an earlier connection had brought it.
    pub fn set_last_event_id(&mut self, id: &str) {
        self.last_event_id = String::from(id);
        self.id_before = String::from(id);
    }

    /// The id to send as `Last-Event-ID` when reconnecting, empty if there is none.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The last reconnection time that the stream has set, in milliseconds.
    pub fn retry(&self) -> Option<u32> {
        self.retry
    }

    /// Decodes the next bytes. The events that they complete replace those of the last push.
    ///
    /// # Errors
    /// [`EventTooLarge`], and again at each further push. Events before the large one are there.
    ///
    /// # Panics
    /// If `chunk` is longer than 1 GiB.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), EventTooLarge> {
        assert!(chunk.len() <= MAX_SIZE, "a chunk may have 1 GiB at most");
        self.start_batch();
        if self.failed {
            return Err(EventTooLarge { limit: self.limit });
        }
        let mut utf8 = core::mem::take(&mut self.utf8);
        let decoded = utf8.decode(chunk, |piece, is_ascii| self.feed(piece, is_ascii));
        self.utf8 = utf8;
        self.failed = decoded.is_err();
        decoded.map_err(|TooLarge| EventTooLarge { limit: self.limit })
    }

    /// The stream has ended. Its unfinished event is dropped ([WHATWG HTML, 9.2.6]: "discarded"),
    /// and the next push starts a new connection; the last event id stays. NDJSON's last line
    /// counts without a line end, too: it comes out as the event of this call.
    ///
    /// [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    pub fn finish(&mut self) {
        let mut last_line = core::mem::take(&mut self.line);
        last_line.extend_from_slice(core::mem::take(&mut self.utf8).finish());
        let is_json = self.format == Format::Ndjson && !self.failed;
        self.reset();
        if is_json {
            self.json_line(&last_line);
        }
    }

    /// The connection broke: as [`Self::finish`], but a last line of NDJSON is dropped, too.
    pub fn reset(&mut self) {
        self.start_batch();
        self.utf8 = Utf8::default();
        (self.at_start, self.after_cr, self.failed) = (true, false, false);
        self.line.clear();
        self.is_skipping = false;
        self.value_extra = 0;
        self.end_event();
    }

    /// The events completed by the last push.
    pub fn events(&self) -> impl Iterator<Item = EventRef<'_>> {
        self.items().filter_map(|item| match item {
            Item::Event(event) => Some(event),
            Item::Comment(_) | Item::Retry(_) => None,
        })
    }

    /// How many events [`Self::events`] gives.
    pub fn event_count(&self) -> usize {
        self.batch.events
    }

    /// The index of the first event with this data.
    pub(crate) fn position(&self, data: &str) -> Option<usize> {
        self.batch.position(data.as_bytes())
    }

    /// Drops the event of this index, and all behind it.
    pub(crate) fn truncate(&mut self, index: usize) {
        self.batch.truncate(index);
    }

    /// All that the last push completed, in the stream's order. A comment inside an event comes
    /// behind it.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        Items {
            text: text(self.text()),
            rows: self.batch.table.as_chunks::<ROW>().0.iter(),
            types: &self.types,
            start: 0,
            last_event_id: &self.id_before,
        }
    }

    /// The text that the rows of [`Self::table`] cut up: valid UTF-8.
    pub(crate) fn text(&self) -> &[u8] {
        &self.batch.text[..self.batch.end]
    }

    /// As [`Self::text`], in UTF-16.
    pub(crate) fn text_to_utf16(&self, to: &mut Vec<u16>) {
        to_utf16(text(self.text()), to);
    }

    /// How many UTF-16 code units [`Self::text`] has.
    pub(crate) fn utf16_len(&self) -> usize {
        self.batch.end16
    }

    /// The rows, as `batch.rs` describes them.
    pub(crate) fn table(&self) -> &[u32] {
        &self.batch.table
    }

    /// The numbers of types are less than this. It falls when types are forgotten.
    pub(crate) fn type_count(&self) -> usize {
        self.types.count()
    }

    fn start_batch(&mut self) {
        self.event_type = self.types.trim(self.event_type);
        self.batch.clear();
        if core::mem::take(&mut self.has_new_id) {
            self.id_before.clone_from(&self.last_event_id);
        }
    }

    /// Splits valid UTF-8 into lines ([WHATWG HTML, 9.2.5]: LF, CR or CRLF, after one BOM).
    ///
    /// A LF behind a CR is dropped when it comes, never waited for.
    ///
    /// [WHATWG HTML, 9.2.5]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
    fn feed(&mut self, mut piece: &[u8], is_ascii: bool) -> Result<(), TooLarge> {
        if core::mem::take(&mut self.at_start) {
            piece = piece.strip_prefix(BOM).unwrap_or(piece);
        }
        if core::mem::take(&mut self.after_cr) {
            piece = piece.strip_prefix(b"\n").unwrap_or(piece);
        }
        let mut start = 0;
        let is_sse = self.format == Format::Sse;
        let mut ends = LineEnds::new(piece, if is_sse { b'\r' } else { b'\n' });
        while let Some(end) = ends.next() {
            // The LF of a CRLF.
            if end < start {
                continue;
            }
            let line = &piece[start..end];
            if self.is_skipping || self.value_extra > 0 || !self.line.is_empty() {
                self.hold(line, is_ascii)?;
                let is_done = core::mem::take(&mut self.is_skipping)
                    || core::mem::take(&mut self.value_extra) > 0;
                if !is_done {
                    let mut line = core::mem::take(&mut self.line);
                    let done = self.whole_line(&line, false);
                    line.clear();
                    self.line = line;
                    done?;
                }
            } else {
                // Most events are nothing but one line of data: these need no state.
                if !self.in_event
                    && piece[end..].starts_with(b"\n\n")
                    && let Some(value) = value_of(line, b"data")
                    && line.len() <= self.limit
                    && is_sse
                {
                    self.batch.append_open(value, is_ascii);
                    self.batch.close(EVENT | MESSAGE << TYPE_SHIFT);
                    ends.next();
                    start = end + 2;
                    continue;
                }
                self.whole_line(line, is_ascii)?;
            }
            start = end + 1;
            if piece[end] == b'\r' {
                match piece.get(start) {
                    Some(b'\n') => start += 1,
                    Some(_) => {}
                    None => self.after_cr = true,
                }
            }
        }
        self.hold(&piece[start..], is_ascii)
    }

    /// Keeps a part of a line whose end has not come yet. A value of `data` goes to its event at
    /// once: long ones are the rule, and each is copied a time less.
    fn hold(&mut self, part: &[u8], is_ascii: bool) -> Result<(), TooLarge> {
        if self.is_skipping {
            return Ok(());
        }
        if self.value_extra > 0 {
            self.check_size(part.len())?;
            self.batch.append_open(part, is_ascii);
        } else if self.line.is_empty()
            && self.format == Format::Sse
            && let Some(value) = value_of(part, b"data").filter(|value| !value.is_empty())
        {
            self.check_size(part.len())?;
            self.value_extra = part.len() - value.len() - usize::from(self.has_data);
            self.in_event = true;
            self.data(value, is_ascii);
        } else {
            self.line.extend_from_slice(part);
            match self.is_kept(&self.line) {
                Some(true) => self.check_size(0)?,
                Some(false) => {
                    self.line.clear();
                    self.is_skipping = true;
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Whether a line is one to keep, as soon as its start tells.
    #[inline(never)]
    fn is_kept(&self, line: &[u8]) -> Option<bool> {
        if self.format == Format::Ndjson {
            return Some(true);
        }
        if line.first() == Some(&b':') {
            return Some(self.keep_comments);
        }
        let mut kept = Some(false);
        for field in FIELDS {
            let common = field.len().min(line.len());
            if field[..common] == line[..common] {
                kept = (common == field.len()).then_some(true);
            }
        }
        kept
    }

    fn data(&mut self, value: &[u8], is_ascii: bool) {
        if core::mem::replace(&mut self.has_data, true) {
            self.batch.append_open(b"\n", true);
        }
        self.batch.append_open(value, is_ascii);
    }

    fn check_size(&self, more: usize) -> Result<(), TooLarge> {
        let open = self.batch.text.len() - self.batch.end;
        let event_type = match self.event_type {
            MESSAGE => 0,
            number => self.types.name(number).len(),
        };
        let staged = event_type + self.staged_id.len() + self.staged_comments_size;
        if open + staged + self.value_extra + self.line.len() + more > self.limit {
            return Err(TooLarge);
        }
        Ok(())
    }

    #[inline]
    fn whole_line(&mut self, line: &[u8], is_ascii: bool) -> Result<(), TooLarge> {
        if self.check_size(line.len()).is_err() && self.is_kept(line) != Some(false) {
            return Err(TooLarge);
        }
        match self.format {
            Format::Sse => self.field(line, is_ascii),
            Format::Ndjson => {
                self.json_line(line);
                Ok(())
            }
        }
    }

    /// Processes one line ([WHATWG HTML, 9.2.6]).
    ///
    /// [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    #[inline]
    fn field(&mut self, line: &[u8], is_ascii: bool) -> Result<(), TooLarge> {
        self.in_event = true;
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
                if let Some(value) = value_of(line, b"id").filter(|value| !value.contains(&0)) {
                    self.stage_id(value);
                }
            }
            Some(b'r') => {
                if let Some(value) = value_of(line, b"retry").and_then(number) {
                    self.retry = Some(value);
                    self.batch.push_retry(value);
                }
            }
            Some(b':') if self.keep_comments => self.comment(&line[1..])?,
            Some(_) => {}
        }
        Ok(())
    }

    fn stage_id(&mut self, id: &[u8]) {
        self.staged_id.clear();
        // SAFETY: what is appended is valid UTF-8: see `text`.
        append(unsafe { self.staged_id.as_mut_vec() }, id);
        self.has_staged_id = true;
    }

    fn comment(&mut self, comment: &[u8]) -> Result<(), TooLarge> {
        if !self.has_data {
            self.batch.push(COMMENT, comment);
            return Ok(());
        }
        // The size of a `String` itself counts: empty comments must not escape the limit.
        let size = comment.len() + size_of::<String>();
        self.check_size(size)?;
        self.staged_comments_size += size;
        self.staged_comments.push(String::from(text(comment)));
        Ok(())
    }

    /// "Dispatch the event". The id holds from here on even if there is no data.
    #[inline]
    fn dispatch(&mut self) {
        let mut is_new_id = false;
        if self.has_staged_id {
            core::mem::swap(&mut self.staged_id, &mut self.last_event_id);
            is_new_id = !is_same(&self.staged_id, &self.last_event_id);
            self.has_new_id |= is_new_id;
        }
        let mut new_type = None;
        if self.has_data {
            if self.event_type != MESSAGE {
                new_type = self.types.announce(self.event_type);
            }
            let flags = (HAS_ID * u32::from(is_new_id))
                | (HAS_TYPE * u32::from(new_type.is_some()))
                | (OWN_ID * u32::from(self.has_staged_id));
            self.batch.close(EVENT | flags | self.event_type << TYPE_SHIFT);
        }
        if is_new_id {
            self.batch.push(ID, self.last_event_id.as_bytes());
        }
        if let Some(name) = new_type {
            self.batch.push(TYPE | self.event_type << TYPE_SHIFT, name.as_bytes());
        }
        self.end_event();
    }

    fn end_event(&mut self) {
        self.batch.drop_open();
        self.in_event = false;
        self.has_data = false;
        self.event_type = MESSAGE;
        self.has_staged_id = false;
        self.staged_id.clear();
        if !self.staged_comments.is_empty() {
            self.staged_comments_size = 0;
            for comment in self.staged_comments.drain(..) {
                self.batch.push(COMMENT, comment.as_bytes());
            }
        }
    }

    fn json_line(&mut self, line: &[u8]) {
        let line = line.trim_ascii();
        if !line.is_empty() {
            self.batch.push(EVENT | MESSAGE << TYPE_SHIFT, line);
        }
    }
}

/// The value of a line whose field has this name: what follows the colon and at most one space,
/// or the empty string where there is no colon.
#[inline]
fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(name)?;
    match rest.split_first() {
        None => Some(rest),
        Some((b':', value)) => Some(value.strip_prefix(b" ").unwrap_or(value)),
        Some(_) => None,
    }
}

/// A part of a line as text.
fn text(part: &[u8]) -> &str {
    // SAFETY: `Utf8` hands on whole characters only, and parts are cut at ASCII.
    unsafe { core::str::from_utf8_unchecked(part) }
}

/// ASCII digits only. More than fit are as many as fit.
pub(crate) fn number(value: &[u8]) -> Option<u32> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(
        value.iter().fold(0_u32, |sum, digit| {
            sum.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
        }),
    )
}
