//! The text of a stream of events.

use super::{
    error::TextError,
    extras::extras,
    format::Format,
    formats::{Part, Read, figures_in},
    half::Joiner,
    problem::{failed, is_error, is_fatal, plain, start_of, upstream},
    told::Told,
};
use crate::{
    json::{Found, Pattern, Value, walk},
    sse::EventRef,
};
use alloc::{string::String, vec::Vec};

/// A reader of the text of a model's answer, event by event.
///
/// It keeps what a single event does not contain: the format that [`Format::Auto`] detected, half of a
/// character at the end of a token, and the first 128 KiB of the text, which an event may repeat.
///
/// ```
/// use sluicegate::{llm::{Format, TextReader}, sse::Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut reader = TextReader::new(Format::Auto);
/// let mut text = String::new();
/// decoder.push(br#"data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}
///
/// data: [DONE]
///
/// "#)?;
/// for event in decoder.events() {
///     if reader.read(&event, &mut text)? {
///         break;
///     }
/// }
/// reader.finish(&mut text)?;
/// assert_eq!(text, "Hi");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TextReader {
    format: Format,
    rule: Option<Pattern>,
    joiner: Joiner,
    /// Where an event's text is put together.
    piece: Vec<u8>,
    told: Told,
    is_understood: bool,
    /// Whether the answer began, of which there may be nothing left but the end.
    is_begun: bool,
    /// Whether an event that is no heartbeat was not understood, nor anything after it.
    is_strange: bool,
    /// Whether the format is detected. Then an end marker alone does not mean that the stream was
    /// understood.
    is_guessed: bool,
    /// Whether no other format is looked for: others begin with nothing but names, too.
    is_sure: bool,
    /// How the data of the first event starts, while nothing is understood.
    start: String,
    /// Whether no other event is read.
    is_alone: bool,
    /// Whether the event is the one that the app takes for the end. It may be no vendor's.
    is_last: bool,
}

impl TextReader {
    /// Returns a reader that has read nothing.
    pub fn new(format: Format) -> Self {
        Self {
            format,
            rule: format.rule(),
            joiner: Joiner::default(),
            piece: Vec::new(),
            told: Told::default(),
            is_understood: false,
            is_begun: false,
            is_strange: false,
            is_guessed: format == Format::Auto,
            is_sure: format != Format::Auto,
            start: String::new(),
            is_alone: false,
            is_last: false,
        }
    }

    /// As [`Self::new`], for a single event of which nothing is known.
    pub(super) fn of_one_event(format: Format) -> Self {
        Self { is_understood: true, is_alone: true, ..Self::new(format) }
    }

