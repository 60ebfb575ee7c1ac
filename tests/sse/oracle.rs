//! A deliberately naive decoder, and the check that the real one agrees with it.
//!
//! It takes the whole stream at once and does the standard's steps one by one. The fuzz target
//! shares this file.

use sluicegate::sse::{self, Decoder, Format};

/// How the decoder is set up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub ndjson: bool,
    pub keep_comments: bool,
    pub limit: Option<usize>,
}

impl Options {
    pub fn decoder(self) -> Decoder {
        let decoder = Decoder::new()
            .format(if self.ndjson { Format::Ndjson } else { Format::Sse })
            .keep_comments(self.keep_comments);
        match self.limit {
            Some(limit) => decoder.max_event_size(limit),
            None => decoder,
        }
    }

    fn limit(self) -> usize {
        self.limit.unwrap_or(sse::DEFAULT_MAX_EVENT_SIZE)
    }
}

/// `sse::Item`, owned.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Event { event_type: String, data: String, last_event_id: String },
    Comment(String),
    Retry(u32),
}

impl From<sse::Item<'_>> for Item {
    fn from(item: sse::Item<'_>) -> Self {
        match item {
            sse::Item::Event(event) => Self::Event {
                event_type: event.event_type.to_owned(),
                data: event.data.to_owned(),
                last_event_id: event.last_event_id.to_owned(),
            },
            sse::Item::Comment(comment) => Self::Comment(comment.to_owned()),
            sse::Item::Retry(milliseconds) => Self::Retry(milliseconds),
        }
    }
}

/// What came of one connection.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    pub items: Vec<Item>,
    pub too_large: bool,
    pub last_event_id: String,
}

/// One connection through the real decoder, from the first chunk to `finish()`.
pub fn decode(decoder: &mut Decoder, chunks: &[&[u8]]) -> Outcome {
    let mut outcome = Outcome::default();
    for chunk in chunks {
        let pushed = decoder.push(chunk);
        if outcome.too_large {
            assert_eq!(decoder.items().count(), 0, "items after an event that was too large");
        }
        assert!(pushed.is_err() || !outcome.too_large, "usable without finish()");
        outcome.too_large = pushed.is_err();
        outcome.items.extend(decoder.items().map(Item::from));
    }
    decoder.finish();
    outcome.items.extend(decoder.items().map(Item::from));
    outcome.last_event_id = decoder.last_event_id().to_owned();
    outcome
}

/// One connection, naively.
fn decode_naively(options: Options, last_event_id: &str, stream: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(stream);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut outcome = Outcome { last_event_id: last_event_id.to_owned(), ..Outcome::default() };
    if options.ndjson {
        ndjson(options, text, cut_character(stream), &mut outcome);
    } else {
        event_stream(options, text, cut_character(stream), &mut outcome);
    }
    outcome
}

/// How many bytes of the lossy text stand for a character that the end of the stream cut off. A
/// decoder can't count them before that end.
fn cut_character(stream: &[u8]) -> usize {
    let end = stream.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
    let is_cut = str::from_utf8(end).is_err_and(|error| error.error_len().is_none());
    if is_cut { '\u{fffd}'.len_utf8() } else { 0 }
}

fn ndjson(options: Options, text: &str, cut: usize, outcome: &mut Outcome) {
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        if line.len() - if is_last { cut } else { 0 } > options.limit() {
            outcome.too_large = true;
            return;
        }
        let line = line.trim_matches(|c: char| c.is_ascii_whitespace());
        if !line.is_empty() {
            outcome.items.push(Item::Event {
                event_type: "message".to_owned(),
                data: line.to_owned(),
                last_event_id: outcome.last_event_id.clone(),
            });
        }
    }
}

/// The standard's buffers.
#[derive(Default)]
struct Buffers {
    data: String,
    event_type: String,
    id: Option<String>,
    /// Comments that come out behind the event that they are in.
    comments: Vec<String>,
}

impl Buffers {
    fn size(&self) -> usize {
        let comments = self.comments.iter().map(|comment| comment.len() + size_of::<String>());
        let event_type = if self.event_type == "message" { 0 } else { self.event_type.len() };
        self.data.len().saturating_sub(1)
            + event_type
            + self.id.as_ref().map_or(0, String::len)
            + comments.sum::<usize>()
    }
}

