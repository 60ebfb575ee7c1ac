//! Each vendor's API: what it is asked, and what its answers come to.

mod common;

use common::upstream::{Exchange, PlayedUpstream};
use common::{Event, Events, TestRelay, json_of, tokens_of};
use serde_json::{Value, json};
use sluicegate_relay::{Anthropic, Ollama, OpenAiChat, OpenAiResponses};
use sluicegate_relay::{Site, UpstreamOptions, Vendor};
use tokio::net::TcpStream;

const UNICODE: &str = "你好,世界 👩‍👩‍👧 é\u{301}שלום\u{2028}\\ \"\t😀";

/// What a transcript has to come to: its text, and why the model stopped or the error's message.
type Outcome = (&'static str, Result<&'static str, &'static str>);

/// A vendor's API.
type Kind = &'static dyn Vendor;

const TRANSCRIPTS: [(Kind, &str, Outcome); 26] = [
    (&OpenAiChat, "text.sse", ("Hello! How can I\nhelp?", Ok("stop"))),
    (&OpenAiChat, "usage.sse", ("Four.", Ok("length"))),
    (&OpenAiChat, "tool-calls.sse", ("", Ok("tool_calls"))),
    (&OpenAiChat, "refusal.sse", ("I'm sorry, I can't help with that.", Ok("stop"))),
    (
        &OpenAiChat,
        "error.sse",
        (
            "Once upon",
            Err("The server had an error while processing your request. Sorry about that!"),
        ),
    ),
    (&OpenAiChat, "unicode.sse", (UNICODE, Ok("stop"))),
    (&OpenAiChat, "reasoning.sse", ("4", Ok("stop"))),
    (&OpenAiChat, "azure.sse", ("Yes.", Ok("content_filter"))),
    (&OpenAiResponses, "text.sse", ("Hi there! How can I\nhelp?", Ok("completed"))),
    (&OpenAiResponses, "tool-calls.sse", ("", Ok("completed"))),
    (&OpenAiResponses, "refusal.sse", ("I'm sorry, I can't help with that.", Ok("completed"))),
    (&OpenAiResponses, "incomplete.sse", ("The sum is", Ok("max_output_tokens"))),
    (&OpenAiResponses, "failed.sse", ("Once", Err("The model failed to generate a response."))),
    (&OpenAiResponses, "error.sse", ("", Err("Rate limit reached for gpt-4.1"))),
    (&OpenAiResponses, "unicode.sse", (UNICODE, Ok("completed"))),
    (&Anthropic, "text.sse", ("Hello! How can I\nhelp?", Ok("end_turn"))),
    (&Anthropic, "tool-use.sse", ("Okay, let's check.", Ok("tool_use"))),
    (&Anthropic, "thinking.sse", ("27 * 453 = 12,231", Ok("end_turn"))),
    (&Anthropic, "server-tool.sse", ("I'll look. It is sunny.", Ok("end_turn"))),
    (&Anthropic, "refusal.sse", ("IThis request was declined.", Ok("refusal"))),
    (&Anthropic, "error.sse", ("Once upon", Err("Overloaded"))),
    (&Anthropic, "unicode.sse", (UNICODE, Ok("end_turn"))),
    (&Ollama, "text.ndjson", ("Hello! How can I\nhelp?", Ok("stop"))),
    (&Ollama, "thinking.ndjson", ("4", Ok("length"))),
    (
        &Ollama,
        "error.ndjson",
        ("Once upon", Err("an error was encountered while running the model: unexpected EOF")),
    ),
    (&Ollama, "unicode.ndjson", (UNICODE, Ok("stop"))),
];

fn transcript(kind: Kind, name: &str) -> String {
    let folder = format!("../../tests/llm/transcripts/{}", kind.name());
    let path = format!("{}/{folder}/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn content_type(kind: Kind) -> &'static str {
    match kind.name() {
        "ollama" => "content-type: application/x-ndjson",
        _ => "content-type: text/event-stream; charset=utf-8",
    }
}

async fn relay_before(upstream: &PlayedUpstream, kind: Kind, base: &str) -> TestRelay {
    let url = upstream.url().replace("/v1", base);
    let key = Some("key-77".to_owned());
    let options = UpstreamOptions {
        vendor: kind,
        key,
        retries: 0,
        show_errors: true,
        ..UpstreamOptions::new(url, ["m"])
    };
    TestRelay::start(options, Site::default()).await
}

#[tokio::test]
async fn each_transcript_comes_to_its_text_and_end() {
    for (kind, name, (text, end)) in TRANSCRIPTS {
        let upstream = PlayedUpstream::start().await;
        let relay = relay_before(&upstream, kind, "/v1").await;
        let model = async {
            let mut exchange = upstream.accept().await;
            exchange.respond("200 OK", content_type(kind), &transcript(kind, name)).await;
            exchange
        };
        let (response, _exchange) = tokio::join!(relay.chat("s1", "hi"), model);
        let events = Events::of(response).rest().await;
        assert_eq!(tokens_of(&events).concat(), text, "{kind:?} {name}");
        assert_ends(events.last().unwrap(), end, name);
    }
}

fn assert_ends(last: &Event, end: Result<&str, &str>, name: &str) {
    match end {
        Ok(reason) => assert_eq!(json_of(last, "done")["finishReason"], reason, "{name}"),
        Err(message) => {
            let error = &json_of(last, "error")["error"];
            assert_eq!(error["code"], "upstream-error", "{name}");
            assert_eq!(
                error["message"],
                format!("the upstream reported an error: {message}"),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn a_last_line_of_ndjson_needs_no_line_end() {
    let upstream = PlayedUpstream::start().await;
    let relay = relay_before(&upstream, &Ollama, "").await;
    let bytes = transcript(&Ollama, "text.ndjson");
    let model = async {
        let mut exchange = upstream.accept().await;
        exchange.respond("200 OK", content_type(&Ollama), bytes.trim_end()).await;
        exchange
    };
    let (response, _exchange) = tokio::join!(relay.chat("s1", "hi"), model);
    let events = Events::of(response).rest().await;
    assert_ends(events.last().unwrap(), Ok("stop"), "text.ndjson");
}

/// Asks with a system's message and an earlier turn, and returns the request.
async fn request_of(kind: Kind, base: &str) -> Exchange<TcpStream> {
    let upstream = PlayedUpstream::start().await;
    let relay = relay_before(&upstream, kind, base).await;
    let body = json!({
        "prompt": "And 雪?", "userId": "ann", "sessionId": "s1", "messages": messages(),
    });
    let name = if kind.name() == "ollama" { "text.ndjson" } else { "text.sse" };
    let model = async {
        let mut exchange = upstream.accept().await;
        exchange.respond("200 OK", content_type(kind), &transcript(kind, name)).await;
        exchange
    };
    let (response, exchange) = tokio::join!(relay.post("/chat", &body), model);
    Events::of(response).rest().await;
    exchange
}

fn messages() -> Value {
    json!([
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": "What is rain?" },
        { "role": "assistant", "content": "Water." },
    ])
}

#[tokio::test]
async fn each_api_is_asked_in_its_own_words() {
    let mut all = messages().as_array().unwrap().clone();
    all.push(json!({ "role": "user", "content": "And 雪?" }));
    let turns = &all[1..];
    let bearer = "authorization: Bearer key-77";
    for (kind, base, path, headers, body) in [
        (
            &OpenAiChat as Kind,
            "/v1",
            "/v1/chat/completions",
            vec![bearer],
            json!({ "model": "m", "stream": true, "messages": all }),
        ),
        (
            &OpenAiResponses,
            "/v1",
            "/v1/responses",
            vec![bearer],
            json!({ "model": "m", "stream": true, "input": all }),
        ),
        (
            &Anthropic,
            "",
            "/v1/messages",
            vec!["x-api-key: key-77", "anthropic-version: 2023-06-01"],
            json!({
                "model": "m", "stream": true, "max_tokens": 4096,
                "system": "Be brief.", "messages": turns,
            }),
        ),
        (
            &Ollama,
            "",
            "/api/chat",
            vec![bearer],
            json!({ "model": "m", "stream": true, "messages": all }),
        ),
    ] {
        let Exchange { head, body: sent, .. } = request_of(kind, base).await;
        assert!(head.starts_with(&format!("POST {path} HTTP/1.1")), "{head}");
        for header in headers {
            assert!(head.lines().any(|line| line == header), "{header}: {head}");
        }
        assert_eq!(sent, body, "{kind:?}");
    }
}

#[tokio::test]
async fn the_connection_is_used_again() {
    for kind in [&OpenAiChat as Kind, &Ollama] {
        let upstream = PlayedUpstream::start().await;
        let relay = relay_before(&upstream, kind, "/v1").await;
        let name = if kind.name() == "ollama" { "text.ndjson" } else { "text.sse" };
        let mut kept = None;
        for session in ["s1", "s2", "s3"] {
            let model = async {
                let stream = match kept.take() {
                    Some(stream) => stream,
                    None => upstream.accept_stream().await,
                };
                let mut exchange = Exchange::read(stream).await;
                exchange.respond("200 OK", content_type(kind), &transcript(kind, name)).await;
                exchange.into_stream()
            };
            let (response, stream) = tokio::join!(relay.chat(session, "hi"), model);
            Events::of(response).rest().await;
            kept = Some(stream);
        }
    }
}
