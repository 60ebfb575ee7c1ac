//! All of the answers of real streams, as `tests/llm` expects them of the npm package.
#![cfg(not(target_arch = "wasm32"))]

use sluicegate::{
    llm::{AnswerReader, Delta, Format, TextError},
    sse::{self, Decoder},
};

/// An answer that is put together of its deltas.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    text: String,
    reasoning: String,
    refusal: String,
    /// Ids, names and arguments.
    calls: Vec<(String, String, String)>,
    finish_reason: String,
    /// Whether the error may pass, if the answer ended with one.
    error: Option<bool>,
}

impl Answer {
    fn add(&mut self, delta: Delta) {
        match delta {
            Delta::Text(text) => self.text.push_str(&text),
            Delta::Reasoning(text) => self.reasoning.push_str(&text),
            Delta::Refusal(text) => self.refusal.push_str(&text),
            Delta::ToolCall { index, id, name, arguments } => {
                assert!(index <= self.calls.len(), "calls are numbered in order");
                if index == self.calls.len() {
                    self.calls.push(Default::default());
                }
                let call = &mut self.calls[index];
                (call.0, call.1) = (id, name);
                call.2.push_str(&arguments);
            }
            Delta::Finish(reason) => self.finish_reason = reason,
            _ => panic!("a new kind of delta"),
        }
    }
}