fn event_stream(options: Options, text: &str, cut: usize, outcome: &mut Outcome) {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut buffers = Buffers::default();
    let (lines, unfinished) = text.rsplit_once('\n').map_or((None, &*text), |(l, u)| (Some(l), u));
    for line in lines.into_iter().flat_map(|lines| lines.split('\n')) {
        outcome.too_large = is_kept(options, line) && buffers.size() + line.len() > options.limit()
            || process_line(options, line, &mut buffers, outcome).is_err();
        if outcome.too_large {
            break;
        }
    }
    // Without its colon it may still become a line that is ignored.
    outcome.too_large |= unfinished.contains(':')
        && is_kept(options, unfinished)
        && buffers.size() + unfinished.len() - cut > options.limit();
    outcome.items.extend(buffers.comments.into_iter().map(Item::Comment));
}

/// Whether a line counts. A start of a known field does: it is held until its line ends.
fn is_kept(options: Options, line: &str) -> bool {
    let fields = ["data:", "event:", "id:", "retry:"];
    match line.strip_prefix(':') {
        Some(_) => options.keep_comments,
        None => fields.iter().any(|field| line.starts_with(field) || field.starts_with(line)),
    }
}

struct TooLarge;

fn process_line(
    options: Options,
    line: &str,
    buffers: &mut Buffers,
    outcome: &mut Outcome,
) -> Result<(), TooLarge> {
    if line.is_empty() {
        dispatch(buffers, outcome);
    } else if let Some(comment) = line.strip_prefix(':') {
        if options.keep_comments && buffers.data.is_empty() {
            outcome.items.push(Item::Comment(comment.to_owned()));
        } else if options.keep_comments {
            buffers.comments.push(comment.to_owned());
            if buffers.size() > options.limit() {
                buffers.comments.pop();
                return Err(TooLarge);
            }
        }
    } else if let Some((field, value)) = line.split_once(':') {
        process_field(field, value.strip_prefix(' ').unwrap_or(value), buffers, outcome);
    } else {
        process_field(line, "", buffers, outcome);
    }
    Ok(())
}

fn process_field(field: &str, value: &str, buffers: &mut Buffers, outcome: &mut Outcome) {
    match field {
        "event" => buffers.event_type = value.to_owned(),
        "data" => {
            buffers.data.push_str(value);
            buffers.data.push('\n');
        }
        "id" if !value.contains('\0') => buffers.id = Some(value.to_owned()),
        "retry" if !value.is_empty() && value.chars().all(|c| c.is_ascii_digit()) => {
            // Digits that don't parse are too many.
            outcome.items.push(Item::Retry(value.parse().unwrap_or(u32::MAX)));
        }
        _ => {}
    }
}

fn dispatch(buffers: &mut Buffers, outcome: &mut Outcome) {
    let Buffers { data, event_type, id, comments } = std::mem::take(buffers);
    if let Some(id) = id {
        outcome.last_event_id = id;
    }
    if let Some(data) = data.strip_suffix('\n') {
        outcome.items.push(Item::Event {
            event_type: if event_type.is_empty() { "message".to_owned() } else { event_type },
            data: data.to_owned(),
            last_event_id: outcome.last_event_id.clone(),
        });
    }
    outcome.items.extend(comments.into_iter().map(Item::Comment));
}

/// One decoder through all connections, each a list of chunks, against the naive one.
pub fn assert_agrees(options: Options, connections: &[Vec<&[u8]>]) {
    let mut decoder = options.decoder();
    let (mut last_event_id, mut retry) = (String::new(), None);
    for chunks in connections {
        let expected = decode_naively(options, &last_event_id, &chunks.concat());
        let found = decode(&mut decoder, chunks);
        assert_eq!(found, expected, "{options:?}, {chunks:x?}");
        for item in &expected.items {
            if let Item::Retry(milliseconds) = item {
                retry = Some(*milliseconds);
            }
        }
        assert_eq!(decoder.retry(), retry);
        last_event_id = expected.last_event_id;
    }
}

/// The same of one fuzz input: a byte of options (bit 0 NDJSON, bit 1 comments, above them the
/// limit, 0 for none), then the stream, in which FF parts chunks and FE connections. Neither
/// occurs in UTF-8, and other bytes that do not are left to the stream.
pub fn assert_input_agrees(input: &[u8]) {
    let Some((&options, stream)) = input.split_first() else { return };
    let limit = usize::from(options >> 2);
    let options = Options {
        ndjson: options & 1 != 0,
        keep_comments: options & 2 != 0,
        limit: (limit > 0).then_some(limit),
    };
    let connections: Vec<Vec<&[u8]>> = stream
        .split(|&byte| byte == 0xfe)
        .map(|connection| connection.split(|&byte| byte == 0xff).collect())
        .collect();
    assert_agrees(options, &connections);
}
