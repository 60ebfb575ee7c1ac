//! All parts of a model's answer: text, reasoning, tool calls, and why it ended.

use super::{
    calls::Calls,
    error::TextError,
    extras::{Extras, extras},
    format::Format,
    half::Joiner,
    reader::{TextReader, decoded, events_of},
    told::Told,
};
use crate::{json::Value, sse::EventRef};
use alloc::{string::String, vec::Vec};

/// A part of an answer, as one event adds it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delta {
    /// A piece of the answer's text.
    Text(String),
    /// A piece of the model's reasoning, or of a summary of it.
    Reasoning(String),
    /// A piece of the reason why the model refuses to answer.
    Refusal(String),
    /// A piece of a tool call.
    ToolCall {
        /// The position of the call in the answer, starting at 0.
        index: usize,
        /// The vendor's id of the call, or an empty string if there is none (yet).
        id: String,
        /// The name of the tool.
        name: String,
        /// The text that is added to the arguments, which are JSON once they are complete.
        arguments: String,
    },
    /// Why the model stopped, in the vendor's words.
    Finish(String),
}

/// A reader of a model's answer, event by event: like [`TextReader`], with all parts of the answer.
///
/// ```
/// use sluicegate::{llm::{AnswerReader, Delta, Format}, sse::Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut reader = AnswerReader::new(Format::Auto);
/// let mut deltas = Vec::new();
/// decoder.push(br#"data: {"choices":[{"delta":{"reasoning":"A greeting."}}]}
///
/// data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}
///
/// data: [DONE]
///
/// "#)?;
/// for event in decoder.events() {
///     if reader.read(&event, |delta| deltas.push(delta))? {
///         break;
///     }
/// }
/// assert_eq!(deltas, [
///     Delta::Reasoning("A greeting.".into()),
///     Delta::Text("Hi".into()),
///     Delta::Finish("stop".into()),
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct AnswerReader {
    text: TextReader,
    reasoning: Piece,
    refusal: Piece,
    calls: Calls,
}

/// A text beside the answer's.
#[derive(Clone, Debug, Default)]
struct Piece {
    joiner: Joiner,
    told: Told,
}

impl AnswerReader {
    /// Returns a reader that has read nothing.
    pub fn new(format: Format) -> Self {
        Self {
            text: TextReader::new(format),
            reasoning: Piece::default(),
            refusal: Piece::default(),
            calls: Calls::default(),
        }
    }

    /// Calls `add` with each part that an event adds, in order. Returns whether this was the last event of
    /// the answer.
    ///
    /// # Errors
    ///
    /// The same as those of [`TextReader::read`].
    pub fn read(
        &mut self,
        event: &EventRef<'_>,
        mut add: impl FnMut(Delta),
    ) -> Result<bool, TextError> {
        let mut text = String::new();
        if self.text.read_plain(event, &mut text) {
            add_text(text, &mut add);
            return Ok(false);
        }
        if let Some(data) = decoded(event.data) {
            return self.read(&EventRef { data: &data, ..*event }, add);
        }
        for event in events_of(event) {
            if self.read_one(&event, &mut add)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn read_one(
        &mut self,
        event: &EventRef<'_>,
        add: &mut dyn FnMut(Delta),
    ) -> Result<bool, TextError> {
        let mut text = String::new();
        let mut objects = Vec::new();
        let is_end = self.text.read_one(event, &mut text, &mut objects)?;
        let mut text = Some(text);
        for json in objects {
            self.add_extras(json, event.event_type, &mut text, add);
        }
        add_text(text.unwrap_or_default(), add);
        if is_end {
            self.end(add);
        }
        Ok(is_end)
    }

    /// Ends the answer at the end of the stream. Calls `add` with the parts that were held back.
    ///
    /// # Errors
    ///
    /// [`TextError::UnknownFormat`] if nothing in the events was understood.
    pub fn finish(&mut self, mut add: impl FnMut(Delta)) -> Result<(), TextError> {
        let mut text = String::new();
        self.text.finish(&mut text)?;
        add_text(text, &mut add);
        self.end(&mut add);
        Ok(())
    }

    /// Reasoning comes before the text of the same event, everything else after it.
    fn add_extras(
        &mut self,
        json: Value<'_>,
        event_type: &str,
        text: &mut Option<String>,
        add: &mut dyn FnMut(Delta),
    ) {
        let Extras { reasoning, refusal, calls, finish_reason, is_whole, item } =
            extras(self.text.format(), json, event_type);
        let whole = is_whole.then_some(item);
        self.reasoning.add(reasoning, whole.clone()).map(Delta::Reasoning).map(&mut *add);
        add_text(text.take().unwrap_or_default(), add);
        self.refusal.add(refusal, whole).map(Delta::Refusal).map(&mut *add);
        if !is_whole || self.calls.is_empty() {
            for call in calls {
                self.calls.add(call, add);
            }
        }
        if !finish_reason.is_empty() {
            self.calls.settle(false, add);
            add(Delta::Finish(String::from_utf8_lossy(&finish_reason).into_owned()));
        }
    }

    fn end(&mut self, add: &mut dyn FnMut(Delta)) {
        self.reasoning.end().map(Delta::Reasoning).map(&mut *add);
        self.refusal.end().map(Delta::Refusal).map(&mut *add);
        self.calls.settle(true, add);
    }
}

fn add_text(text: String, add: &mut dyn FnMut(Delta)) {
    if !text.is_empty() {
        add(Delta::Text(text));
    }
}

impl Piece {
    fn add(&mut self, mut piece: Vec<u8>, whole: Option<Option<Vec<u8>>>) -> Option<String> {
        if piece.is_empty() {
            return None;
        }
        if let Some(item) = whole {
            piece = self.told.rest_of(&piece, item);
        }
        let mut text = String::new();
        self.joiner.join(&piece, &mut text);
        self.told.push(&text);
        Some(text).filter(|text| !text.is_empty())
    }

    fn end(&mut self) -> Option<String> {
        let mut text = String::new();
        self.joiner.finish(&mut text);
        Some(text).filter(|text| !text.is_empty())
    }
}
