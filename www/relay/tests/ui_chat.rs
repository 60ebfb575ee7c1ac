//! `/api/chat`: what the AI SDK's `useChat` asks, and what it gets.

mod common;

use common::upstream::{DONE, PlayedUpstream, finish_event, token_event};
use common::{Event, Events, PATIENCE, TestRelay, refusal, secret, token, until};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use sluicegate_relay::{
    Anthropic, Auth, Ollama, OpenAiChat, OpenAiResponses, Options, Site, UpstreamOptions, Vendor,
};

/// A text message as `useChat` sends it.
fn message(id: &str, role: &str, text: &str) -> Value {
    json!({ "id": id, "role": role, "parts": [{ "type": "text", "text": text }] })
}

fn asks(chat: &str, messages: Value) -> Value {
    json!({ "id": chat, "messages": messages, "trigger": "submit-message" })
}

async fn ask(relay: &TestRelay, chat: &str, text: &str) -> Response {
    relay.post("/api/chat", &asks(chat, json!([message("q", "user", text)]))).await
}

/// The parts of a stream, whose ids must count.
fn parts(events: &[Event], first: u64) -> Vec<Value> {
    let part = |(number, event): (u64, &Event)| {
        assert_eq!((&*event.0, &*event.2), ("message", &*number.to_string()), "{event:?}");
        serde_json::from_str(&event.1).unwrap_or_else(|_| json!(event.1))
    };
    (first..).zip(events).map(part).collect()
}

fn text_of(parts: &[Value]) -> String {
    parts
        .iter()
        .filter(|part| part["type"] == "text-delta")
        .filter_map(|part| part["delta"].as_str())
        .collect()
}

fn last_types(parts: &[Value], count: usize) -> Vec<&str> {
    let types = parts.iter().map(|part| part["type"].as_str().or(part.as_str()).unwrap());
    types.skip(parts.len() - count).collect()
}

#[tokio::test]
async fn an_answer_is_a_ui_message_stream() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let messages = json!([
        message("s", "system", "Be brief."),
        message("q", "user", "What is rain?"),
        { "id": "a", "role": "assistant", "parts": [
            { "type": "step-start" },
            { "type": "reasoning", "text": "hm", "state": "done" },
            { "type": "text", "text": "Water.", "state": "done" },
        ] },
        message("q2", "user", "And snow?"),
    ]);
    let model = async {
        let mut exchange = upstream.begin().await;
        for text in ["Fro", "zen\n"] {
            exchange.token(text).await;
        }
        exchange.send(&finish_event("length")).await;
        exchange.send(DONE).await;
        exchange
    };
    let body = asks("c1", messages);
    let (response, exchange) = tokio::join!(relay.post("/api/chat", &body), model);
    assert_eq!(response.headers()["x-vercel-ai-ui-message-stream"], "v1");
    let parts = parts(&Events::of(response).rest().await, 0);
    let id = parts[0]["messageId"].as_str().unwrap();
    assert!(id.starts_with("msg_"), "{id}");
    assert_eq!(
        parts[1..],
        [
            json!({ "type": "start-step" }),
            json!({ "type": "text-start", "id": "0" }),
            json!({ "type": "text-delta", "id": "0", "delta": "Fro" }),
            json!({ "type": "text-delta", "id": "0", "delta": "zen\n" }),
            json!({ "type": "text-end", "id": "0" }),
            json!({ "type": "finish-step" }),
            json!({ "type": "finish", "finishReason": "length" }),
            json!("[DONE]"),
        ]
    );
    let turn = |role: &str, text: &str| json!({ "role": role, "content": text });
    assert_eq!(
        exchange.body["messages"],
        json!([
            turn("system", "Be brief."),
            turn("user", "What is rain?"),
            turn("assistant", "Water."),
            turn("user", "And snow?"),
        ])
    );
}

