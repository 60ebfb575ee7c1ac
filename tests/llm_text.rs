//! The text of real streams, as `tests/llm` expects it of the npm package.
#![cfg(not(target_arch = "wasm32"))]

use sluicegate::{
    llm::{Format, TextError, TextReader},
    sse::{self, Decoder, EventRef},
};

const UNICODE: &str = "你好,世界 👩‍👩‍👧 é\u{301}שלום\u{2028}\\ \"\t😀";
const GREETING: &str = "Hello! How can I\nhelp?";

/// Reads a body to its end, or to the vendor's.
fn read(format: Format, body: &[u8], lines: sse::Format) -> (String, Result<(), TextError>) {
    let mut decoder = Decoder::new().format(lines);
    let mut reader = TextReader::new(format);
    let mut text = String::new();
    decoder.push(body).expect("a small body");
    for event in decoder.events() {
        match reader.read(&event, &mut text) {
            Ok(false) => {}
            Ok(true) => return (text, Ok(())),
            Err(error) => return (text, Err(error)),
        }
    }
    let finished = reader.finish(&mut text);
    (text, finished)
}

fn message(data: &str) -> EventRef<'_> {
    EventRef { event_type: "message", data, last_event_id: "" }
}

#[test]
fn transcripts() {
    let vendors = [
        ("openai-chat", Format::OpenAiChat),
        ("openai-responses", Format::OpenAiResponses),
        ("anthropic", Format::Anthropic),
        ("gemini", Format::Gemini),
        ("ollama", Format::Ollama),
    ];
    let texts = [
        ("openai-chat/text.sse", GREETING),
        ("openai-chat/usage.sse", "Four."),
        ("openai-chat/error.sse", "Once upon"),
        ("openai-chat/unicode.sse", UNICODE),
        ("openai-chat/reasoning.sse", "4"),
        ("openai-chat/azure.sse", "Yes."),
        ("openai-chat/completions.sse", GREETING),
        ("openai-chat/mistral.sse", "Let me see."),
        ("openai-chat/litellm.sse", "Hello! 👋🏽 How can I\nhelp?"),
        ("openai-chat/litellm-error.sse", "Once upon"),
        ("openai-responses/text.sse", "Hi there! How can I\nhelp?"),
        ("openai-responses/incomplete.sse", "The sum is"),
        ("openai-responses/failed.sse", "Once"),
        ("openai-responses/unicode.sse", UNICODE),
        ("anthropic/text.sse", GREETING),
        ("anthropic/tool-use.sse", "Okay, let's check."),
        ("anthropic/thinking.sse", "27 * 453 = 12,231"),
        ("anthropic/server-tool.sse", "I'll look. It is sunny."),
        ("anthropic/refusal.sse", "I"),
        ("anthropic/error.sse", "Once upon"),
        ("anthropic/unicode.sse", UNICODE),
        ("anthropic/litellm.sse", "Okay, let's check."),
        ("gemini/text.sse", GREETING),
        ("gemini/function-calls.sse", "Let me see."),
        ("gemini/thoughts.sse", "4"),
        ("gemini/safety.sse", "To begin"),
        ("gemini/error.sse", "Once upon"),
        ("gemini/unicode.sse", UNICODE),
        ("ollama/text.ndjson", GREETING),
        ("ollama/thinking.ndjson", "4"),
        ("ollama/generate.ndjson", "The sky is blue."),
        ("ollama/error.ndjson", "Once upon"),
        ("ollama/unicode.ndjson", UNICODE),
    ];
    let mut files = 0;
    for (vendor, format) in vendors {
        let folder = format!("{}/tests/llm/transcripts/{vendor}", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).expect("a folder") {
            let path = file.expect("a file").path();
            let name = format!("{vendor}/{}", path.file_name().expect("a name").display());
            let body = std::fs::read(&path).expect("a transcript");
            let lines = match name.ends_with(".ndjson") {
                true => sse::Format::Ndjson,
                false => sse::Format::Sse,
            };
            let expected =
                texts.iter().find(|(file, _)| *file == name).map_or("", |(_, text)| text);
            let fails = name.contains("error") || name.contains("failed");
            for format in [format, Format::Auto] {
                let (text, result) = read(format, &body, lines);
                assert_eq!(text, expected, "{name}, {format:?}");
                let is_upstream = matches!(result, Err(TextError::Upstream { .. }));
                assert_eq!((is_upstream, result.is_ok()), (fails, !fails), "{name}, {format:?}");
            }
            files += 1;
        }
    }
    assert!(files > 35, "{files}");
}