/// Reads a body that comes in chunks of `size` bytes.
fn read(format: Format, body: &[u8], lines: sse::Format, size: usize) -> Answer {
    let mut decoder = Decoder::new().format(lines);
    let mut reader = AnswerReader::new(format);
    let mut answer = Answer::default();
    for chunk in body.chunks(size) {
        decoder.push(chunk).expect("a small body");
        for event in decoder.events() {
            match reader.read(&event, |delta| answer.add(delta)) {
                Ok(false) => {}
                Ok(true) => return answer,
                Err(TextError::Upstream { retryable, .. }) => {
                    answer.error = Some(retryable);
                    return answer;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    reader.finish(|delta| answer.add(delta)).expect("something that is understood");
    answer
}

const ZURICH: &str = r#"{"location":"Zürich"}"#;
const UNICODE: &str = "你好,世界 👩‍👩‍👧 é\u{301}שלום\u{2028}\\ \"\t😀";
const GREETING: &str = "Hello! How can I\nhelp?";

fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.into(), name.into(), if arguments == "{}" { String::new() } else { arguments.into() })
}

/// Nothing but text, which ended well.
fn text(text: &str, finish_reason: &str) -> Answer {
    Answer { text: text.into(), finish_reason: finish_reason.into(), ..Answer::default() }
}

fn thought(reasoning: &str, answer: Answer) -> Answer {
    Answer { reasoning: reasoning.into(), ..answer }
}

fn calls(calls: &[(String, String, String)], answer: Answer) -> Answer {
    Answer { calls: calls.to_vec(), ..answer }
}

fn refused(refusal: &str, answer: Answer) -> Answer {
    Answer { refusal: refusal.into(), ..answer }
}

fn failed(begun: &str, retryable: bool) -> Answer {
    Answer { text: begun.into(), error: Some(retryable), ..Answer::default() }
}

#[test]
fn transcripts() {
    use Format::{AgUi, AiSdk, Anthropic, Gemini, Ollama, OpenAiChat, OpenAiResponses};
    let weather = |id| call(id, "get_weather", ZURICH);
    let bern = |id| call(id, "get_weather", r#"{"location":"Bern"}"#);
    let two = [weather("call_1"), call("call_2", "now", "{}")];
    let sorry = "I'm sorry, I can't help with that.";
    let days = r#"{"location":"Zürich","days":2}"#;
    let cases = [
        (OpenAiChat, "text.sse", text(GREETING, "stop")),
        (OpenAiChat, "usage.sse", text("Four.", "length")),
        (
            OpenAiChat,
            "tool-calls.sse",
            calls(
                &[
                    weather("call_DdmO9pD3xa9XTPNJ32zg2hcA"),
                    call("call_9kVbH1", "get_time", r#"{"zone":"Europe/Zurich"}"#),
                ],
                text("", "tool_calls"),
            ),
        ),
        (
            OpenAiChat,
            "parallel.sse",
            calls(&[weather("call_1"), bern("call_2")], text("", "tool_calls")),
        ),
        (OpenAiChat, "refusal.sse", refused(sorry, text("", "stop"))),
        (OpenAiChat, "error.sse", failed("Once upon", true)),
        (OpenAiChat, "unicode.sse", text(UNICODE, "stop")),
        (OpenAiChat, "reasoning.sse", thought("Two and two.", text("4", "stop"))),
        (OpenAiChat, "azure.sse", text("Yes.", "content_filter")),
        (OpenAiChat, "litellm.sse", text("Hello! 👋🏽 How can I\nhelp?", "stop")),
        (OpenAiChat, "litellm-error.sse", failed("Once upon", true)),
        (OpenAiChat, "completions.sse", text(GREETING, "stop")),
        (
            OpenAiChat,
            "mistral.sse",
            thought("Two and two.", calls(&two, text("Let me see.", "tool_calls"))),
        ),
        (OpenAiResponses, "text.sse", text("Hi there! How can I\nhelp?", "completed")),
        (
            OpenAiResponses,
            "tool-calls.sse",
            calls(
                &[weather("call_unLAR8MvFNptuiZK6K6HCy5k"), call("call_2", "now", "{}")],
                text("", "completed"),
            ),
        ),
        (OpenAiResponses, "refusal.sse", refused(sorry, text("", "completed"))),
        (
            OpenAiResponses,
            "incomplete.sse",
            thought("**Adding**\n\n**Checking**", text("The sum is", "max_output_tokens")),
        ),
        (OpenAiResponses, "failed.sse", failed("Once", true)),
        (OpenAiResponses, "error.sse", failed("", true)),
        (OpenAiResponses, "unicode.sse", text(UNICODE, "completed")),
        (Anthropic, "text.sse", text(GREETING, "end_turn")),
        (
            Anthropic,
            "tool-use.sse",
            calls(
                &[
                    call(
                        "toolu_01T1x1fJ34qAmk2tNTrN7Up6",
                        "get_weather",
                        r#"{"location": "Zürich", "unit": "c"}"#,
                    ),
                    call("toolu_02", "now", "{}"),
                ],
                text("Okay, let's check.", "tool_use"),
            ),
        ),
        (
            Anthropic,
            "parallel.sse",
            calls(&[weather("toolu_1"), bern("toolu_2")], text("", "tool_use")),
        ),
        (
            Anthropic,
            "thinking.sse",
            thought("27 * 453\n= 12,231", text("27 * 453 = 12,231", "end_turn")),
        ),
        (Anthropic, "server-tool.sse", text("I'll look. It is sunny.", "end_turn")),
        (Anthropic, "refusal.sse", refused("This request was declined.", text("I", "refusal"))),
        (Anthropic, "error.sse", failed("Once upon", true)),
        (Anthropic, "unicode.sse", text(UNICODE, "end_turn")),
        (Anthropic, "litellm.sse", calls(&two, text("Okay, let's check.", "tool_use"))),
        (Gemini, "text.sse", text(GREETING, "STOP")),
        (
            Gemini,
            "function-calls.sse",
            calls(
                &[call("", "get_weather", days), call("", "now", "{}")],
                text("Let me see.", "STOP"),
            ),
        ),
        (Gemini, "thoughts.sse", thought("**Adding**\n2 and 2", text("4", "MAX_TOKENS"))),
        (Gemini, "blocked.sse", refused("The prompt was blocked.", text("", "PROHIBITED_CONTENT"))),
        (Gemini, "safety.sse", text("To begin", "SAFETY")),
        (Gemini, "error.sse", failed("Once upon", true)),
        (Gemini, "unicode.sse", text(UNICODE, "STOP")),
        (Ollama, "text.ndjson", text(GREETING, "stop")),
        (
            Ollama,
            "tool-calls.ndjson",
            calls(&[call("", "get_weather", days), call("call_7", "now", "{}")], text("", "stop")),
        ),
        (Ollama, "thinking.ndjson", thought("Two and two.", text("4", "length"))),
        (Ollama, "generate.ndjson", text("The sky is blue.", "stop")),
        (Ollama, "error.ndjson", failed("Once upon", false)),
        (Ollama, "unicode.ndjson", text(UNICODE, "stop")),
        (AiSdk, "text.sse", thought("A greeting.", text(GREETING, "length"))),
        (AiSdk, "tools.sse", calls(&two, text("It is sunny.", "stop"))),
        (AiSdk, "error.sse", failed("Once upon", false)),
        (AgUi, "text.sse", thought("A greeting.", text(GREETING, "success"))),
        (AgUi, "tools.sse", calls(&two, text("Let me see.", "interrupt"))),
        (AgUi, "error.sse", failed("Once upon", true)),
    ];
    for (format, file, expected) in cases {
        let folder = match format {
            OpenAiChat => "openai-chat",
            OpenAiResponses => "openai-responses",
            Anthropic => "anthropic",
            Gemini => "gemini",
            Ollama => "ollama",
            AiSdk => "ai-sdk",
            _ => "ag-ui",
        };
        let root = env!("CARGO_MANIFEST_DIR");
        let path = format!("{root}/tests/llm/transcripts/{folder}/{file}");
        let body = std::fs::read(&path).expect("a transcript");
        let is_ndjson = file.ends_with(".ndjson");
        let lines = if is_ndjson { sse::Format::Ndjson } else { sse::Format::Sse };
        for (format, size) in [(format, usize::MAX), (Format::Auto, 1)] {
            let mut answer = read(format, &body, lines, size);
            // An error says nothing of the finish, and no arguments are as good as an empty object.
            answer.finish_reason.truncate(match answer.error {
                Some(_) => 0,
                None => usize::MAX,
            });
            for call in answer.calls.iter_mut().filter(|call| call.2 == "{}") {
                call.2.clear();
            }
            assert_eq!(answer, expected, "{path} {format:?}");
        }
    }
}

/// An event whose data is JSON; its member `type` is its name, too.
fn event(data: &str) -> String {
    let kind = data.strip_prefix(r#"{"type":""#).and_then(|rest| rest.split('"').next());
    format!("event: {}\ndata: {data}\n\n", kind.unwrap_or("message"))
}

fn delta(delta: &str) -> String {
    event(&format!(r#"{{"choices":[{{"index":0,"delta":{delta}}}]}}"#))
}

fn fragment(call: &str) -> String {
    delta(&format!(r#"{{"tool_calls":[{call}]}}"#))
}

/// Streams of gateways, as `tests/llm/cases/gateways` has them.
#[test]
fn dialects() {
    let p = |id, name| call(id, name, r#"{"p":1}"#);
    let item =
        r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi"}]}"#;
    let done = event(&format!(r#"{{"type":"response.output_item.done","item":{item}}}"#));
    let cases = [
        (
            "another id in each fragment",
            [
                fragment(r#"{"index":0,"id":"call_1","function":{"name":"f","arguments":""}}"#),
                fragment(r#"{"index":1,"id":"call_2","function":{"name":"g","arguments":""}}"#),
                fragment(r#"{"index":0,"id":"call_3","function":{"arguments":"{\"p\""}}"#),
                fragment(r#"{"index":1,"id":"call_4","function":{"arguments":"{\"p\""}}"#),
                fragment(r#"{"index":0,"id":"call_5","function":{"name":"","arguments":":1}"}}"#),
                fragment(r#"{"index":1,"id":"call_6","function":{"name":null,"arguments":":1}"}}"#),
            ]
            .concat(),
            calls(&[p("call_1", "f"), p("call_2", "g")], text("", "")),
        ),
        (
            "another id in each fragment, without an index",
            [
                fragment(r#"{"id":"call_1","function":{"name":"f","arguments":""}}"#),
                fragment(r#"{"id":"call_2","function":{"arguments":"{\"p\":1}"}}"#),
                fragment(r#"{"id":"call_3","function":{"name":"g","arguments":""}}"#),
                fragment(r#"{"id":"call_4","function":{"arguments":"{\"p\":1}"}}"#),
            ]
            .concat(),
            calls(&[p("call_1", "f"), p("call_3", "g")], text("", "")),
        ),
        (
            "the id null",
            fragment(r#"{"index":0,"id":"null","function":{"name":"f","arguments":"{\"p\":1}"}}"#),
            calls(&[p("", "f")], text("", "")),
        ),
        (
            "two without ids, the first without arguments",
            [
                fragment(r#"{"index":0,"function":{"name":"f","arguments":"{}"}}"#),
                fragment(r#"{"index":0,"function":{"name":"g","arguments":"{\"p\":1}"}}"#),
            ]
            .concat(),
            calls(&[call("", "f", "{}"), p("", "g")], text("", "")),
        ),
        (
            "numbers",
            [
                delta(r#"{"reasoning_content":3}"#),
                delta(r#"{"content":"It is "}"#),
                delta(r#"{"content":6}"#),
                delta(r#"{"content":0}"#),
            ]
            .concat(),
            thought("3", text("It is 60", "")),
        ),
        (
            "numbers of Ollama",
            event(r#"{"message":{"content":4},"done":false}"#)
                + &event(r#"{"message":{"content":2},"done":true}"#),
            text("42", "stop"),
        ),
        (
            "content and done",
            event(r#"{"content":"He","done":false}"#)
                + &event(r#"{"content":"llo","done":false}"#)
                + &event(r#"{"content":"","done":true}"#),
            text("Hello", "stop"),
        ),
        (
            "Mastra",
            [
                event(r#"{"type":"start","runId":"r","payload":{"id":"a"}}"#),
                event(r#"{"type":"reasoning-delta","runId":"r","payload":{"text":"hm"}}"#),
                event(r#"{"type":"text-delta","runId":"r","payload":{"id":"0","text":"Hel"}}"#),
                event(r#"{"type":"text-delta","runId":"r","payload":{"id":"0","text":"lo"}}"#),
                event(
                    r#"{"type":"tool-call","payload":{"toolCallId":"a","toolName":"f","args":{"p":1}}}"#,
                ),
                event(r#"{"type":"finish","payload":{"stepResult":{"reason":"tool-calls"}}}"#),
            ]
            .concat(),
            thought("hm", calls(&[p("a", "f")], text("Hello", "tool-calls"))),
        ),
        (
            "Copilot's reasoning",
            delta(r#"{"reasoning_text":"hm","content":null}"#) + &delta(r#"{"content":"Hi"}"#),
            thought("hm", text("Hi", "")),
        ),
        (
            "a whole completion with an empty delta",
            event(
                r#"{"object":"chat.completion","choices":[{"delta":{"role":null,"content":""},"finish_reason":"stop","message":{"content":"Hi"}}]}"#,
            ),
            text("Hi", "stop"),
        ),
        (
            "messages that grow beside deltas",
            [("", ""), ("He", "He"), ("llo", "Hello"), ("", "Hello")]
                .map(|(delta, all)| {
                    event(&format!(
                        r#"{{"choices":[{{"delta":{{"content":"{delta}"}},"message":{{"content":"{all}"}}}}]}}"#
                    ))
                })
                .concat(),
            text("Hello", ""),
        ),
        (
            "chunks with messages",
            ["He", "llo"]
                .map(|text| {
                    event(&format!(
                        r#"{{"object":"chat.completion.chunk","choices":[{{"message":{{"content":"{text}"}}}}]}}"#
                    ))
                })
                .concat(),
            text("Hello", ""),
        ),
        (
            "missing blank lines",
            [delta(r#"{"content":"H"}"#), delta(r#"{"content":"i"}"#), "data: [DONE]\n\n".into()]
                .concat()
                .replace("\n\nevent: message", "")
                .replace("\n\ndata", "\ndata"),
            text("Hi", ""),
        ),
        ("a message that is done", done.clone(), text("Hi", "")),
        (
            "a message in deltas, and done",
            [
                event(r#"{"type":"response.output_text.delta","delta":"H"}"#),
                event(r#"{"type":"response.output_text.delta","delta":"i"}"#),
                event(r#"{"type":"response.output_text.done","text":"Hi"}"#),
                event(
                    r#"{"type":"response.content_part.done","part":{"type":"output_text","text":"Hi"}}"#,
                ),
                done,
                event(r#"{"type":"response.completed","response":{"status":"completed"}}"#),
            ]
            .concat(),
            text("Hi", "completed"),
        ),
        (
            "parts that are done",
            [
                event(r#"{"type":"response.reasoning_summary_text.done","text":"hm"}"#),
                event(
                    r#"{"type":"response.content_part.done","part":{"type":"output_text","text":"Hi"}}"#,
                ),
            ]
            .concat(),
            thought("hm", text("Hi", "")),
        ),
        (
            "the response itself as data",
            concat!(
                "event: response.created\ndata: {\"object\":\"response\",\"status\":\"in_progress\"}\n\n",
                "event: response.output_text.delta\ndata: {\"delta\":\"Hi\"}\n\n",
                "event: response.completed\ndata: {\"object\":\"response\",\"status\":\"completed\"}\n\n",
            )
            .into(),
            text("Hi", "completed"),
        ),
        (
            "several choices of one answer in a chunk",
            event(
                r#"{"choices":[{"index":0,"delta":{"content":"H"}},{"index":1,"delta":{"content":"no"}},{"index":0,"delta":{"content":"i"},"finish_reason":"stop"}]}"#,
            ),
            text("Hi", "stop"),
        ),
        (
            "a call, and the end behind it",
            event(
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"p\":1}"}}]}},{"delta":{"content":""},"finish_reason":"tool_calls"}]}"#,
            ),
            calls(&[p("a", "f")], text("", "tool_calls")),
        ),
        (
            "deltas that are texts, wrapped",
            event(r#"{"data":{"choices":[{"delta":"H","finish_reason":""}]},"status":{}}"#)
                + &event(r#"{"data":{"choices":[{"delta":"i","finish_reason":"stop"}]}}"#),
            text("Hi", "stop"),
        ),
        (
            "framed twice, encoded twice",
            "data: data: {\"choices\":[{\"delta\":{\"content\":\"H\"}}]}\n\ndata: \"{\\\"choices\\\":[{\\\"delta\\\":{\\\"content\\\":\\\"i\\\"}}]}\"\n\ndata: data: [done]\n\n".into(),
            text("Hi", ""),
        ),
        (
            "names with underscores",
            [
                event(r#"{"type":"RUN_STARTED","run_id":"r"}"#),
                event(r#"{"type":"TEXT_MESSAGE_CONTENT","message_id":"m","delta":"Hi"}"#),
                event(r#"{"type":"TOOL_CALL_START","tool_call_id":"a","tool_call_name":"f"}"#),
                event(r#"{"type":"TOOL_CALL_ARGS","tool_call_id":"a","delta":"{\"p\":1}"}"#),
                event(r#"{"type":"RUN_FINISHED","run_id":"r"}"#),
            ]
            .concat(),
            calls(&[p("a", "f")], text("Hi", "stop")),
        ),
        (
            "Gemini's, with underscores, the arguments behind the name",
            event(
                r#"{"candidates":[{"content":{"parts":[{"text":"Hi"},{"function_call":{"name":"f","args":{}}}]}}]}"#,
            ) + &event(
                r#"{"candidates":[{"content":{"parts":[{"function_call":{"args":{"p":1}}}]},"finish_reason":"STOP"}]}"#,
            ),
            calls(&[p("", "f")], text("Hi", "STOP")),
        ),
        (
            "Gemini's arguments, value by value",
            [
                r#"{"name":"f","id":"a"}"#,
                r#"{"partialArgs":[{"jsonPath":"$.p","numberValue":1}]}"#,
                "{}",
                r#"{"name":"g","partialArgs":[{"jsonPath":"$.to","stringValue":"a \n"}]}"#,
                r#"{"partialArgs":[{"jsonPath":"$.to","stringValue":"\"b\""}]}"#,
                r#"{"partialArgs":[{"jsonPath":"$['list'][0].is","boolValue":false},{"jsonPath":"$.list[4294967294]","stringValue":""},{"jsonPath":"$.list[9].x.y","numberValue":2.5},{"jsonPath":"$.n","nullValue":"NULL_VALUE"},{"jsonPath":"$.a b\\\t","numberValue":0}]}"#,
                "{}",
            ]
            .map(|call| {
                event(&format!(
                    r#"{{"candidates":[{{"content":{{"parts":[{{"functionCall":{call}}}]}}}}]}}"#
                ))
            })
            .concat(),
            calls(
                &[
                    p("a", "f"),
                    (
                        String::new(),
                        "g".into(),
                        r#"{"to":"a \n\"b\"","list":[{"is":false},"",{"x":{"y":2.5}}],"n":null,"a b\\\u0009":0}"#
                            .into(),
                    ),
                ],
                text("", ""),
            ),
        ),
        (
            "an index at the start alone",
            [
                event(
                    r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"1","call_id":"a","name":"f","arguments":""}}"#,
                ),
                event(
                    r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"2","call_id":"b","name":"f","arguments":""}}"#,
                ),
                event(
                    r#"{"type":"response.function_call_arguments.delta","item_id":"1","delta":"{\"p\":1}"}"#,
                ),
                event(
                    r#"{"type":"response.function_call_arguments.delta","item_id":"2","delta":"{\"p\":1}"}"#,
                ),
            ]
            .concat(),
            calls(&[p("a", "f"), p("b", "f")], text("", "")),
        ),
        (
            "Responses' other names",
            [
                event(r#"{"type":"response.reasoning.delta","delta":"hm"}"#),
                event(r#"{"type":"response.reasoning.done","text":"hm"}"#),
                event(r#"{"type":"response.content_part.delta","delta":"H"}"#),
                event(r#"{"type":"response.content_part.delta","delta":{"text":"i"}}"#),
                event(r#"{"type":"response.done","response":{"status":"completed"}}"#),
            ]
            .concat(),
            thought("hm", text("Hi", "completed")),
        ),
        (
            "a failed end",
            event(r#"{"type":"response.output_text.delta","delta":"Hi"}"#)
                + &event(r#"{"type":"response.done","response":{"status":"failed"}}"#),
            failed("Hi", false),
        ),
        (
            "a cancelled response",
            event(r#"{"type":"response.output_text.delta","delta":"Hi"}"#)
                + &event(r#"{"type":"response.cancelled","response":{"status":"cancelled"}}"#)
                + &event(r#"{"type":"response.output_text.delta","delta":"late"}"#),
            text("Hi", "cancelled"),
        ),
        (
            "a refusal and reasoning when they are done",
            event(
                r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]}}"#,
            ) + &event(r#"{"type":"response.refusal.done","output_index":1,"refusal":"No."}"#),
            thought("hm", refused("No.", text("", ""))),
        ),
        (
            "two messages when they are done",
            [
                event(
                    r#"{"type":"response.output_text.delta","output_index":0,"delta":"One. "}"#,
                ),
                event(
                    r#"{"type":"response.output_text.done","output_index":0,"text":"One. "}"#,
                ),
                event(
                    r#"{"type":"response.output_item.done","output_index":1,"item":{"type":"message","content":[{"text":"Two."}]}}"#,
                ),
                event(r#"{"type":"response.completed","response":{"status":"completed"}}"#),
            ]
            .concat(),
            text("One. Two.", "completed"),
        ),
        (
            "speech",
            [
                delta(r#"{"audio":{"id":"a","transcript":"H"}}"#),
                delta(r#"{"content":null,"audio":{"transcript":"i"}}"#),
                delta(r#"{"audio":{"data":"AAAA"}}"#),
            ]
            .concat(),
            text("Hi", ""),
        ),
        (
            "speech of Responses",
            [
                event(r#"{"type":"response.audio.transcript.delta","delta":"Hi"}"#),
                event(
                    r#"{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_audio","transcript":"Hi"}]}]}}"#,
                ),
            ]
            .concat(),
            text("Hi", "completed"),
        ),
        (
            "AWS's errors",
            [
                delta(r#"{"content":"Hi"}"#),
                event(r#"{"throttlingException":{"message":"slow down"}}"#),
            ]
            .concat(),
            failed("Hi", true),
        ),
        (
            "a type of errors that may pass",
            event(r#"{"error":"busy","error_type":"overloaded"}"#),
            failed("", true),
        ),
        (
            "HyperCLOVA X",
            "event: token\ndata: {\"message\":{\"content\":\"H\"}}\n\nevent: token\ndata: {\"message\":{\"content\":\"i\"}}\n\nevent: result\ndata: {\"message\":{\"content\":\"Hi\"}}\n\n".into(),
            text("Hi", ""),
        ),
        (
            "arguments again, written otherwise",
            fragment(r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"p\":1}"}}"#)
                + &fragment(r#"{"index":0,"function":{"arguments":"{ \"p\": 1 }"}}"#),
            calls(&[p("a", "f")], text("", "")),
        ),
        (
            "text at the start of a message",
            event(
                r#"{"type":"message_start","message":{"content":[{"type":"text","text":"Hi"},{"type":"tool_use","id":"a","name":"f","input":{"p":1}}]}}"#,
            ) + &event(r#"{"type":"message_stop"}"#),
            calls(&[p("a", "f")], text("Hi", "")),
        ),
        (
            "reasoning as `thinking`",
            delta(r#"{"thinking":"hm"}"#) + &delta(r#"{"content":"Hi"}"#),
            thought("hm", text("Hi", "")),
        ),
        (
            "calls of Cloudflare, without text",
            event(r#"{"response":null,"tool_calls":[{"name":"f","arguments":{"p":1}}]}"#)
                + "data: [DONE]\n\n",
            calls(&[p("", "f")], text("", "")),
        ),
        (
            "empty members of an error",
            event(
                r#"{"choices":[{"delta":{"content":"Hi"}}],"error":{"message":"","code":null}}"#,
            ),
            text("Hi", ""),
        ),
        (
            "an error beside an answer",
            delta(r#"{"content":"Hi"}"#)
                + &event(
                    r#"{"choices":[{"delta":{}}],"base_resp":{"status_code":1002,"status_msg":"rate limit"}}"#,
                ),
            failed("Hi", false),
        ),
        (
            "an error in capitals",
            delta(r#"{"content":"Hi"}"#) + "event: ERROR\ndata: no\n\n",
            failed("Hi", false),
        ),
        (
            "throttled",
            event(r#"{"error":{"type":"ThrottlingException","message":"no"}}"#),
            failed("", true),
        ),
        (
            "a flat error with a type of its own",
            delta(r#"{"content":"Hi"}"#)
                + &event(r#"{"message":"no","code":"quota_exceeded","type":"too_many_tokens_error"}"#),
            failed("Hi", false),
        ),
        (
            "names before another format",
            event(r#"{"type":"start","messageId":"m"}"#) + &delta(r#"{"content":"Hi"}"#),
            text("Hi", ""),
        ),
        (
            "an empty text before another format",
            event(r#"{"response":""}"#) + &delta(r#"{"content":"Hi"}"#),
            text("Hi", ""),
        ),
        (
            "AG-UI's messages at the end",
            [
                event(r#"{"type":"RUN_STARTED"}"#),
                event(
                    r#"{"type":"MESSAGES_SNAPSHOT","messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"Hi","toolCalls":[{"id":"a","function":{"name":"f","arguments":"{\"p\":1}"}}]}]}"#,
                ),
                event(r#"{"type":"RUN_FINISHED"}"#),
            ]
            .concat(),
            calls(&[p("a", "f")], text("Hi", "stop")),
        ),
        (
            "an error with a status of HTTP",
            delta(r#"{"content":"Hi"}"#)
                + &event(r#"{"status":503,"title":"Unavailable","detail":"no"}"#),
            failed("Hi", true),
        ),
        (
            "an exception",
            delta(r#"{"content":"Hi"}"#) + "event: throttlingException\ndata: {\"message\":\"no\"}\n\n",
            failed("Hi", false),
        ),
        (
            "an empty answer behind an unknown event",
            event(r#"{"status":"queued"}"#)
                + &delta(r#"{"role":"assistant"}"#)
                + "data: {\"type\":\"ping\"}\n\ndata: [DONE]\n\n",
            text("", ""),
        ),
        (
            "a flat error without a code",
            delta(r#"{"content":"Hi"}"#)
                + &event(r#"{"message":"no","type":"server_error","param":null,"code":null}"#),
            failed("Hi", true),
        ),
        (
            "a status that is a failure",
            delta(r#"{"content":"Hi"}"#) + &event(r#"{"status":"Failure","message":"no"}"#),
            failed("Hi", false),
        ),
        (
            "an error of a response",
            delta(r#"{"content":"Hi"}"#) + &event(r#"{"type":"response.error","message":"no"}"#),
            failed("Hi", false),
        ),
        (
            "an error of Java",
            delta(r#"{"content":"Hi"}"#) + &event(r#"{"errorCode":1,"errorMessage":"no"}"#),
            failed("Hi", false),
        ),
        (
            "an error of a function in the cloud",
            delta(r#"{"content":"Hi"}"#) + &event(r#"{"errorType":"X","errorMessage":"no"}"#),
            failed("Hi", false),
        ),
        (
            "a message that is no error",
            event(r#"{"code":1,"msg":"Success","data":{"choices":[{"delta":{"content":"H"}}]}}"#)
                + &event(
                    r#"{"success":true,"code":10000,"message":"done","data":[{"choices":[{"delta":{"content":"i"}}]}]}"#,
                ),
            text("Hi", ""),
        ),
        (
            "KoboldCpp's finish reason",
            event(r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":"null"}]}"#),
            text("Hi", ""),
        ),
        (
            "capitals within names",
            [
                delta(r#"{"reasoningContent":"hm"}"#),
                event(
                    r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":null,"finishReason":"stop"}]}"#,
                ),
                delta(r#"{"toolCalls":[{"id":"a","function":{"name":"f","arguments":"{\"p\":1}"}}]}"#),
            ]
            .concat(),
            thought("hm", calls(&[p("a", "f")], text("Hi", "stop"))),
        ),
        (
            "reasoning in an object",
            delta(r#"{"reasoning":{"summary":"hm"}}"#) + &delta(r#"{"content":"Hi"}"#),
            thought("hm", text("Hi", "")),
        ),
        (
            "a response's text beside its output",
            event(r#"{"object":"response","status":"completed","output":[],"output_text":"Hi"}"#),
            text("Hi", "completed"),
        ),
        (
            "arguments of the AI SDK 4",
            event(r#"{"type":"tool-call","toolCallId":"a","toolName":"f","args":{"p":1}}"#),
            calls(&[p("a", "f")], text("", "")),
        ),
        (
            "arguments again, encoded twice",
            [
                fragment(r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{\"p\""}}"#),
                fragment(r#"{"index":0,"function":{"arguments":":1}"}}"#),
                fragment(r#"{"index":0,"function":{"arguments":"\"{\\\"p\\\":1}\""}}"#),
            ]
            .concat(),
            calls(&[p("a", "f")], text("", "")),
        ),
    ];
    for (name, body, expected) in cases {
        for size in [usize::MAX, 1] {
            let mut answer = read(Format::Auto, body.as_bytes(), sse::Format::Sse, size);
            for call in answer.calls.iter_mut().filter(|call| call.2 == "{}") {
                call.2.clear();
            }
            assert_eq!(answer, expected, "{name}");
        }
    }
}

/// An unknown member is not an empty answer.
#[test]
fn text_under_another_name_is_not_understood() {
    for data in [
        r#"{"choices":[{"delta":{"text":"Hi"}}]}"#,
        r#"{"choices":[{"delta":{"role":"assistant","value":"Hi"}}]}"#,
        r#"{"choices":[{"content":"Hi"}]}"#,
        r#"{"type":"text-delta","content":"Hi"}"#,
        r#"{"type":"TEXT_MESSAGE_CONTENT","content":"Hi"}"#,
        r#"{"type":"content_block_delta","delta":{"content":"Hi"}}"#,
        r#"{"type":"response.output_text.delta","text":"Hi"}"#,
        r#"{"object":"chat.completion","result":"Hi","usage":{"prompt_tokens":1}}"#,
        r#"{"choices":[{"delta":{"value":"Hi"}}],"usage":{}}"#,
    ] {
        for format in [Format::Auto, Format::OpenAiChat, Format::AiSdk, Format::AgUi] {
            let mut reader = AnswerReader::new(format);
            let event = sse::EventRef { event_type: "message", data, last_event_id: "" };
            assert_eq!(reader.read(&event, |_| ()), Ok(false), "{data}");
            let unknown = TextError::UnknownFormat { start: data.into() };
            assert_eq!(reader.finish(|_| ()), Err(unknown), "{data} {format:?}");
        }
    }
}

/// Names alone do not mean that the events behind them were understood.
#[test]
fn names_alone_are_no_answer() {
    for data in [
        r#"{"type":"start","messageId":"m"}"#,
        r#"{"choices":[{"delta":{"role":"assistant"}}]}"#,
        r#"{"type":"RUN_STARTED"}"#,
    ] {
        let body = format!("data: {data}\n\ndata: {{\"kind\":\"chunk\",\"value\":\"Hi\"}}\n\n");
        for end in ["", "data: [DONE]\n\n"] {
            let mut decoder = Decoder::new();
            decoder.push((body.clone() + end).as_bytes()).expect("a small body");
            let mut reader = AnswerReader::new(Format::Auto);
            let read = decoder.events().try_for_each(|event| reader.read(&event, |_| ()).map(drop));
            let unknown = TextError::UnknownFormat { start: data.into() };
            assert_eq!(read.and_then(|()| reader.finish(|_| ())), Err(unknown), "{data}");
        }
    }
}
