//! The AI SDK's UI message stream: unnamed events whose data is JSON with a `type`, and `[DONE]`.

use serde::Deserialize;
use serde_json::{Value, json};
use sluicegate::llm::Delta;
use uuid::Uuid;

use super::{Ending, Frame, Frames, Framing};

/// The parts of one message.
pub struct UiMessage {
    id: String,
    /// The part that text is added to.
    open: Option<Open>,
    /// How many parts with text there were.
    parts: u32,
    calls: Vec<Call>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Reasoning,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Reasoning => "reasoning",
        }
    }
}

struct Open {
    kind: Kind,
    id: String,
}

/// A call of a tool, whose input is still being written.
struct Call {
    /// Its place in the answer; `None` for a call of another replica's, which will not be ended.
    index: Option<usize>,
    id: String,
    name: String,
    input: String,
    is_told: bool,
}

/// What is read of an event of another replica's.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    delta: Option<String>,
    tool_call_id: Option<String>,
    tool_name: Option<String>,
}

impl UiMessage {
    /// Of the message with this id.
    pub fn new(id: String) -> Self {
        Self { id, open: None, parts: 0, calls: Vec::new() }
    }

    /// Goes on with a message of another replica's. Also returns its text, and in how many tokens it
    /// came.
    pub fn taken_over(id: String, written: &[String]) -> (Self, String, u64) {
        let mut message = Self::new(id);
        let (mut text, mut tokens) = (String::new(), 0);
        for data in written {
            let Ok(event) = serde_json::from_str::<Written>(data) else { continue };
            let kind = match event.kind.split_once('-') {
                Some(("text", _)) => Kind::Text,
                Some(("reasoning", _)) => Kind::Reasoning,
                _ => {
                    message.note_call(event);
                    continue;
                }
            };
            match (&*event.kind, event.id) {
                ("text-start" | "reasoning-start", Some(id)) => {
                    message.parts += 1;
                    message.open = Some(Open { kind, id });
                }
                ("text-end" | "reasoning-end", _) => message.open = None,
                ("text-delta", _) => {
                    text.push_str(&event.delta.unwrap_or_default());
                    tokens += 1;
                }
                _ => {}
            }
        }
        (message, text, tokens)
    }

    fn note_call(&mut self, event: Written) {
        let Some(id) = event.tool_call_id else { return };
        if event.kind == "tool-input-start" {
            let name = event.tool_name.unwrap_or_default();
            self.calls.push(Call { index: None, id, name, input: String::new(), is_told: false });
        } else if let Some(call) = self.calls.iter_mut().find(|call| call.id == id) {
            call.is_told = event.kind != "tool-input-delta";
        }
    }

    fn add_text(&mut self, kind: Kind, text: String, to: &mut Frames) {
        let name = kind.name();
        if self.open.as_ref().is_none_or(|open| open.kind != kind) {
            self.close(to);
            let id = self.parts.to_string();
            self.parts += 1;
            push(to, json!({ "type": format!("{name}-start"), "id": id }));
            self.open = Some(Open { kind, id });
        }
        let id = self.open.as_ref().map_or("", |open| &open.id);
        push(to, json!({ "type": format!("{name}-delta"), "id": id, "delta": text }));
    }

    /// Ends the part with text that is open.
    fn close(&mut self, to: &mut Frames) {
        if let Some(Open { kind, id }) = self.open.take() {
            push(to, json!({ "type": format!("{}-end", kind.name()), "id": id }));
        }
    }

    fn add_call(&mut self, index: usize, id: String, name: String, input: &str, to: &mut Frames) {
        self.close(to);
        let at = self.calls.iter().position(|call| call.index == Some(index));
        let at = at.unwrap_or_else(|| {
            // Not all APIs name their calls, but results have to refer to them.
            let id = if id.is_empty() { format!("call_{}", Uuid::new_v4().simple()) } else { id };
            push(to, json!({ "type": "tool-input-start", "toolCallId": id, "toolName": name }));
            let index = Some(index);
            self.calls.push(Call { index, id, name, input: String::new(), is_told: false });
            self.calls.len() - 1
        });
        if !input.is_empty() {
            let call = &mut self.calls[at];
            call.input.push_str(input);
            let id = &call.id;
            push(
                to,
                json!({ "type": "tool-input-delta", "toolCallId": id, "inputTextDelta": input }),
            );
        }
    }