    /// Appends the text of an event to `to`. Returns whether this was the last event of the answer.
    ///
    /// Events that are not understood add no text: heartbeats, and extensions of a format.
    ///
    /// # Errors
    ///
    /// [`TextError::Upstream`] for a vendor's error, [`TextError::BrokenJson`], and
    /// [`TextError::UnknownFormat`] for an end marker before which nothing was understood.
    pub fn read(&mut self, event: &EventRef<'_>, to: &mut String) -> Result<bool, TextError> {
        if self.read_plain(event, to) {
            return Ok(false);
        }
        if let Some(data) = decoded(event.data) {
            return self.read(&EventRef { data: &data, ..*event }, to);
        }
        for event in events_of(event) {
            if self.read_one(&event, to, &mut Vec::new())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// As [`Self::read`], for the event that the app takes for the end and does not want to be delivered:
    /// only what it repeats as a whole is text.
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "fetch")), allow(dead_code))]
    pub(crate) fn read_last(
        &mut self,
        event: &EventRef<'_>,
        to: &mut String,
    ) -> Result<(), TextError> {
        self.is_last = true;
        for event in events_of(event) {
            let read = self.read_one(&event, to, &mut Vec::new());
            if let Err(error @ TextError::Upstream { .. }) = read {
                return Err(error);
            }
        }
        Ok(())
    }

    /// As [`Self::read`], for one event of those that may be glued together. Appends the objects of the
    /// format to `objects`.
    pub(super) fn read_one<'a>(
        &mut self,
        event: &EventRef<'a>,
        to: &mut String,
        objects: &mut Vec<Value<'a>>,
    ) -> Result<bool, TextError> {
        if !self.is_understood && self.start.is_empty() {
            self.start = start_of(event.data);
        }
        if is_done(event) {
            return self.finish(to).map(|()| true);
        }
        let mut is_end = false;
        let mut is_strange = true;
        self.each_part(event, |reader, json, part| {
            if reader.is_last && !part.is_whole {
                return;
            }
            is_strange = false;
            objects.push(json);
            reader.note(json, event.event_type, &part);
            if !(part.is_repeated && reader.is_alone) {
                reader.piece = match part.is_whole {
                    true => reader.told.rest_of(&part.text, part.item),
                    false => part.text,
                };
                reader.add(to);
            }
            is_end |= part.is_end;
        })?;
        self.is_strange |= is_strange && !self.is_understood && !is_heartbeat(event);
        if is_end {
            self.finish(to)?;
        }
        Ok(is_end)
    }

    /// Notes what a part shows of the stream.
    fn note(&mut self, json: Value<'_>, event_type: &str, part: &Part) {
        if self.is_understood && self.is_sure {
            return;
        }
        let has_any = !part.text.is_empty()
            || part.is_end
            || figures_in(json).is_some()
            || extras(self.format, json, event_type).has_any();
        self.is_sure |= has_any;
        if has_any {
            self.is_understood |= self.is_begun || !(part.is_end_alone && self.is_guessed);
        } else if !self.is_begun {
            self.is_strange = false;
        }
        self.is_begun |= self.is_understood || !has_any;
    }

    /// Appends an event's text if the event is nothing but text; otherwise returns `false`.
    pub(super) fn read_plain(&mut self, event: &EventRef<'_>, to: &mut String) -> bool {
        let Some(rule) = &self.rule else { return false };
        self.piece.clear();
        let (event_type, data) = (event.event_type.as_bytes(), event.data.as_bytes());
        let found = &mut Found::default();
        // Without a text it may be somebody else's event of the same name.
        let is_plain =
            is_plain(rule, event_type, data, &mut self.piece, found) && !self.piece.is_empty();
        if is_plain {
            self.is_understood = true;
            self.is_sure = true;
            self.add(to);
        }
        is_plain
    }

    /// The format, once it is known.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Ends the text at the end of the stream. Appends the text that was held back.
    ///
    /// # Errors
    ///
    /// [`TextError::UnknownFormat`] if nothing in the events was understood.
    pub fn finish(&mut self, to: &mut String) -> Result<(), TextError> {
        if !self.is_understood && (self.is_strange || !self.is_begun) {
            return Err(TextError::UnknownFormat { start: self.start.clone() });
        }
        self.joiner.finish(to);
        Ok(())
    }

    /// Appends the piece.
    fn add(&mut self, to: &mut String) {
        let before = to.len();
        match core::str::from_utf8(&self.piece) {
            Ok(piece) if !self.joiner.waits() => to.push_str(piece),
            _ => self.joiner.join(&self.piece, to),
        }
        self.told.push(&to[before..]);
    }

    /// Reads an event as all of its format: several parts where its data is an array of what the
    /// format streams. Some gateways wrap that in an object.
    pub(super) fn each_part<'a>(
        &mut self,
        event: &EventRef<'a>,
        mut add: impl FnMut(&mut Self, Value<'a>, Part),
    ) -> Result<(), TextError> {
        let EventRef { event_type, data, .. } = *event;
        let Some(json) = parse(event_type, data)? else {
            if let Some(part) = self.part(NO_JSON, event_type)? {
                add(self, NO_JSON, part);
            }
            return Ok(());
        };
        self.add_parts(json, event_type, &mut add)
    }

    fn add_parts<'a>(
        &mut self,
        json: Value<'a>,
        event_type: &str,
        add: &mut dyn FnMut(&mut Self, Value<'a>, Part),
    ) -> Result<(), TextError> {
        let object = if json.is_object() { json } else { NO_JSON };
        if let Some(part) = self.part(object, event_type)? {
            add(self, object, part);
            return Ok(());
        }
        for inner in inner_of(json) {
            if is_error(event_type, Some(inner)) {
                return Err(upstream(inner));
            }
            self.add_parts(inner, event_type, add)?;
        }
        Ok(())
    }

    /// What an object adds. Finds the format if it is open.
    fn part(&mut self, json: Value<'_>, event_type: &str) -> Read {
        let known = self.format.part(json, event_type)?;
        if known.is_some() || self.is_sure {
            return Ok(known);
        }
        let Some((format, part)) = detect(json, event_type)? else {
            return Ok(None);
        };
        self.format = format;
        self.rule = format.rule();
        Ok(Some(part))
    }
}

/// Whether an event only keeps the connection alive.
fn is_heartbeat(event: &EventRef<'_>) -> bool {
    let text = [event.event_type, event.data].concat().to_ascii_lowercase();
    text.trim() == "message" || ["ping", "alive", "beat"].iter().any(|word| text.contains(word))
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
    !is_fatal(event_type)
        && event_type != b"result"
        && walk(data, rule, text, found).is_ok()
        && !found.is_special()
        && !found.has_lone_surrogate()
        && found.has_sign(rule)
        && (found.has_kind(rule) || rule.is_kind(event_type))
}

