//! The text of an event in each format, as `pkg/src/llm` reads it: complete, and slower than a rule.

use super::{
    at::{at, is_at, said_at, say, string_at, text_at},
    error::TextError,
    problem::{failed, upstream},
};
use crate::json::{Literal, Value};
use alloc::vec::Vec;

/// What an event adds to an answer's text.
#[derive(Default)]
pub(super) struct Part {
    /// UTF-8, but for surrogates without their other half.
    pub(super) text: Vec<u8>,
    /// Whether this is all of the text: it only counts if none came before.
    pub(super) is_whole: bool,
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
    let object = text_at(json, "object");
    let is_ours = object.starts_with(b"chat.completion")
        || object.starts_with(b"text_completion")
        || json.get("choices").is_some()
        || at(json, "usage.prompt_tokens").is_some();
    if !is_ours {
        return Ok(None);
    }
    if let Some(error) = at(json, "choices.*.error").filter(|error| !error.is_falsy()) {
        return Err(upstream(error));
    }
    if is_at(json, "choices.*.finish_reason", "error") {
        return Err(upstream(json));
    }
    let (message, is_whole) = message_of(json);
    let text = message.and_then(|message| at(message, "content"));
    let text = content(text.or_else(|| at(json, "choices.*.text")));
    Ok(Some(Part { text, is_whole, ..Part::default() }))
}

/// The members that make a delta one.
const DELTA: &str = "content|reasoning_content|reasoning|reasoning_text|reasoning_details.0|tool_calls.0|function_call|refusal";

/// What a chunk has of the first answer, and whether that is all of it: the delta, or a message if
/// there is no delta, or an empty one.
pub(super) fn message_of(json: Value<'_>) -> (Option<Value<'_>>, bool) {
    let [delta, message] = ["choices.*.delta", "choices.*.message"]
        .map(|path| at(json, path).filter(|value| !value.is_falsy()));
    match message {
        Some(_) if delta.is_none_or(|delta| at(delta, DELTA).is_none()) => {
            // Some stream messages as others stream deltas.
            (message, delta.is_some() || !is_at(json, "object", "chat.completion.chunk"))
        }
        _ => (delta, false),
    }
}

pub(super) fn openai_responses(json: Value<'_>, event_type: &str) -> Read {
    let kind = Kind::new(json, "type|object", event_type);
    if kind.is("response.output_text.delta") {
        return part(said_at(json, "delta"));
    }
    let has_failed = kind.is("response") && is_at(json, "status", "failed");
    if has_failed || kind.is("response.failed") {
        return Err(at(json, "response.error|error").map_or_else(failed, upstream));
    }
    let is_repeated = kind.is_one_of(&["response.completed", "response.incomplete"]);
    if is_repeated || kind.is("response") {
        let text = content(at(json, "response.output|output"));
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
        return Ok(Some(Part { text, is_whole: true, is_repeated: true, ..Part::default() }));
    }
    let is_ours = kind.is_one_of(&[
        "response.created",
        "response.in_progress",
        "response.refusal.delta",
        "response.reasoning_text.delta",
        "response.reasoning_summary_text.delta",
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
            || is_at(json, "item.type", "custom_tool_call"));
    if is_ours { part(Vec::new()) } else { Ok(None) }
}

pub(super) fn anthropic(json: Value<'_>, event_type: &str) -> Read {
    let kind = Kind::new(json, "type", event_type);
    if kind.is("content_block_delta") {
        part(said_at(json, "delta.text"))
    } else if kind.is("content_block_start") {
        part(content(at(json, "content_block")))
    } else if kind.is("message_stop") {
        end()
    } else if kind.is("message") && is_at(json, "role", "assistant") {
        let text = content(at(json, "content"));
        Ok(Some(Part { text, is_whole: true, ..Part::default() }))
    } else if kind.is_one_of(&["message_start", "content_block_stop", "message_delta"]) {
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
pub(super) fn ollama(json: Value<'_>) -> Read {
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
    Ok(Some(Part { text, is_end, is_end_alone, ..Part::default() }))
}

/// The AI SDK's UI message stream. `[DONE]` is its end.
pub(super) fn ai_sdk(json: Value<'_>, event_type: &str) -> Read {
    let kind = Kind::new(json, "type", event_type);
    if kind.is("text-delta") {
        return part(said_at(json, "delta|textDelta|text|payload.text"));
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
        return part(said_at(json, "delta"));
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
    let is_call = is_there("functionCall")
        || matches!(&*kind, b"tool_use" | b"function_call" | b"custom_tool_call");
    let has = |word: &[u8]| kind.windows(word.len()).any(|part| part == word);
    if is_call || is_there("thought") || has(b"think") || has(b"reason") {
        return;
    }
    let path = match &*kind {
        b"message" => "text|thinking|summary|content",
        _ => "text|thinking|summary",
    };
    if let Some(inner) = at(block, path) {
        add_content(inner, text);
    }
}