    /// Tells the calls' whole inputs.
    fn tell_calls(&mut self, to: &mut Frames) {
        for call in self.calls.iter_mut().filter(|call| !call.is_told) {
            call.is_told = true;
            let text = if call.input.is_empty() { "{}" } else { &call.input };
            let error = match (call.index, serde_json::from_str::<Value>(text)) {
                (Some(_), Ok(input)) => {
                    let (id, name) = (&call.id, &call.name);
                    push(
                        to,
                        json!({ "type": "tool-input-available", "toolCallId": id, "toolName": name, "input": input }),
                    );
                    continue;
                }
                (Some(_), Err(_)) => "the model wrote an input that is no JSON",
                (None, _) => "the replica that wrote this call is gone",
            };
            push(
                to,
                json!({ "type": "tool-input-error", "toolCallId": call.id, "toolName": call.name, "input": text, "errorText": error }),
            );
        }
    }
}

fn push(to: &mut Frames, data: Value) {
    to.push_back(Frame::text(data.to_string()));
}

impl Framing for UiMessage {
    fn start(&mut self, _: &str, _: &str, to: &mut Frames) {
        push(to, json!({ "type": "start", "messageId": self.id }));
        push(to, json!({ "type": "start-step" }));
    }

    fn add(&mut self, delta: Delta, to: &mut Frames) {
        match delta {
            Delta::Text(text) => self.add_text(Kind::Text, text, to),
            Delta::Reasoning(text) => self.add_text(Kind::Reasoning, text, to),
            Delta::ToolCall { index, id, name, arguments } => {
                self.add_call(index, id, name, &arguments, to);
            }
            _ => {}
        }
    }

    fn end(&mut self, end: &Ending<'_>, to: &mut Frames) {
        self.close(to);
        match *end {
            Ending::Done { reason, .. } => {
                self.tell_calls(to);
                push(to, json!({ "type": "finish-step" }));
                let reason = finish_reason(reason, !self.calls.is_empty());
                push(to, json!({ "type": "finish", "finishReason": reason }));
            }
            Ending::Cancelled { .. } => push(to, json!({ "type": "abort" })),
            Ending::Failed { code, message } => {
                let text = format!("{code}: {message}");
                push(to, json!({ "type": "error", "errorText": text }));
            }
        }
        to.push_back(Frame::text("[DONE]".to_owned()));
    }
}