/// What a reader gets for data that is no JSON object.
const NO_JSON: Value<'static> = Value::new(b"{}");

/// The formats, those first whose objects have to have the most.
const FORMATS: [Format; 7] = [
    Format::Anthropic,
    Format::OpenAiResponses,
    Format::AiSdk,
    Format::AgUi,
    Format::OpenAiChat,
    Format::Gemini,
    Format::Ollama,
];

fn detect(json: Value<'_>, event_type: &str) -> Result<Option<(Format, Part)>, TextError> {
    // Others than the AI SDK start and finish, too.
    let kind = json.get("type").filter(|kind| !kind.is_null());
    let is_common = kind.map_or(matches!(event_type, "start" | "finish"), |kind| {
        kind.string().is_some_and(|kind| kind.is("start") || kind.is("finish"))
    }) && json.get("messageId").is_none_or(Value::is_falsy);
    for format in FORMATS {
        if let Some(part) = format.part(json, event_type)?.filter(|_| !is_common) {
            return Ok(Some((format, part)));
        }
    }
    Ok(None)
}

/// The objects in an array, or in an object that is only wrapped around them.
pub(super) fn inner_of(json: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    let is_there = |name| json.get(name).is_some_and(|value| !value.is_falsy());
    let is_wrapper = !is_there("type") && !is_there("event");
    let names = ["result", "response", "data"].into_iter().filter(move |_| is_wrapper);
    let wrapped = names.filter_map(move |name| json.get(name));
    let listed = wrapped.flat_map(|inner| core::iter::once(inner).chain(inner.items()));
    json.items().chain(listed).filter(|inner| inner.is_object())
}

/// JSON that a gateway has encoded twice.
pub(super) fn decoded(data: &str) -> Option<String> {
    let mut text = Vec::new();
    Value::new(unframed(data).as_bytes()).string()?.decode(&mut text);
    String::from_utf8(text).ok().filter(|text| is_json_object(text.as_bytes()))
}

/// Data without the fields' names of a gateway that frames twice.
fn unframed(data: &str) -> &str {
    let mut inner = data;
    while let Some(rest) = inner.strip_prefix("data:") {
        inner = rest.strip_prefix(' ').unwrap_or(rest);
    }
    if inner.starts_with(['{', '"']) { inner } else { data }
}

/// An event, or those that are its lines: some gateways forget the blank line between two.
pub(super) fn events_of<'a>(event: &EventRef<'a>) -> impl Iterator<Item = EventRef<'a>> {
    let EventRef { event_type, data, last_event_id } = *event;
    let data = unframed(data);
    let of_data = move |data| EventRef { event_type, data, last_event_id };
    let is_glued = data.contains('\n')
        && !is_json(data.as_bytes())
        && data.split('\n').all(|line| is_done(&of_data(line)) || is_json_object(line.as_bytes()));
    data.split(move |c| is_glued && c == '\n').map(of_data)
}

/// Whether an event is `[DONE]`, which may end any format. Coze quotes it, some gateways frame it twice.
fn is_done(event: &EventRef<'_>) -> bool {
    let data = event.data.trim();
    let data = data.strip_prefix("data:").unwrap_or(data).trim_start();
    let data = data.strip_prefix('"').unwrap_or(data);
    let data = data.strip_suffix('"').unwrap_or(data);
    event.event_type != "messageFragment" && data.eq_ignore_ascii_case("[DONE]")
}

/// An event's data; `None` if it is no JSON, such as a heartbeat's.
pub(super) fn parse<'a>(event_type: &str, data: &'a str) -> Result<Option<Value<'a>>, TextError> {
    let is_json = is_json(data.as_bytes());
    let json = is_json.then(|| Value::new(data.as_bytes()));
    let object = json.filter(|json| json.is_object());
    if is_error(event_type, object) {
        let message = start_of(data);
        return Err(match object {
            Some(json) => upstream(json),
            None if message.is_empty() => failed(),
            None => plain(&message),
        });
    }
    let start = data.trim_start();
    let is_object = start.starts_with('{')
        || start.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'));
    if !is_json && is_object && event_type != "messageFragment" {
        return Err(TextError::BrokenJson { start: start_of(data) });
    }
    Ok(json)
}

fn is_json(text: &[u8]) -> bool {
    let any = Pattern::new(Vec::new());
    any.is_some_and(|any| walk(text, &any, &mut Vec::new(), &mut Found::default()).is_ok())
}

/// Whether a text is a whole JSON object.
pub(super) fn is_json_object(text: &[u8]) -> bool {
    Value::new(text).is_object() && is_json(text)
}
