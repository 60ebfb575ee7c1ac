//! The text of an event in each format, as `pkg/src/llm` reads it: complete, and slower than a rule.

use super::{
    at::{answers, at, is_at, said_at, say, string_at, text_at},
    error::TextError,
    extras::extras,
    format::Format,
    problem::{failed, upstream},
};
use crate::json::{Literal, Value};
use alloc::vec::Vec;

/// What an event adds to an answer's text.
#[derive(Default)]
pub(super) struct Part {
    /// UTF-8, but for surrogates without their other half.
    pub(super) text: Vec<u8>,
    /// Whether this is all of the text, or of an item of it: it adds what did not come before.
    pub(super) is_whole: bool,
    /// Which item of the answer this is all of, as in JSON.
    pub(super) item: Option<Vec<u8>>,
    /// Whether the event repeats at a stream's end what came in it.
    pub(super) is_repeated: bool,
    pub(super) is_end: bool,
    /// Whether the event says no more than that the answer ends.
    pub(super) is_end_alone: bool,
}

/// A part; `None` for an event that is not of the format.
pub(super) type Read = Result<Option<Part>, TextError>;

fn part(text: Vec<u8>) -> Read {
    Ok(Some(Part { text, ..Part::default() }))
}

/// The part of an event that is nothing without its text: somebody else's of the same name.
fn text_alone(text: Vec<u8>) -> Read {
    if text.is_empty() { Ok(None) } else { part(text) }
}

fn end() -> Read {
    Ok(Some(Part { is_end: true, is_end_alone: true, ..Part::default() }))
}

/// An event's kind: the member `type`, or the event's name.
pub(super) struct Kind<'a> {
    member: Option<Literal<'a>>,
    name: &'a str,
}

impl<'a> Kind<'a> {
    pub(super) fn new(json: Value<'a>, path: &str, event_type: &'a str) -> Self {
        let name = if event_type == "message" { "" } else { event_type };
        // Some send the response itself as the data of each event that has one.
        let is_named =
            |member: &Literal<'_>| name.starts_with("response.") && member.is("response");
        Self { member: string_at(json, path).filter(|member| !is_named(member)), name }
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        self.member.as_ref().map_or(self.name == kind, |member| member.is(kind))
    }

    pub(super) fn is_one_of(&self, kinds: &[&str]) -> bool {
        kinds.iter().any(|kind| self.is(kind))
    }
}

pub(super) fn openai_chat(json: Value<'_>) -> Read {
    // Figures alone are ours, but not those beside somebody else's answer.
    let has_figures = at(json, "usage.prompt_tokens").is_some_and(Value::is_number);
    if json.get("choices").is_none() && !(has_figures && json.members().all(is_beside_figures)) {
        return Ok(None);
    }
    let mut whole = Part::default();
    let mut is_known = at(json, "choices").is_none();
    // Some servers cut what they send for one answer into several choices.
    for choice in json.get("choices").into_iter().flat_map(answers) {
        if let Some(error) = at(json, "x_groq.error").or_else(|| at(choice, "error")) {
            return Err(upstream(error));
        }
        if is_at(choice, "finishReason", "error") {
            return Err(upstream(json));
        }
        let (message, is_whole) = message_of(json, choice);
        let text = content(content_of(message).or_else(|| at(choice, "text")));
        // A text under another name is not understood.
        is_known |= !text.is_empty()
            || extras(Format::OpenAiChat, json, "").has_any()
            || figures_in(json).is_some()
            || !has_text(message.unwrap_or(choice));
        if !is_whole || whole.text.is_empty() {
            whole.text.extend(text);
        }
        whole.is_whole |= is_whole;
    }
    Ok(Some(whole).filter(|whole| is_known || !whole.text.is_empty()))
}

/// Whether a member is one that comes beside figures alone.
fn is_beside_figures((name, _): (Literal<'_>, Value<'_>)) -> bool {
    let mut text = Vec::new();
    name.decode(&mut text);
    text.contains(&b'_')
        || matches!(&*text, b"id" | b"object" | b"created" | b"model" | b"provider" | b"usage")
}

/// Whether there is something in a message that may be text.
fn has_text(message: Value<'_>) -> bool {
    message.members().any(|(name, value)| {
        let is_text = value.string().is_some() && !value.is_falsy();
        is_text && !name.is("role") || has_text(value)
    }) || message.items().any(has_text)
}

/// Where an event has its figures.
pub(super) fn figures_in(json: Value<'_>) -> Option<Value<'_>> {
    at(json, "usage|message.usage|x_groq.usage|choices.*.usage|usageMetadata")
        .filter(|usage| usage.is_object() && usage.members().next().is_some())
}

/// The members that make a delta one.
const DELTA: &str = "content|audio|reasoningContent|reasoning|reasoningText|thinking|reasoningDetails.0|toolCalls.0|functionCall|refusal";

/// What a choice has of the answer, and whether that is all of it: the delta, or a message if there is
/// no delta, or an empty one.
pub(super) fn message_of<'a>(json: Value<'a>, choice: Value<'a>) -> (Option<Value<'a>>, bool) {
    let [delta, message] =
        ["delta", "message"].map(|path| at(choice, path).filter(|value| !value.is_falsy()));
    match message {
        Some(_) if delta.is_none_or(|delta| at(delta, DELTA).is_none()) => {
            // Some stream messages as others stream deltas.
            (message, delta.is_some() || !is_at(json, "object", "chat.completion.chunk"))
        }
        _ => (delta, false),
    }
}