/// Of each API: its transcript with a call of a tool, and what is asked when the result is there.
#[tokio::test]
async fn tools_are_called_and_answered_through_each_api() {
    let call = |id: &str| json!({ "id": id, "type": "function", "function": { "name": "get_weather", "arguments": "{\"at\":\"Bern\"}" } });
    let question = json!({ "role": "user", "content": "Sun?" });
    let cases: [(&'static dyn Vendor, &str, &str, Value); 4] = [
        (
            &OpenAiChat,
            "tool-calls.sse",
            "messages",
            json!([question, { "role": "assistant", "content": "", "tool_calls": [call("c1")] },
                { "role": "tool", "tool_call_id": "c1", "content": "sunny" }]),
        ),
        (
            &OpenAiResponses,
            "tool-calls.sse",
            "input",
            json!([question,
                { "type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": "{\"at\":\"Bern\"}" },
                { "type": "function_call_output", "call_id": "c1", "output": "sunny" }]),
        ),
        (
            &Anthropic,
            "tool-use.sse",
            "messages",
            json!([question,
                { "role": "assistant", "content": [
                    { "type": "tool_use", "id": "c1", "name": "get_weather", "input": { "at": "Bern" } }] },
                { "role": "user", "content": [
                    { "type": "tool_result", "tool_use_id": "c1", "content": "sunny" }] }]),
        ),
        (
            &Ollama,
            "tool-calls.ndjson",
            "messages",
            json!([question,
                { "role": "assistant", "content": "", "tool_calls": [
                    { "function": { "name": "get_weather", "arguments": { "at": "Bern" } } }] },
                { "role": "tool", "tool_name": "get_weather", "content": "sunny" }]),
        ),
    ];
    for (vendor, file, member, asked) in cases {
        let name = vendor.name();
        let upstream = PlayedUpstream::start().await;
        let tools = json!([{ "name": "get_weather" }]);
        let parameters = json!({ "tools": tools, "model": "other" }).as_object().unwrap().clone();
        let options =
            UpstreamOptions { vendor, parameters, ..UpstreamOptions::new(upstream.url(), ["m"]) };
        let relay = TestRelay::start(options, Site::default()).await;
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/llm/transcripts");
        let body = std::fs::read_to_string(format!("{folder}/{name}/{file}")).unwrap();
        let content_type =
            if name == "ollama" { "application/x-ndjson" } else { "text/event-stream" };
        let messages = json!([message("q", "user", "Sun?"), { "id": "a", "role": "assistant", "parts": [
            { "type": "step-start" },
            { "type": "tool-get_weather", "toolCallId": "c1", "state": "output-available",
              "input": { "at": "Bern" }, "output": "sunny" },
        ] }]);
        let model = async {
            let mut exchange = upstream.accept().await;
            exchange.respond("200 OK", &format!("content-type: {content_type}"), &body).await;
            exchange
        };
        let body = asks("c1", messages);
        let (response, exchange) = tokio::join!(relay.post("/api/chat", &body), model);
        assert_eq!(exchange.body[member], asked, "{name}");
        assert_eq!((&exchange.body["tools"], &exchange.body["model"]), (&tools, &json!("m")));
        let parts = parts(&Events::of(response).rest().await, 0);
        // The answer goes on in the message whose tool was called.
        assert_eq!(parts[0]["messageId"], "a");
        let whole = parts.iter().find(|part| part["type"] == "tool-input-available").unwrap();
        assert_eq!(whole["toolName"], "get_weather", "{name}");
        assert_eq!(whole["input"]["location"], "Zürich", "{name}");
        assert!(whole["toolCallId"].as_str().unwrap().len() > 4, "{name}");
        assert_eq!(parts[parts.len() - 2]["finishReason"], "tool-calls", "{name}");
    }
}

#[tokio::test]
async fn what_the_model_thinks_is_a_part() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let model = async {
        let mut exchange = upstream.begin().await;
        let thought = json!({ "choices": [{ "delta": { "reasoning_content": "hm" } }] });
        exchange.send(&format!("data: {thought}\n\n")).await;
        exchange.send(&format!("{}{DONE}", token_event("4"))).await;
    };
    let (response, ()) = tokio::join!(ask(&relay, "c1", "2+2?"), model);
    let parts = parts(&Events::of(response).rest().await, 0);
    assert_eq!(
        last_types(&parts, 9)[..6],
        [
            "reasoning-start",
            "reasoning-delta",
            "reasoning-end",
            "text-start",
            "text-delta",
            "text-end"
        ]
    );
}

