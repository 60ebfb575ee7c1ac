//! What an event adds to an answer beside its text, as `pkg/src/llm` reads it.

use super::{
    at::{answers, at, is_at, said_at, say, string_at, text_at},
    call_values::placed_in,
    calls::{CallPart, Key},
    format::Format,
    formats::{Kind, content_of, is_thought, item_of, message_of},
};
use crate::json::Value;
use alloc::vec::Vec;

/// Where a call, or a fragment of one, has its id, its name and its arguments.
const ID: &str = "item.call_id|call_id|toolCallId|payload.toolCallId|id";
/// The same of an event, whose own `id` is none of a call.
const EVENT_ID: &str = "item.call_id|call_id|toolCallId|payload.toolCallId";
const NAME: &str =
    "function.name|custom.name|item.name|toolCallName|toolName|payload.toolName|name";
const ARGUMENTS: &str = "function.arguments|custom.input|arguments|args|input";

/// Where fragments say which call or block they are of.
const KEY: &str = "output_index|index|item_id|item.id";

/// What an event adds beside its text. Texts are UTF-8, but for surrogates without their other half.
#[derive(Default)]
pub(super) struct Extras {
    pub(super) reasoning: Vec<u8>,
    pub(super) refusal: Vec<u8>,
    pub(super) calls: Vec<CallPart>,
    pub(super) finish_reason: Vec<u8>,
    /// Whether this is all of the answer, or of an item of it: texts add what did not come before, and calls
    /// only count if none came before.
    pub(super) is_whole: bool,
    /// Which item of the answer this is all of, as in JSON.
    pub(super) item: Option<Vec<u8>>,
}

impl Extras {
    /// Whether there is anything but a text.
    pub(super) fn has_any(&self) -> bool {
        let texts = [&self.reasoning, &self.refusal, &self.finish_reason];
        !self.calls.is_empty() || texts.iter().any(|text| !text.is_empty())
    }
}

/// Reads the extras of an object in a format.
pub(super) fn extras(format: Format, json: Value<'_>, event_type: &str) -> Extras {
    let mut extras = Extras::default();
    match format {
        Format::Auto => {}
        Format::OpenAiChat => extras.openai_chat(json),
        Format::OpenAiResponses => extras.openai_responses(json, event_type),
        Format::Anthropic => extras.anthropic(json, event_type),
        Format::Gemini => extras.gemini(json),
        Format::Ollama => extras.ollama(json),
        Format::AiSdk => extras.ai_sdk(json, event_type),
        Format::AgUi => extras.ag_ui(json, event_type),
    }
    extras
}

impl Extras {
    fn openai_chat(&mut self, json: Value<'_>) {
        for choice in json.get("choices").into_iter().flat_map(answers) {
            let reason = text_at(choice, "finishReason");
            // KoboldCpp writes that there is none yet.
            if reason != b"null" {
                self.finish_reason = or(reason, &self.finish_reason);
            }
            let (message, is_whole) = message_of(json, choice);
            let Some(message) = message.filter(|_| !(self.is_whole && is_whole)) else { continue };
            self.is_whole = is_whole;
            let thoughts =
                at(message, "reasoningContent|reasoning|reasoningText|thinking|reasoningDetails");
            self.blocks(thoughts, None, true);
            self.blocks(content_of(Some(message)), None, false);
            self.refusal.extend(text_at(message, "refusal"));
            self.fragments(at(message, "toolCalls|functionCall"));
        }
    }