/// The content of a delta or a message, which may be a text itself.
pub(super) fn content_of(message: Option<Value<'_>>) -> Option<Value<'_>> {
    message.filter(|message| message.string().is_some()).or_else(|| at(message?, "content|audio"))
}

pub(super) fn openai_responses(json: Value<'_>, event_type: &str) -> Read {
    let kind = Kind::new(json, "type|object", event_type);
    if kind.is_one_of(&[
        "response.output_text.delta",
        "response.content_part.delta",
        "response.audio.transcript.delta",
        "response.audio_transcript.delta",
        "response.output_audio_transcript.delta",
    ]) {
        return text_alone(said_at(json, "delta.text|delta"));
    }
    let has_failed = kind.is("response") && is_at(json, "status", "failed")
        || kind.is("response.done") && is_at(json, "response.status", "failed");
    if has_failed || kind.is("response.failed") {
        return Err(at(json, "response.error|error").map_or_else(failed, upstream));
    }
    let is_repeated = kind.is_one_of(&[
        "response.completed",
        "response.done",
        "response.incomplete",
        "response.cancelled",
    ]);
    if is_repeated || kind.is("response") {
        let text = content(at(json, "response.output|output|response.output_text|output_text"));
        return Ok(Some(Part {
            text,
            is_whole: true,
            is_repeated,
            is_end: true,
            ..Part::default()
        }));
    }
    let is_message = kind.is("response.output_item.done") && is_at(json, "item.type", "message");
    let done = if kind.is("response.output_text.done") {
        Some("text")
    } else if kind.is("response.content_part.done") {
        Some("part")
    } else {
        is_message.then_some("item")
    };
    if let Some(path) = done {
        let text = content(at(json, path));
        let item = item_of(json);
        return Ok(Some(Part { text, is_whole: true, item, is_repeated: true, ..Part::default() }));
    }
    let is_ours = kind.is_one_of(&[
        "response.created",
        "response.in_progress",
        "response.refusal.delta",
        "response.refusal.done",
        "response.reasoning.delta",
        "response.reasoning_text.delta",
        "response.reasoning_summary_text.delta",
        "response.reasoning.done",
        "response.reasoning_text.done",
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.custom_tool_call_input.delta",
        "response.custom_tool_call_input.done",
    ]) || kind
        .is_one_of(&["response.output_item.added", "response.output_item.done"])
        && (is_at(json, "item.type", "function_call")
            || is_at(json, "item.type", "custom_tool_call"))
        || kind.is("response.output_item.done") && is_at(json, "item.type", "reasoning");
    if is_ours { part(Vec::new()) } else { Ok(None) }
}

/// Which item of the answer an event is of.
pub(super) fn item_of(json: Value<'_>) -> Option<Vec<u8>> {
    at(json, "output_index").map(|index| index.raw().to_vec())
}

pub(super) fn anthropic(json: Value<'_>, event_type: &str) -> Read {
    let kind = Kind::new(json, "type", event_type);
    if kind.is("content_block_delta") {
        let text = said_at(json, "delta.text");
        if text.is_empty() && !extras(Format::Anthropic, json, event_type).has_any() {
            return Ok(None);
        }
        part(text)
    } else if kind.is("message_start") {
        part(content(at(json, "message.content")))
    } else if kind.is("content_block_start") {
        part(content(at(json, "content_block")))
    } else if kind.is("message_stop") {
        end()
    } else if kind.is("message") && is_at(json, "role", "assistant") {
        let text = content(at(json, "content"));
        Ok(Some(Part { text, is_whole: true, ..Part::default() }))
    } else if kind.is_one_of(&["content_block_stop", "message_delta"]) {
        part(Vec::new())
    } else {
        Ok(None)
    }
}

pub(super) fn gemini(json: Value<'_>) -> Read {
    match at(json, "candidates|usageMetadata|promptFeedback") {
        Some(value) if !value.is_falsy() => part(content(at(json, "candidates.*.content.parts"))),
        _ => Ok(None),
    }
}

/// Ollama's lines, Cloudflare's `{ response }`, llama.cpp's `{ content, stop }`, and the
/// `{ content, done }` of many.
pub(super) fn ollama(json: Value<'_>, event_type: &str) -> Read {
    let is_string = |name| json.get(name).is_some_and(|value| value.string().is_some());
    // `content` alone is too common a name.
    let is_content =
        is_string("content") && (json.get("stop").is_some() || json.members().count() == 1);
    let is_said = |name| is_string(name) || json.get(name).is_some_and(Value::is_number);
    let is_there = |name| json.get(name).is_some_and(|value| !value.is_falsy());
    let has_others = json.get("done").is_some() && !is_there("type");
    let message = json.get("message").filter(|message| message.is_object());
    let is_ours = is_content
        || message.is_some_and(|message| {
            ["content", "thinking", "tool_calls"].iter().any(|name| message.get(name).is_some())
        })
        || has_others && ["content", "text", "delta", "token"].into_iter().any(is_said)
        || is_string("response")
        // Workers AI sends digits as numbers; it pads with `p`.
        || is_said("response") && json.get("p").is_some()
        || at(json, "tool_calls").is_some()
        || json.get("done").is_some_and(Value::is_true);
    if !is_ours {
        return Ok(None);
    }
    let path = match has_others {
        _ if is_content => "content",
        true => "message.content|response|content|text|delta|token",
        false => "message.content|response",
    };
    let text = content(at(json, path));
    let is_end = ["done", "stop"].iter().any(|name| json.get(name).is_some_and(Value::is_true));
    // Ollama names the model in each line.
    let is_end_alone = is_end && text.is_empty() && message.is_none() && !is_there("model");
    // HyperCLOVA X ends with all of the text.
    let is_whole = event_type == "result";
    Ok(Some(Part { text, is_whole, is_end, is_end_alone, ..Part::default() }))
}

/// The AI SDK's UI message stream. `[DONE]` is its end.
pub(super) fn ai_sdk(json: Value<'_>, event_type: &str) -> Read {
    let kind = Kind::new(json, "type", event_type);
    if kind.is("text-delta") {
        return text_alone(said_at(json, "delta|textDelta|text|payload.text"));
    }
    let is_ours = kind.is_one_of(&[
        "start",
        "message-metadata",
        "start-step",
        "text-start",
        "reasoning-start",
        "reasoning-delta",
        "tool-input-start",
        "tool-input-delta",
        "tool-input-available",
        "tool-input-error",
        "tool-call",
        "finish",
        "abort",
    ]);
    if is_ours { part(Vec::new()) } else { Ok(None) }
}

pub(super) fn ag_ui(json: Value<'_>, event_type: &str) -> Read {
    let kind = Kind::new(json, "type", event_type);
    if kind.is_one_of(&["TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_CHUNK"]) {
        return text_alone(said_at(json, "delta"));
    }
    if kind.is("MESSAGES_SNAPSHOT") && is_at(json, "messages.$.role", "assistant") {
        let text = content(at(json, "messages.$.content"));
        return Ok(Some(Part { text, is_whole: true, ..Part::default() }));
    }
    if kind.is("RUN_FINISHED") {
        // TanStack AI finishes at each turn of its loop.
        let reason = "finishReason|metadata.tanstack.finishReason|outcome.type";
        return if is_at(json, reason, "tool_calls") { part(Vec::new()) } else { end() };
    }
    let is_ours = kind.is_one_of(&[
        "RUN_STARTED",
        "REASONING_MESSAGE_CONTENT",
        "REASONING_MESSAGE_CHUNK",
        "THINKING_TEXT_MESSAGE_CONTENT",
        "TOOL_CALL_START",
        "TOOL_CALL_ARGS",
        "TOOL_CALL_CHUNK",
    ]);
    if is_ours { part(Vec::new()) } else { Ok(None) }
}

/// The text of content blocks, as vendors nest them: a text, an array of blocks, or a block that is
/// text or has blocks itself. Thoughts, refusals and calls are none.
fn content(value: Option<Value<'_>>) -> Vec<u8> {
    let mut text = Vec::new();
    if let Some(value) = value {
        add_content(value, &mut text);
    }
    text
}

/// The recursion is as deep as JSON that was accepted may be.
fn add_content(block: Value<'_>, text: &mut Vec<u8>) {
    say(block, text);
    for inner in block.items() {
        add_content(inner, text);
    }
    if !block.is_object() {
        return;
    }
    let is_there = |name| block.get(name).is_some_and(|value| !value.is_falsy());
    let kind = text_at(block, "type");
    let is_call = at(block, "functionCall").is_some_and(|call| !call.is_falsy())
        || matches!(&*kind, b"tool_use" | b"function_call" | b"custom_tool_call");
    if is_call || is_there("thought") || is_thought(&kind) {
        return;
    }
    let path = match &*kind {
        b"message" => "text|thinking|summary|transcript|content",
        _ => "text|thinking|summary|transcript",
    };
    if let Some(inner) = at(block, path) {
        add_content(inner, text);
    }
}

/// Whether content blocks of a kind are thoughts.
pub(super) fn is_thought(kind: &[u8]) -> bool {
    let has = |word: &[u8]| kind.windows(word.len()).any(|part| part == word);
    has(b"thought") || has(b"think") || has(b"reason")
}