#[tokio::test]
async fn a_stream_is_replayed_until_the_answer_has_ended() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::with_grace(&upstream.url()).await;
    let stream = async || relay.get("/api/chat/c%2F1/stream").await;
    assert_eq!(stream().await.status(), StatusCode::NO_CONTENT);
    let (response, mut exchange) = tokio::join!(ask(&relay, "c/1", "hi"), upstream.begin());
    exchange.token("one ").await;
    let mut first = Events::of(response);
    for _ in 0..4 {
        first.next().await.unwrap();
    }
    let again = stream().await;
    assert_eq!(again.headers()["x-vercel-ai-ui-message-stream"], "v1");
    let mut again = Events::of(again);
    for number in 0..4 {
        assert_eq!(again.next().await.unwrap().2, number.to_string());
    }
    drop(first);
    exchange.send(&format!("{}{DONE}", token_event("two"))).await;
    let rest = parts(&again.rest().await, 4);
    assert_eq!(text_of(&rest), "two");
    assert_eq!(relay.end_of("c/1").await, "completed");
    assert_eq!(stream().await.status(), StatusCode::NO_CONTENT);
    // Who lost the end gets it.
    let request = relay.client.get(format!("{}/api/chat/c%2F1/stream", relay.url));
    let resumed = request.header("last-event-id", "4").send().await.unwrap();
    assert_eq!(parts(&Events::of(resumed).rest().await, 5), rest[1..]);
    let request = relay.client.get(format!("{}/api/chat/c%2F1/stream", relay.url));
    let all = request.header("last-event-id", "8").send().await.unwrap();
    assert_eq!(all.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_stop_ends_the_answer_and_the_request_to_the_model() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::with_grace(&upstream.url()).await;
    let (response, mut exchange) = tokio::join!(ask(&relay, "c1", "hi"), upstream.begin());
    exchange.token("one").await;
    let mut events = Events::of(response);
    for _ in 0..4 {
        events.next().await.unwrap();
    }
    let stop = async || {
        let request = relay.client.post(format!("{}/api/chat/c1/stop", relay.url));
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(stop().await, json!({ "cancelled": true, "tokens": 1 }));
    exchange.closed().await;
    let rest = parts(&events.rest().await, 4);
    assert_eq!(last_types(&rest, 3), ["text-end", "abort", "[DONE]"]);
    assert_eq!(stop().await, json!({ "cancelled": false, "tokens": 1, "state": "cancelled" }));
    refusal(
        relay.client.post(format!("{}/api/chat/c2/stop", relay.url)).send().await.unwrap(),
        404,
        "session-not-found",
    )
    .await;
}

#[tokio::test]
async fn another_question_of_a_chat_stops_the_answer_to_the_first() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::with_grace(&upstream.url()).await;
    let (first, mut exchange) = tokio::join!(ask(&relay, "c1", "one"), upstream.begin());
    let asked_again = async {
        let mut second = upstream.begin().await;
        second.send(&format!("{}{DONE}", token_event("two"))).await;
    };
    let (second, ()) = tokio::join!(ask(&relay, "c1", "two"), asked_again);
    exchange.closed().await;
    let first = parts(&Events::of(first).rest().await, 0);
    assert_eq!(last_types(&first, 2), ["abort", "[DONE]"]);
    assert_eq!(text_of(&parts(&Events::of(second).rest().await, 0)), "two");
}

#[tokio::test]
async fn an_answer_is_written_anew_without_itself() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let messages = json!([message("q", "user", "hi"), message("a", "assistant", "ho")]);
    for (id, trigger) in [("a", "regenerate-message"), ("q", "regenerate-message")] {
        let body = json!({ "id": "c1", "messages": messages, "trigger": trigger, "messageId": id });
        let model = async {
            let mut exchange = upstream.begin().await;
            exchange.send(DONE).await;
            exchange.body
        };
        let (response, asked) = tokio::join!(relay.post("/api/chat", &body), model);
        Events::of(response).rest().await;
        assert_eq!(asked["messages"], json!([{ "role": "user", "content": "hi" }]), "{id}");
    }
}