/// A vendor's reason in the AI SDK's words.
fn finish_reason(reason: &str, has_calls: bool) -> &'static str {
    match reason {
        "tool_calls" | "tool_use" | "function_call" => "tool-calls",
        // Not all APIs tell these apart.
        "stop" | "end_turn" | "stop_sequence" | "completed" if has_calls => "tool-calls",
        "stop" | "end_turn" | "stop_sequence" | "completed" => "stop",
        "length" | "max_tokens" | "max_output_tokens" => "length",
        "content_filter" | "refusal" => "content-filter",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Delta {
        Delta::Text(text.into())
    }

    fn call(index: usize, id: &str, arguments: &str) -> Delta {
        let name = "now".to_owned();
        Delta::ToolCall { index, id: id.into(), name, arguments: arguments.into() }
    }

    /// The types of events, and what of them matters here.
    fn told(frames: Frames) -> Vec<String> {
        let event = |frame: Frame| {
            let Ok(json) = serde_json::from_str::<Value>(&frame.data) else { return frame.data };
            let members = json.as_object().unwrap().iter().filter(|(name, _)| *name != "toolName");
            let values =
                members.map(|(_, value)| value.as_str().map_or(value.to_string(), str::to_owned));
            let mut values: Vec<_> = values.collect();
            let kind = json["type"].as_str().unwrap();
            values.retain(|value| value != kind);
            [&[kind.to_owned()], &values[..]].concat().join(" ")
        };
        frames.into_iter().map(event).collect()
    }

    fn told_of(deltas: Vec<Delta>, end: Ending<'_>) -> Vec<String> {
        let (mut message, mut frames) = (UiMessage::new("m".into()), Frames::new());
        message.start("s", "m", &mut frames);
        deltas.into_iter().for_each(|delta| message.add(delta, &mut frames));
        message.end(&end, &mut frames);
        told(frames)
    }

    const DONE: Ending<'_> = Ending::Done { reason: "stop", tokens: 0 };

    #[test]
    fn texts_and_thoughts_are_parts_of_their_own() {
        let thought = |text: &str| Delta::Reasoning(text.into());
        assert_eq!(
            told_of(vec![thought("hm"), thought("m"), text("a"), text("\nb"), thought("?")], DONE),
            [
                "start m",
                "start-step",
                "reasoning-start 0",
                "reasoning-delta hm 0",
                "reasoning-delta m 0",
                "reasoning-end 0",
                "text-start 1",
                "text-delta a 1",
                "text-delta \nb 1",
                "text-end 1",
                "reasoning-start 2",
                "reasoning-delta ? 2",
                "reasoning-end 2",
                "finish-step",
                "finish stop",
                "[DONE]",
            ]
        );
    }

    #[test]
    fn calls_are_told_as_they_come_and_whole_at_the_end() {
        let calls = vec![
            text("a"),
            call(0, "c1", "{\"a\""),
            call(1, "c2", "{}x"),
            call(0, "c1", ":1}"),
            call(2, "c3", ""),
        ];
        assert_eq!(
            told_of(calls, DONE)[3..],
            [
                "text-delta a 0",
                "text-end 0",
                "tool-input-start c1",
                "tool-input-delta {\"a\" c1",
                "tool-input-start c2",
                "tool-input-delta {}x c2",
                "tool-input-delta :1} c1",
                "tool-input-start c3",
                "tool-input-available {\"a\":1} c1",
                "tool-input-error the model wrote an input that is no JSON {}x c2",
                "tool-input-available {} c3",
                "finish-step",
                "finish tool-calls",
                "[DONE]",
            ]
        );
    }

    #[test]
    fn a_call_without_an_id_gets_one() {
        let told = told_of(vec![call(0, "", "{}")], DONE);
        let id = told[2].strip_prefix("tool-input-start ").unwrap();
        assert!(id.starts_with("call_") && id.len() > 20, "{id}");
        assert_eq!(told[4], format!("tool-input-available {{}} {id}"));
    }

    #[test]
    fn what_is_stopped_or_fails_says_so() {
        let told = told_of(vec![text("a"), call(0, "c", "{")], Ending::Cancelled { tokens: 1 });
        assert_eq!(told[told.len() - 2..], ["abort", "[DONE]"]);
        let told = told_of(vec![text("a")], Ending::Failed { code: "oops", message: "no" });
        assert_eq!(told[4..], ["text-end 0", "error oops: no", "[DONE]"]);
    }

    #[test]
    fn another_replica_goes_on_in_the_same_part() {
        let (mut message, mut frames) = (UiMessage::new("m".into()), Frames::new());
        message.start("s", "m", &mut frames);
        for delta in [Delta::Reasoning("hm".into()), text("a"), text("b")] {
            message.add(delta, &mut frames);
        }
        let data = |frames: Frames| frames.into_iter().map(|frame| frame.data).collect::<Vec<_>>();
        let written = data(frames);
        let (mut next, so_far, tokens) = UiMessage::taken_over("m".into(), &written);
        assert_eq!((&*so_far, tokens), ("ab", 2));
        let mut frames = Frames::new();
        next.add(text("c"), &mut frames);
        next.add(call(0, "c1", "{"), &mut frames);
        assert_eq!(
            told(frames),
            ["text-delta c 1", "text-end 1", "tool-input-start c1", "tool-input-delta { c1"]
        );
        // A call that was begun elsewhere is not ended here.
        let call = [r#"{"type":"tool-input-start","toolCallId":"c0","toolName":"now"}"#.to_owned()];
        let (mut next, ..) = UiMessage::taken_over("m".into(), &[&written[..], &call].concat());
        let mut frames = Frames::new();
        next.end(&DONE, &mut frames);
        assert_eq!(
            told(frames)[1],
            "tool-input-error the replica that wrote this call is gone {} c0"
        );
    }
}