    fn openai_responses(&mut self, json: Value<'_>, event_type: &str) {
        let kind = Kind::new(json, "type|object", event_type);
        let is_call =
            ["function_call", "custom_tool_call"].iter().any(|kind| is_at(json, "item.type", kind));
        if kind.is("response.refusal.delta") {
            self.refusal = text_at(json, "delta");
        } else if kind.is("response.refusal.done") {
            (self.is_whole, self.item) = (true, item_of(json));
            self.refusal = text_at(json, "refusal");
        } else if kind.is_one_of(&[
            "response.reasoning.delta",
            "response.reasoning_text.delta",
            "response.reasoning_summary_text.delta",
        ]) {
            self.reasoning = said_at(json, "delta");
        } else if kind.is_one_of(&[
            "response.reasoning.done",
            "response.reasoning_text.done",
            "response.reasoning_summary_text.done",
        ]) {
            (self.is_whole, self.item) = (true, item_of(json));
            self.reasoning = text_at(json, "text");
        } else if kind.is("response.content_part.done")
            || kind.is("response.output_item.done")
                && ["message", "reasoning"].iter().any(|kind| is_at(json, "item.type", kind))
        {
            (self.is_whole, self.item) = (true, item_of(json));
            self.blocks(at(json, "part|item"), None, false);
        } else if kind.is("response.reasoning_summary_part.added") {
            let is_first = json.get("summary_index").is_none_or(|index| index.raw() == b"0");
            self.reasoning = if is_first { Vec::new() } else { b"\n\n".to_vec() };
        } else if kind.is("response.output_item.added") && is_call {
            let initial = arguments_at(json, "item.arguments|item.input");
            self.event_call(json, |call| call.initial = initial);
        } else if kind.is("response.output_item.done") && is_call {
            let whole = arguments_at(json, "item.arguments|item.input");
            self.event_call(json, |call| call.whole = whole);
        } else if kind.is_one_of(&[
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.custom_tool_call_input.delta",
            "response.custom_tool_call_input.done",
        ]) {
            let (fragment, whole) =
                (arguments_at(json, "delta"), arguments_at(json, "arguments|input"));
            self.event_call(json, |call| (call.arguments, call.whole) = (fragment, whole));
        } else if kind.is_one_of(&[
            "response.completed",
            "response.done",
            "response.incomplete",
            "response.cancelled",
            "response",
        ]) {
            self.is_whole = true;
            self.blocks(at(json, "response.output|output"), None, false);
            let reason = "response.incomplete_details.reason|incomplete_details.reason|response.status|status";
            self.finish_reason = text_at(json, reason);
        }
    }

    fn anthropic(&mut self, json: Value<'_>, event_type: &str) {
        let kind = Kind::new(json, "type", event_type);
        if kind.is("content_block_start") {
            let key = at(json, KEY).map_or(Key::Unknown, Key::of);
            self.blocks(at(json, "content_block"), Some(&key), false);
        } else if kind.is("content_block_delta") {
            self.reasoning = said_at(json, "delta.thinking");
            let fragment = arguments_at(json, "delta.partial_json");
            self.event_call(json, |call| call.arguments = fragment);
        } else if kind.is("message_start") {
            self.blocks(at(json, "message.content"), None, false);
        } else if kind.is("message_delta") {
            self.finish_reason = text_at(json, "delta.stop_reason");
            self.refusal = text_at(json, "delta.stop_details.explanation");
        } else if kind.is("message") && is_at(json, "role", "assistant") {
            self.is_whole = true;
            self.blocks(at(json, "content"), None, false);
            self.finish_reason = text_at(json, "stop_reason");
        }
    }

    fn gemini(&mut self, json: Value<'_>) {
        self.blocks(at(json, "candidates.*.content.parts"), None, false);
        self.refusal.extend(text_at(json, "promptFeedback.blockReasonMessage"));
        self.finish_reason = text_at(json, "candidates.*.finishReason|promptFeedback.blockReason");
    }

    fn ollama(&mut self, json: Value<'_>) {
        self.blocks(at(json, "message.thinking|thinking"), None, true);
        let is_end = ["done", "stop"].iter().any(|name| json.get(name).is_some_and(Value::is_true));
        let path = if is_end { "done_reason|stop_type" } else { "finish_reason" };
        self.finish_reason = text_at(json, path);
        if is_end && self.finish_reason.is_empty() {
            self.finish_reason = b"stop".to_vec();
        }
        let calls = at(json, "message.tool_calls|tool_calls");
        for call in calls.into_iter().flat_map(Value::items) {
            self.calls.push(CallPart {
                whole: arguments_at(call, ARGUMENTS),
                ..CallPart::new(call, Key::Own, ID)
            });
        }
    }

    fn ai_sdk(&mut self, json: Value<'_>, event_type: &str) {
        let kind = Kind::new(json, "type", event_type);
        if kind.is("reasoning-delta") {
            self.reasoning = said_at(json, "delta|textDelta|text|payload.text");
        } else if kind.is_one_of(&["tool-input-start", "tool-input-delta"]) {
            let fragment = arguments_at(json, "inputTextDelta");
            self.event_call(json, |call| call.arguments = fragment);
        } else if kind.is_one_of(&["tool-input-available", "tool-input-error", "tool-call"]) {
            let whole = arguments_at(json, "input|args|payload.args");
            self.event_call(json, |call| call.whole = whole);
        } else if kind.is("finish") {
            self.finish_reason =
                or(text_at(json, "finishReason|payload.stepResult.reason"), b"stop");
        } else if kind.is("abort") {
            self.finish_reason = b"abort".to_vec();
        }
    }

