use super::{Format, TextReader, reader::is_plain, rules};
use crate::{
    json::{Found, Pattern},
    sse::EventRef,
};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

fn rule(source: &str) -> Pattern {
    Pattern::new(source.into()).expect("a rule")
}

/// Whether an event is nothing but text, and that text.
fn verdict(source: &str, event_type: &str, data: &str) -> (bool, String) {
    verdict_of(&rule(source), event_type, data)
}

fn verdict_of(rule: &Pattern, event_type: &str, data: &str) -> (bool, String) {
    let mut text = Vec::new();
    let (name, json) = (event_type.as_bytes(), data.as_bytes());
    let is_text = is_plain(rule, name, json, &mut text, &mut Found::default());
    (is_text, if is_text { String::from_utf8(text).expect("UTF-8") } else { String::new() })
}

/// What vendors and gateways send token by token.
#[test]
fn plain_tokens_are_text() {
    let cases: &[(&str, &str, &str)] = &[
        (
            rules::OPENAI_CHAT,
            "message",
            r#"{"id":"chatcmpl-B9","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4o-mini","service_tier":"default","system_fingerprint":"fp_44","choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x7Qd"}"#,
        ),
        (
            rules::OPENAI_CHAT,
            "message",
            r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi","reasoning":null,"reasoning_content":null,"refusal":null,"tool_calls":[],"function_call":null},"logprobs":{"content":[{"token":"Hi","logprob":-0.1,"bytes":[72,105],"top_logprobs":[]}]},"finish_reason":"","stop_reason":null,"native_finish_reason":null,"content_filter_results":{"hate":{"filtered":false}}}],"model":"m","object":"chat.completion.chunk","provider":"p","prompt_token_ids":null,"x_groq":{"id":"req"}}"#,
        ),
        (
            rules::OPENAI_CHAT,
            "message",
            r#"{"choices":[{"delta":{"content":[{"type":"text","text":"H"},{"type":"text","text":"i"}]}}]}"#,
        ),
        (
            rules::OPENAI_CHAT,
            "message",
            r#"{"object":"text_completion","choices":[{"text":"Hi","index":0,"logprobs":null,"finish_reason":null}]}"#,
        ),
        (
            rules::OPENAI_RESPONSES,
            "response.output_text.delta",
            r#"{"type":"response.output_text.delta","item_id":"msg","output_index":1,"content_index":0,"delta":"Hi","logprobs":[],"sequence_number":7,"obfuscation":"tu"}"#,
        ),
        (rules::OPENAI_RESPONSES, "response.output_text.delta", r#"{"delta":"Hi"}"#),
        (
            rules::ANTHROPIC,
            "content_block_delta",
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}}"#,
        ),
        (rules::ANTHROPIC, "message", r#"{"delta":{"text":"Hi"},"type":"content_block_delta"}"#),
        (
            rules::GEMINI,
            "message",
            r#"{"candidates":[{"content":{"parts":[{"text":"H"},{"text":"i"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":8,"totalTokenCount":9,"promptTokensDetails":[{"modality":"TEXT","tokenCount":8}]},"modelVersion":"gemini-2.5-flash","responseId":"mA"}"#,
        ),
        (
            rules::OLLAMA,
            "message",
            r#"{"model":"llama3.2","created_at":"2026-08-04T08:52:19.385406455-07:00","message":{"role":"assistant","content":"Hi","images":null},"done":false}"#,
        ),
        (rules::OLLAMA, "message", r#"{"model":"m","response":"Hi","done":false,"thinking":""}"#),
        (rules::OLLAMA, "message", r#"{"response":"Hi","p":"abdefg"}"#),
        (rules::AI_SDK, "message", r#"{"type":"text-delta","id":"0","delta":"Hi"}"#),
        (
            rules::AI_SDK,
            "message",
            r#"{"type":"text-delta","runId":"r","from":"AGENT","payload":{"id":"0","text":"Hi"}}"#,
        ),
        (
            rules::AG_UI,
            "message",
            r#"{"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"Hi","timestamp":1}"#,
        ),
    ];
    for (rule, event_type, data) in cases {
        assert_eq!(verdict(rule, event_type, data), (true, "Hi".to_owned()), "{data}");
    }
}

#[test]
fn events_without_effect_are_nothing() {
    for (rule, data) in [
        (rules::OPENAI_CHAT, r#"{"choices":[],"usage":null}"#),
        (rules::OPENAI_CHAT, r#"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#),
        (rules::OPENAI_CHAT, r#"{"choices":[{"delta":{"content":null}}]}"#),
        (rules::ANTHROPIC, r#"{"type":"content_block_delta","delta":{"signature":"s"}}"#),
        (rules::GEMINI, r#"{"candidates":[{"content":{"role":"model"}}]}"#),
        (rules::OLLAMA, r#"{"message":{"role":"assistant","content":""},"done":false}"#),
        (rules::AI_SDK, r#"{"type":"text-delta","id":"0","delta":""}"#),
    ] {
        assert_eq!(verdict(rule, "message", data), (true, String::new()), "{data}");
    }
}

#[test]
fn all_else_is_other() {
    let chat = |more: &str| {
        alloc::format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"Hi"{more}}}}}]}}"#)
    };
    let choice =
        |more: &str| alloc::format!(r#"{{"choices":[{{"delta":{{"content":"Hi"}}{more}}}]}}"#);
    let top =
        |more: &str| alloc::format!(r#"{{"choices":[{{"delta":{{"content":"Hi"}}}}]{more}}}"#);
    let cases = [
        (rules::OPENAI_CHAT, "message", chat(r#","tool_calls":[{"index":0}]"#)),
        (rules::OPENAI_CHAT, "message", chat(r#","refusal":"no""#)),
        (rules::OPENAI_CHAT, "message", chat(r#","reasoning":"hm""#)),
        (rules::OPENAI_CHAT, "message", chat(r#","reasoning_content":"hm""#)),
        (rules::OPENAI_CHAT, "message", chat(r#","reasoning_text":"hm""#)),
        (rules::OPENAI_CHAT, "message", chat(r#","content":6"#)),
        (rules::OPENAI_CHAT, "message", r#"{"choices":[{"delta":{"content":0}}]}"#.to_owned()),
        (rules::OPENAI_CHAT, "message", chat(r#","function_call":{"name":"f"}"#)),
        (rules::OPENAI_CHAT, "message", chat(r#","content":"twice""#)),
        (rules::OPENAI_CHAT, "message", chat(r#","refus\u0061l":"no""#)),
        (rules::OPENAI_CHAT, "message", choice(r#","finish_reason":"stop""#)),
        (rules::OPENAI_CHAT, "message", choice(r#","index":1"#)),
        (rules::OPENAI_CHAT, "message", choice(r#","text":"Ho""#)),
        (rules::OPENAI_CHAT, "message", choice(r#","message":{}"#)),
        (rules::OPENAI_CHAT, "message", choice(r#"},{"delta":{}"#)),
        (rules::OPENAI_CHAT, "message", top(r#","error":{"message":"no"}"#)),
        (rules::OPENAI_CHAT, "message", top(r#","usage":"none""#)),
        (rules::OPENAI_CHAT, "message", top(r#","x_groq":{"usage":{}}"#)),
        (rules::OPENAI_CHAT, "message", top(r#","type":"error""#)),
        (rules::OPENAI_CHAT, "message", top(r#","code":10014"#)),
        (rules::OPENAI_CHAT, "message", top(r#","base_resp":{"status_code":1002}"#)),
        (rules::OPENAI_CHAT, "message", chat(r#","thinking":"hm""#)),
        (rules::OPENAI_CHAT, "Error", top("")),
        (rules::OPENAI_CHAT, "message", top(r#","object":"error""#)),
        (rules::OPENAI_CHAT, "error", top("")),
        (rules::OPENAI_CHAT, "message", top("").replace("Hi", r"Hi\ud83d")),
        (rules::OPENAI_CHAT, "message", top("") + " x"),
        (rules::OPENAI_CHAT, "message", "[DONE]".to_owned()),
        (rules::OPENAI_CHAT, "message", String::new()),
        (rules::OPENAI_CHAT, "message", r#"{"id":"x"}"#.to_owned()),
        (
            rules::OPENAI_CHAT,
            "message",
            r#"{"choices":[{"delta":{"content":[{"type":"thinking","text":"hm"}]}}]}"#.to_owned(),
        ),
        (rules::OPENAI_RESPONSES, "message", r#"{"delta":"Hi"}"#.to_owned()),
        (
            rules::OPENAI_RESPONSES,
            "response.output_text.delta",
            r#"{"type":"response.refusal.delta","delta":"Hi"}"#.to_owned(),
        ),
        (
            rules::ANTHROPIC,
            "content_block_delta",
            r#"{"type":"content_block_delta","delta":{"partial_json":"{"}}"#.to_owned(),
        ),
        (
            rules::GEMINI,
            "message",
            r#"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true}]}}]}"#.to_owned(),
        ),
        (
            rules::GEMINI,
            "message",
            r#"{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finish_reason":"STOP"}]}"#
                .to_owned(),
        ),
        (rules::OLLAMA, "message", r#"{"response":"Hi","done":true}"#.to_owned()),
        (rules::OLLAMA, "result", r#"{"message":{"content":"Hi"}}"#.to_owned()),
        (rules::OLLAMA, "message", r#"{"message":{"text":"Hi"},"done":false}"#.to_owned()),
        (rules::OLLAMA, "message", r#"{"text":"Hi","response":"","done":false}"#.to_owned()),
        (rules::OLLAMA, "message", r#"{"done":false}"#.to_owned()),
        (rules::OLLAMA, "message", r#"{"content":"Hi","stop":false}"#.to_owned()),
        (rules::AI_SDK, "message", r#"{"type":"reasoning-delta","delta":"hm"}"#.to_owned()),
        (rules::AG_UI, "message", r#"{"type":"TOOL_CALL_ARGS","delta":"{"}"#.to_owned()),
    ];
    for (rule, event_type, data) in cases {
        let expected = (false, String::new());
        assert_eq!(verdict(rule, event_type, &data), expected, "{event_type} {data}");
    }
}

mod mutated {
    use super::*;
    use alloc::string::ToString;
    use serde_json::{Map, Value as Json, json};

    /// xorshift64
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % end as u64) as usize
        }

        fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
            &all[self.below(all.len())]
        }
    }

    const KINDS: &[&str] = &[
        "message",
        "error",
        "RUN_ERROR",
        "ping",
        "text",
        "thinking",
        "chat.completion.chunk",
        "chat.completion",
        "response.output_text.delta",
        "response.completed",
        "content_block_delta",
        "message_stop",
        "text-delta",
        "finish",
        "TEXT_MESSAGE_CHUNK",
        "RUN_FINISHED",
    ];

    /// What an event of each format looks like.
    fn seeds(format: Format) -> Vec<Json> {
        match format {
            Format::OpenAiChat => alloc::vec![
                json!({"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [{"index": 0, "delta": {"content": "Hi", "refusal": null, "tool_calls": []}, "finish_reason": null}], "usage": null, "obfuscation": "xyz"}),
                json!({"choices": [{"delta": {"content": [{"type": "text", "text": "H"}, {"text": "i"}]}, "text": null, "message": null}], "usage": {"prompt_tokens": 3}}),
                json!({"object": "text_completion", "choices": [{"text": "Hi", "index": 0}]}),
            ],
            Format::OpenAiResponses => alloc::vec![
                json!({"type": "response.output_text.delta", "delta": "Hi", "item_id": "i", "output_index": 0, "logprobs": []}),
            ],
            Format::Anthropic => alloc::vec![
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}}),
                json!({"index": 0, "delta": {"text": "Hi", "thinking": null}}),
            ],
            Format::Gemini => alloc::vec![
                json!({"candidates": [{"content": {"parts": [{"text": "H"}, {"text": "i"}], "role": "model"}, "index": 0}], "usageMetadata": {"promptTokenCount": 3}, "modelVersion": "g", "responseId": "r"}),
            ],
            Format::Ollama => alloc::vec![
                json!({"model": "m", "message": {"role": "assistant", "content": "Hi", "thinking": ""}, "done": false}),
                json!({"response": "Hi", "done": false, "p": "abc"}),
                json!({"content": "Hi", "done": false}),
            ],
            Format::AiSdk => alloc::vec![json!({"type": "text-delta", "id": "0", "delta": "Hi"})],
            _ => alloc::vec![
                json!({"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": "Hi"})
            ],
        }
    }

    /// Every name that a rule has, and others.
    fn names(rule: &str) -> Vec<&str> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        rule.split(|c: char| !is_name(c)).filter(|name| !name.is_empty()).chain(["x"]).collect()
    }

    fn any_value(random: &mut Random) -> Json {
        let values = [
            json!(null),
            json!(""),
            json!("Ho"),
            json!("HALF"),
            json!("é\n\"🦀"),
            json!(0),
            json!(1),
            json!(-0.5),
            json!(true),
            json!(false),
            json!([]),
            json!({}),
            json!([null]),
            json!(["Ho"]),
            json!({"text": "Ho"}),
            json!([{"type": "text", "text": "Ho"}]),
            json!([{"text": "Ho"}, {"text": "ho", "thought": true}]),
            json!({"content": "Ho", "error": {"message": "no"}}),
            json!(random.pick(KINDS)),
        ];
        random.pick(&values).clone()
    }

    fn mutate(json: &mut Json, names: &[&str], random: &mut Random) {
        let members = json.as_object().map_or(0, Map::len) + json.as_array().map_or(0, Vec::len);
        // Goes inside as a rule.
        if members > 0 && random.below(3) > 0 {
            let at = random.below(members);
            let inner = match json {
                Json::Object(object) => object.values_mut().nth(at),
                Json::Array(items) => items.get_mut(at),
                _ => None,
            };
            return mutate(inner.expect("a member"), names, random);
        }
        match (random.below(5), &mut *json) {
            (0..3, Json::Object(object)) => {
                object.insert((*random.pick(names)).to_owned(), any_value(random));
            }
            (3, Json::Object(object)) => {
                let name = object.keys().nth(random.below(members.max(1))).cloned();
                drop(name.and_then(|name| object.remove(&name)));
            }
            (0..2, Json::Array(items)) => items.push(any_value(random)),
            (2, Json::Array(items)) => items.extend(items.clone()),
            (3, Json::Array(items)) => drop(items.pop()),
            _ => *json = any_value(random),
        }
    }

    fn write(json: &Json, names: &[&str], random: &mut Random) -> String {
        let mut text = json.to_string().replace("HALF", r"\ud83d");
        if random.below(8) == 0 {
            // A name that comes twice.
            let opened: Vec<usize> = text.match_indices('{').map(|(at, _)| at).collect();
            if let Some(at) = opened.get(random.below(opened.len().max(1))) {
                let name = random.pick(names);
                text.insert_str(at + 1, &alloc::format!("\"{name}\":{},", any_value(random)));
                text = text.replace(",}", "}");
            }
        }
        if random.below(8) == 0 {
            text = text.replace(':', " : ").replace("de", "d\\u0065");
        }
        if random.below(16) == 0 {
            text.pop();
        }
        text
    }

    /// What a rule takes for text is what all of the format reads, and nothing else.
    #[test]
    fn rules_agree_with_the_whole_format() {
        let formats = [
            (Format::OpenAiChat, rules::OPENAI_CHAT),
            (Format::OpenAiResponses, rules::OPENAI_RESPONSES),
            (Format::Anthropic, rules::ANTHROPIC),
            (Format::Gemini, rules::GEMINI),
            (Format::Ollama, rules::OLLAMA),
            (Format::AiSdk, rules::AI_SDK),
            (Format::AgUi, rules::AG_UI),
        ];
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for (format, rule) in formats {
            let (seeds, names) = (seeds(format), names(rule));
            let (rule, mut reader) = (super::rule(rule), TextReader::new(format));
            let mut fast = 0;
            for _ in 0..if cfg!(miri) { 20 } else { 20_000 } {
                let mut json = random.pick(&seeds).clone();
                for _ in 0..random.below(4) {
                    mutate(&mut json, &names, &mut random);
                }
                let data = write(&json, &names, &mut random);
                let kinds = 1 + random.below(KINDS.len());
                let event_type = *random.pick(&KINDS[..kinds]);
                let (is_text, text) = verdict_of(&rule, event_type, &data);
                // Events without a text are read as all of the format.
                if !is_text || text.is_empty() {
                    continue;
                }
                fast += 1;
                let event = EventRef { event_type, data: &data, last_event_id: "" };
                let mut parts = 0;
                reader
                    .each_part(&event, |_, _, part| {
                        parts += 1;
                        assert_eq!(part.text, text.as_bytes(), "{format:?} {event_type} {data}");
                        assert!(!part.is_end && !part.is_whole, "{format:?} {event_type} {data}");
                    })
                    .expect("no error");
                assert_eq!(parts, 1, "{format:?} {event_type} {data}");
            }
            assert!(cfg!(miri) || fast > 2_000, "{format:?}: {fast}");
        }
    }
}