#[tokio::test]
async fn a_failure_is_an_error_part() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let model = async {
        let mut exchange = upstream.begin().await;
        exchange.token("Once").await;
    };
    let (response, ()) = tokio::join!(ask(&relay, "c1", "hi"), model);
    let parts = parts(&Events::of(response).rest().await, 0);
    assert_eq!(last_types(&parts, 3), ["text-end", "error", "[DONE]"]);
    let text = parts[parts.len() - 2]["errorText"].as_str().unwrap();
    assert!(text.starts_with("upstream-truncated: the upstream's answer ended"), "{text}");
}

#[tokio::test]
async fn bad_requests_are_refused_with_what_to_change() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let file = json!([{ "id": "q", "role": "user", "parts": [
        { "type": "file", "mediaType": "image/png", "url": "data:image/png;base64,AA" }] }]);
    for (body, code) in [
        (json!({ "id": "c1" }), "invalid-request"),
        (asks("c1", json!([])), "invalid-request"),
        (asks("", json!([message("q", "user", "hi")])), "invalid-request"),
        (asks("..", json!([message("q", "user", "hi")])), "invalid-request"),
        (asks("c1", json!([message("q", "user", "")])), "invalid-request"),
        (asks("c1", json!([message("q", "robot", "hi")])), "invalid-request"),
        (asks("c1", json!([{ "id": "q", "role": "user", "content": "hi" }])), "invalid-request"),
        (asks("c1", file), "part-not-supported"),
        (
            json!({ "id": "c1", "messages": [message("q", "user", "hi")], "model": "none" }),
            "unknown-model",
        ),
        (
            json!({ "id": "c1", "messages": [message("q", "user", "hi")], "trigger": "x" }),
            "invalid-request",
        ),
    ] {
        refusal(relay.post("/api/chat", &body).await, 400, code).await;
    }
}

#[tokio::test]
async fn a_chat_is_its_users() {
    let upstream = PlayedUpstream::start().await;
    let options = UpstreamOptions::new(upstream.url(), ["m"]);
    let relay = TestRelay::with(options, Site::default(), |relay| {
        let auth = Auth::Bearer(secret());
        relay.with_options(Options { auth, resume_grace: PATIENCE, ..Options::default() })
    })
    .await;
    let post = |path: &str, user: &str, body: Value| {
        let request = relay.client.post(format!("{}{path}", relay.url)).json(&body);
        request.bearer_auth(token(user)).send()
    };
    let get = |user: &str| {
        let request = relay.client.get(format!("{}/api/chat/c1/stream", relay.url));
        request.bearer_auth(token(user)).send()
    };
    let body = asks("c1", json!([message("q", "user", "hi")]));
    refusal(relay.post("/api/chat", &body).await, 401, "unauthorized").await;
    let (response, mut exchange) =
        tokio::join!(post("/api/chat", "ann", body.clone()), upstream.begin());
    let events = Events::of(response.unwrap());
    refusal(post("/api/chat", "bob", body.clone()).await.unwrap(), 409, "session-exists").await;
    refusal(post("/api/chat/c1/stop", "bob", json!({})).await.unwrap(), 403, "not-your-session")
        .await;
    refusal(get("bob").await.unwrap(), 403, "not-your-session").await;
    assert_eq!(get("ann").await.unwrap().status(), StatusCode::OK);
    exchange.send(DONE).await;
    events.rest().await;
}

#[tokio::test]
async fn a_session_has_so_many_readers() {
    let upstream = PlayedUpstream::start().await;
    let options = UpstreamOptions::new(upstream.url(), ["m"]);
    let relay = TestRelay::with(options, Site::default(), |relay| {
        relay.with_options(Options { max_readers: 3, ..Options::default() })
    })
    .await;
    let (first, _exchange) = tokio::join!(ask(&relay, "c1", "hi"), upstream.begin());
    let stream = async || relay.get("/api/chat/c1/stream").await;
    let (second, _third) = (stream().await, stream().await);
    assert_eq!((first.status(), second.status()), (StatusCode::OK, StatusCode::OK));
    let response = stream().await;
    assert!(response.headers().contains_key("retry-after"));
    refusal(response, 429, "too-many-readers").await;
    drop(second);
    until(async || Some(stream().await).filter(|response| response.status() == 200)).await;
}