    fn ag_ui(&mut self, json: Value<'_>, event_type: &str) {
        let kind = Kind::new(json, "type", event_type);
        if kind.is_one_of(&[
            "REASONING_MESSAGE_CONTENT",
            "REASONING_MESSAGE_CHUNK",
            "THINKING_TEXT_MESSAGE_CONTENT",
        ]) {
            self.reasoning = said_at(json, "delta");
        } else if kind.is_one_of(&["TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_CHUNK"]) {
            let fragment = arguments_at(json, "delta");
            self.event_call(json, |call| call.arguments = fragment);
        } else if kind.is("MESSAGES_SNAPSHOT") && is_at(json, "messages.$.role", "assistant") {
            self.is_whole = true;
            self.blocks(at(json, "messages.$.content"), None, false);
            self.fragments(at(json, "messages.$.toolCalls"));
        } else if kind.is("RUN_FINISHED") {
            let reason = "finishReason|metadata.tanstack.finishReason|outcome.type";
            self.finish_reason = or(text_at(json, reason), b"stop");
        }
    }

    /// Adds fragments of calls, each with its own `index`: a list of them, or one.
    fn fragments(&mut self, calls: Option<Value<'_>>) {
        let Some(calls) = calls else { return };
        let one = Some(calls).filter(|call| call.is_object());
        for call in one.into_iter().chain(calls.items()) {
            let key = match at(call, "index") {
                _ if self.is_whole => Key::Own,
                Some(index) => Key::of(index),
                None => Key::Unknown,
            };
            self.calls.push(CallPart {
                arguments: arguments_at(call, ARGUMENTS),
                ..CallPart::new(call, key, ID)
            });
        }
    }

    /// Adds the call that an event itself is a fragment of.
    fn event_call(&mut self, json: Value<'_>, set: impl FnOnce(&mut CallPart)) {
        let key = at(json, KEY).map_or(Key::Unknown, Key::of);
        let mut call = CallPart::new(json, key, EVENT_ID);
        set(&mut call);
        if !call.is_empty() {
            self.calls.push(call);
        }
    }

    /// Adds the thoughts, refusals and calls of content blocks, as vendors nest them. `key` is the
    /// blocks' key if fragments of calls follow. The recursion is as deep as JSON that was accepted
    /// may be.
    fn blocks(&mut self, block: Option<Value<'_>>, key: Option<&Key>, is_thought: bool) {
        let Some(block) = block else { return };
        if is_thought {
            say(block, &mut self.reasoning);
        }
        for inner in block.items() {
            self.blocks(Some(inner), key, is_thought);
        }
        if !block.is_object() {
            return;
        }
        let kind = text_at(block, "type");
        let call = at(block, "functionCall").or_else(|| {
            let is_call = matches!(&*kind, b"tool_use" | b"function_call" | b"custom_tool_call");
            is_call.then_some(block)
        });
        self.refusal.extend(text_at(block, "refusal"));
        if let Some(call) = call {
            let arguments = arguments_at(call, ARGUMENTS);
            let mut part = CallPart::new(call, key.cloned().unwrap_or(Key::Own), ID);
            // Gemini may send a call's arguments after its name.
            if key.is_none() && part.name.is_empty() {
                part.key = Key::Unknown;
            }
            match key {
                Some(_) => part.initial = arguments,
                None => part.whole = arguments,
            }
            self.calls.push(part);
            return;
        }
        let is_thought = at(block, "thought").is_some_and(|thought| !thought.is_falsy())
            || self::is_thought(&kind)
            || is_thought;
        let path = match &*kind {
            b"message" | b"reasoning" => "text|thinking|summary|transcript|content",
            _ => "text|thinking|summary|transcript",
        };
        self.blocks(at(block, path), key, is_thought);
    }
}

impl CallPart {
    fn new(call: Value<'_>, key: Key, id: &str) -> Self {
        let string =
            |path| alloc::string::String::from_utf8(text_at(call, path)).unwrap_or_default();
        // Some servers write that there is none.
        let id = Some(string(id)).filter(|id| id != "null").unwrap_or_default();
        let item = at(call, "item.id|id").map_or(Key::Unknown, Key::of);
        let values = placed_in(call);
        Self { key, item, id, name: string(NAME), values, ..Self::default() }
    }
}

/// The arguments of a call as JSON: some vendors send the object itself.
fn arguments_at(json: Value<'_>, path: &str) -> Vec<u8> {
    match at(json, path) {
        Some(value) if value.is_object() => value.raw().to_vec(),
        Some(_) if string_at(json, path).is_some() => text_at(json, path),
        _ => Vec::new(),
    }
}

fn or(text: Vec<u8>, default: &[u8]) -> Vec<u8> {
    if text.is_empty() { default.to_vec() } else { text }
}
