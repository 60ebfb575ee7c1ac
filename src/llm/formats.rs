//! The text of an event in each format, as `pkg/src/llm` reads it: complete, and slower than a rule.

use super::{
    at::{at, is_at, string_at, text_at},
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
}

/// A part; `None` for an event that is not of the format.
pub(super) type Read = Result<Option<Part>, TextError>;

fn part(text: Vec<u8>) -> Read {
    Ok(Some(Part { text, ..Part::default() }))
}

fn end() -> Read {
    Ok(Some(Part { is_end: true, ..Part::default() }))
}

/// An event's kind: the member `type`, or the event's name.
pub(super) struct Kind<'a> {
    member: Option<Literal<'a>>,
    name: &'a str,
}

impl<'a> Kind<'a> {
    pub(super) fn new(json: Value<'a>, path: &str, event_type: &'a str) -> Self {
        let name = if event_type == "message" { "" } else { event_type };
        Self { member: string_at(json, path), name }
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
    let is_there = |path| at(json, path).is_some_and(|value| !value.is_falsy());
    let is_whole = is_there("choices.*.message") && !is_there("choices.*.delta");
    let path = match is_whole {
        true => "choices.*.message.content|choices.*.text",
        false => "choices.*.delta.content|choices.*.text",
    };
    Ok(Some(Part { text: content(at(json, path)), is_whole, ..Part::default() }))
}

pub(super) fn openai_responses(json: Value<'_>, event_type: &str) -> Read {
    let kind = Kind::new(json, "type|object", event_type);
    if kind.is("response.output_text.delta") {
        return part(text_at(json, "delta"));
    }
    let has_failed = kind.is("response") && is_at(json, "status", "failed");
    if has_failed || kind.is("response.failed") {
        return Err(at(json, "response.error|error").map_or_else(failed, upstream));
    }
    let is_repeated = kind.is_one_of(&["response.completed", "response.incomplete"]);
    if is_repeated || kind.is("response") {
        let text = content(at(json, "response.output|output"));
        return Ok(Some(Part { text, is_whole: true, is_repeated, is_end: true }));
    }
    let is_ours = kind.is_one_of(&[
        "response.created",
        "response.in_progress",
        "response.refusal.delta",
        "response.reasoning_text.delta",
        "response.reasoning_summary_text.delta",
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
        part(text_at(json, "delta.text"))
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

/// Ollama's lines, Cloudflare's `{ response }` and llama.cpp's `{ content, stop }`.
pub(super) fn ollama(json: Value<'_>) -> Read {
    let is_string = |name| json.get(name).is_some_and(|value| value.string().is_some());
    // `content` alone is too common a name.
    let is_content =
        is_string("content") && (json.get("stop").is_some() || json.members().count() == 1);
    let is_ours = is_content
        || json.get("done").is_some()
        || is_string("response")
        || json.get("message").is_some_and(Value::is_object);
    if !is_ours {
        return Ok(None);
    }
    let is_end = ["done", "stop"].iter().any(|name| json.get(name).is_some_and(Value::is_true));
    let text = text_at(json, if is_content { "content" } else { "message.content|response" });
    Ok(Some(Part { text, is_end, ..Part::default() }))
}

/// The AI SDK's UI message stream. `[DONE]` is its end.
pub(super) fn ai_sdk(json: Value<'_>, event_type: &str) -> Read {
    let kind = Kind::new(json, "type", event_type);
    if kind.is("text-delta") {
        return part(text_at(json, "delta|textDelta|text"));
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
        "finish",
        "abort",
    ]);
    if is_ours { part(Vec::new()) } else { Ok(None) }
}

pub(super) fn ag_ui(json: Value<'_>, event_type: &str) -> Read {
    let kind = Kind::new(json, "type", event_type);
    if kind.is_one_of(&["TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_CHUNK"]) {
        return part(text_at(json, "delta"));
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
    if let Some(string) = block.string() {
        string.decode(text);
    }
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