/// Streams of other projects' bug reports.
#[test]
fn streams_that_others_met() {
    let cases = include_str!("llm/cases/real-streams.json");
    let cases: serde_json::Value = serde_json::from_str(cases).expect("JSON");
    for case in cases["cases"].as_array().expect("cases") {
        let body = case["body"].as_str().expect("a body");
        let name = &case["name"];
        let format = match case["format"].as_str().expect("a format") {
            "openai-chat" => Format::OpenAiChat,
            "openai-responses" => Format::OpenAiResponses,
            "anthropic" => Format::Anthropic,
            "gemini" => Format::Gemini,
            "ollama" => Format::Ollama,
            _ => Format::Auto,
        };
        let (text, result) = read(format, body.as_bytes(), sse::Format::Sse);
        let expect = &case["expect"];
        if expect.get("fails").is_some_and(|fails| *fails != false) {
            assert!(result.is_err(), "{name}: {text}");
        } else {
            assert_eq!(result, Ok(()), "{name}");
            let expected = expect["text"].as_str().unwrap_or(&text);
            assert_eq!(text, expected, "{name}");
        }
    }
}

#[test]
fn auto_waits_for_an_event_that_shows_the_format() {
    let heartbeats = [
        "data: {}\n\n",
        "data\n\n",
        "data: {\"type\":\"ping\"}\n\n",
        "event: ping\ndata: {\"type\":\"ping\"}\n\n",
        "data: : OPENROUTER PROCESSING\n\n",
        "data: []\n\n",
        "data: null\n\n",
        "data: {\"type\":\"start\"}\n\n",
    ];
    for (body, format) in [
        (r#"{"choices":[{"delta":{"content":"Hi"}}]}"#, Format::OpenAiChat),
        (r#"{"type":"response.output_text.delta","delta":"Hi"}"#, Format::OpenAiResponses),
        (r#"{"type":"content_block_delta","delta":{"text":"Hi"}}"#, Format::Anthropic),
        (r#"{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}"#, Format::Gemini),
        (r#"[{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}]"#, Format::Gemini),
        (r#"{"message":{"content":"Hi"},"done":false}"#, Format::Ollama),
        (r#"{"content":"Hi","stop":false}"#, Format::Ollama),
        (r#"{"type":"text-delta","delta":"Hi"}"#, Format::AiSdk),
        (r#"{"type":"TEXT_MESSAGE_CHUNK","delta":"Hi"}"#, Format::AgUi),
    ] {
        let body = format!("data: {body}\n\n");
        for format in [format, Format::Auto] {
            let all = heartbeats.concat() + &body + &heartbeats.concat() + &body;
            let expected = ("HiHi".to_owned(), Ok(()));
            assert_eq!(read(format, all.as_bytes(), sse::Format::Sse), expected, "{body}");
        }
    }
}

#[test]
fn what_repeats_the_answer_counts_once() {
    let whole = r#"{"object":"chat.completion","choices":[{"message":{"content":"Hi"}}]}"#;
    assert_eq!(Format::Auto.text(&message(whole)).as_deref(), Ok("Hi"));
    let completed = r#"{"type":"response.completed","response":{"output":[{"type":"reasoning","summary":[{"text":"hm"}]},{"type":"message","content":[{"type":"output_text","text":"Hi"}]}]}}"#;
    assert_eq!(Format::OpenAiResponses.text(&message(completed)).as_deref(), Ok(""));
    let delta = r#"{"type":"response.output_text.delta","delta":"Hi"}"#;
    for (body, expected) in [
        (format!("data: {completed}\n\n"), "Hi"),
        (format!("data: {delta}\n\ndata: {completed}\n\ndata: {delta}\n\n"), "Hi"),
    ] {
        let (text, result) = read(Format::Auto, body.as_bytes(), sse::Format::Sse);
        assert_eq!((text.as_str(), result), (expected, Ok(())));
    }
}

#[test]
fn halves_of_characters_wait_for_each_other() {
    let token = |text: &str| format!("data: {{\"response\":\"{text}\",\"done\":false}}\n\n");
    for (tokens, expected) in [
        (&["a\\ud83d", "\\ude00b"][..], "a😀b"),
        (&["a\\ud83d", "", "\\ude00b"], "a😀b"),
        (&["\\ud83d", "b"], "\u{fffd}b"),
        (&["\\ude00", "\\ud83d"], "\u{fffd}\u{fffd}"),
    ] {
        let body: String = tokens.iter().map(|text| token(text)).collect();
        let (text, _) = read(Format::Ollama, body.as_bytes(), sse::Format::Sse);
        assert_eq!(text, expected, "{tokens:?}");
    }
    let half = r#"{"response":"a\ud83d","done":false}"#;
    assert_eq!(Format::Ollama.text(&message(half)).as_deref(), Ok("a\u{fffd}"));
}

#[test]
fn errors_say_what_came() {
    for (data, expected) in [
        (
            r#"{"error":{"message":"Over\nloaded","type":"server_error"}}"#,
            r#"the model's API sent an error in the stream: "Over\nloaded""#,
        ),
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            r#"the model's API sent an error in the stream: "Overloaded""#,
        ),
        (
            r#"{"choices":[{"delta":{}},{"error":"x"}],"error":"quota"}"#,
            r#"the model's API sent an error in the stream: "quota""#,
        ),
        (
            r#"{"type":"RUN_ERROR","message":"no"}"#,
            r#"the model's API sent an error in the stream: "no""#,
        ),
        (
            r#"{"detail":"Not Found"}"#,
            r#"the model's API sent an error in the stream: "Not Found""#,
        ),
        (
            r#"{"code":400,"message":"bad"}"#,
            r#"the model's API sent an error in the stream: "bad""#,
        ),
        (
            r#"{"message":"many","type":"too_many_tokens_error","code":"token_quota_exceeded"}"#,
            r#"the model's API sent an error in the stream: "many""#,
        ),
        (
            r#"{"type":"error","payload":{"error":{"message":"no"}}}"#,
            r#"the model's API sent an error in the stream: "no""#,
        ),
        (
            r#"{"throttlingException":{"message":"slow down"}}"#,
            r#"the model's API sent an error in the stream: "slow down""#,
        ),
        (
            r#"{"__type":"ThrottlingException","message":"slow down"}"#,
            r#"the model's API sent an error in the stream: "slow down""#,
        ),
        (
            r#"{"type":"about:blank","title":"Busy","status":503}"#,
            r#"the model's API sent an error in the stream: "Busy""#,
        ),
        (
            r#"{"choices":[{"del"#,
            r#"the data of an event of the model's API is broken JSON: "{\"choices\":[{\"del""#,
        ),
    ] {
        for format in [Format::Auto, Format::OpenAiChat] {
            let error = format.text(&message(data)).expect_err(data);
            assert_eq!(error.to_string(), expected);
        }
    }
    let error = EventRef { event_type: "error", data: "overloaded", last_event_id: "" };
    assert_eq!(
        Format::Auto.text(&error).unwrap_err().to_string(),
        r#"the model's API sent an error in the stream: "overloaded""#,
    );
    for (body, expected) in [
        ("", "nothing in the response was understood. No data was received"),
        (
            "data: {\"foo\":1}\n\ndata: [DONE]\n\n",
            r#"nothing in the response was understood. It starts with "{\"foo\":1}""#,
        ),
        (
            "data: {\"value\":\"He\",\"done\":false}\n\ndata: {\"value\":\"\",\"done\":true}\n\n",
            r#"nothing in the response was understood. It starts with "{\"value\":\"He\",\"done\":false}""#,
        ),
        (
            "data: {\"type\":\"reasoning_chunk\",\"content\":\"hm\",\"done\":false}\n\n",
            r#"nothing in the response was understood. It starts with "{\"type\":\"reasoning_chunk\",\"content\":\"hm\",\"done\":false}""#,
        ),
        (
            "data: {\"tool_calls\":[],\"answer\":\"Hi\"}\n\ndata: [DONE]\n\n",
            r#"nothing in the response was understood. It starts with "{\"tool_calls\":[],\"answer\":\"Hi\"}""#,
        ),
        (
            "data: {\"message\":{\"text\":\"q\"},\"created\":true}\n\n",
            r#"nothing in the response was understood. It starts with "{\"message\":{\"text\":\"q\"},\"created\":true}""#,
        ),
    ] {
        let (_, result) = read(Format::Auto, body.as_bytes(), sse::Format::Sse);
        assert_eq!(result.unwrap_err().to_string(), expected);
    }
}
