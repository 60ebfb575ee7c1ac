//! `POST /chat`: what its stream is made of.

mod common;

use common::upstream::{DONE, PlayedUpstream, finish_event};
use common::{Events, TestRelay, json_of, tokens_of};
use serde_json::json;

#[tokio::test]
async fn the_stream_is_start_then_numbered_tokens_then_done() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let model = async {
        let mut exchange = upstream.begin().await;
        for token in ["Hel", "lo", "", " wor\nld", "\r\n\r\nevent: done\n\n", "。"] {
            exchange.token(token).await;
        }
        exchange.send(&finish_event("length")).await;
        exchange.send(DONE).await;
    };
    let (response, ()) = tokio::join!(relay.chat("s1", "hi"), model);
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store, no-transform");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    assert!(!response.headers().contains_key("access-control-allow-origin"));
    assert_eq!(
        response.text().await.unwrap(),
        "id: 0\nevent: start\ndata: {\"sessionId\":\"s1\",\"model\":\"test-model\"}\n\n\
         id: 1\ndata: Hel\n\n\
         id: 2\ndata: lo\n\n\
         id: 3\ndata:  wor\ndata: ld\n\n\
         id: 4\ndata: \ndata: \ndata: event: done\ndata: \ndata: \n\n\
         id: 5\ndata: 。\n\n\
         id: 6\nevent: done\ndata: {\"finishReason\":\"length\",\"tokens\":5}\n\n"
    );
    let session = relay.session("s1").await;
    assert_eq!(session["state"], "completed");
    assert_eq!(session["tokens"], 5);
    assert_eq!(session["userId"], "ann");
    let time = |name: &str| session[name].as_u64().unwrap();
    assert!(time("startedAt") <= time("endedAt"));
}

#[tokio::test]
async fn each_token_is_passed_on_before_the_next_one_is_written() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let (response, mut exchange) = tokio::join!(relay.chat("s1", "hi"), upstream.begin());
    let mut events = Events::of(response);
    json_of(&events.next().await.unwrap(), "start");
    assert_eq!(relay.session("s1").await["state"], "live");
    assert!(relay.session("s1").await.get("endedAt").is_none());
    for number in 1..=20 {
        let token = format!("t{number}");
        exchange.token(&token).await;
        assert_eq!(events.next().await.unwrap().1, token);
        assert_eq!(relay.session("s1").await["tokens"], number);
    }
}

#[tokio::test]
async fn the_built_in_upstream_answers_in_the_prompts_language() {
    let (relay, builtin) = TestRelay::with_builtin(20_000).await;
    for (session, prompt, words) in [
        ("en", "Tell me a joke about penguins and the moon", ["penguins and the moon", "laugh"]),
        ("zh", "讲一个关于企鹅和月亮的笑话", ["企鹅和月亮", "茶馆"]),
    ] {
        let before = builtin.counts().tokens;
        let events = Events::of(relay.chat(session, prompt).await).rest().await;
        let start = json_of(&events[0], "start");
        assert_eq!(start, json!({ "sessionId": session, "model": "sluicegate-builtin" }));
        let tokens = tokens_of(&events);
        assert!(tokens.len() >= 150);
        let text = tokens.concat();
        assert!(text.contains(prompt) && words.iter().all(|word| text.contains(word)), "{text}");
        let done = json_of(events.last().unwrap(), "done");
        assert_eq!(done, json!({ "finishReason": "stop", "tokens": tokens.len() }));
        assert_eq!(builtin.counts().tokens - before, tokens.len() as u64);
        assert_eq!(events.len(), tokens.len() + 2);
    }
}

#[tokio::test]
async fn the_built_in_upstream_keeps_its_pace() {
    let (relay, builtin) = TestRelay::with_builtin(100).await;
    let started = std::time::Instant::now();
    let events = Events::of(relay.chat("s1", "hi").await).rest().await;
    let tokens = builtin.counts().tokens;
    assert_eq!(tokens_of(&events).len() as u64, tokens);
    // The first token comes at once. A busy machine may take longer, but never less.
    let least = std::time::Duration::from_millis(10) * u32::try_from(tokens - 1).unwrap();
    assert!(started.elapsed() >= least.mul_f64(0.95), "{tokens} in {:?}", started.elapsed());
}

#[tokio::test]
async fn the_model_and_the_history_reach_the_upstream() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let history = json!([
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": "What is rain?" },
        { "role": "assistant", "content": "Water." },
    ]);
    let body = json!({
        "prompt": "And 雪?", "userId": "ann", "sessionId": "s1", "model": "other", "messages": history,
        "unknown": true,
    });
    let model = async {
        let mut exchange = upstream.begin().await;
        exchange.send(DONE).await;
        exchange
    };
    let (response, exchange) = tokio::join!(relay.post("/chat", &body), model);
    let mut messages = history.as_array().unwrap().clone();
    messages.push(json!({ "role": "user", "content": "And 雪?" }));
    assert_eq!(exchange.body, json!({ "model": "other", "messages": messages, "stream": true }));
    assert!(exchange.head.starts_with("POST /v1/chat/completions HTTP/1.1"), "{}", exchange.head);
    assert!(!exchange.head.contains("authorization"), "{}", exchange.head);
    let events = Events::of(response).rest().await;
    assert_eq!(json_of(&events[0], "start")["model"], "other");
    assert_eq!(json_of(&events[1], "done"), json!({ "finishReason": "stop", "tokens": 0 }));
}

#[tokio::test]
async fn a_slow_reader_slows_the_model() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let (response, mut exchange) = tokio::join!(relay.chat("s1", "hi"), upstream.begin());
    let token = "x".repeat(64 << 10);
    let event = common::upstream::token_event(&token);
    // Nobody reads: the model's writing comes to a halt. Then everything arrives, nothing is lost.
    let (begun, rest) = exchange.flood(&event).await;
    let finish = async {
        exchange.send(rest).await;
        exchange.send(DONE).await;
    };
    let (events, ()) = tokio::join!(Events::of(response).rest(), finish);
    let tokens = tokens_of(&events);
    assert_eq!(tokens.len(), begun);
    assert!(tokens.iter().all(|received| *received == token));
}
