//! Other upstreams than the built-in one, and what the reader sees when they fail.

mod common;

use std::time::Duration;

use common::upstream::{DONE, Exchange, PlayedUpstream, finish_event, token_event};
use common::{Event, Events, TestRelay, json_of, refusal, tokens_of};
use serde_json::{Value, json};
use sluicegate_relay::{SetupError, Site, Upstream, UpstreamOptions};
use tokio::net::{TcpListener, TcpStream};

/// Opens `s1`; the model begins, writes `bytes` and closes. Returns the reader's events.
async fn stream_of(bytes: &str) -> (Vec<Event>, Value) {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let model = async {
        let mut exchange = upstream.begin().await;
        exchange.send(bytes).await;
    };
    let (response, ()) = tokio::join!(relay.chat("s1", "hi"), model);
    let events = Events::of(response).rest().await;
    (events, relay.session("s1").await)
}

/// Opens `s1`, which must be refused with 502 and `code` when the model has done `play`.
async fn refused(play: impl AsyncFnOnce(Exchange<TcpStream>), code: &str) -> String {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let model = async { play(upstream.accept().await).await };
    let (response, ()) = tokio::join!(relay.chat("s1", "hi"), model);
    let message = refusal(response, 502, code).await;
    assert_eq!(relay.session("s1").await["state"], "upstream-error");
    message
}

#[tokio::test]
async fn a_refusal_whose_reason_never_ends_is_told() {
    let play = async |mut exchange: Exchange<TcpStream>| {
        exchange.send("HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\n\r\nno").await;
        exchange.closed().await;
    };
    let message = refused(play, "upstream-status").await;
    assert_eq!(message, "the upstream answered 403 Forbidden");
}

#[tokio::test]
async fn what_other_servers_write_is_understood() {
    let role = r#"data: {"choices":[{"delta":{"role":"assistant","content":null}}]}"#;
    let usage = r#"data: {"choices":[],"usage":{"total_tokens":9}}"#;
    for bytes in [
        format!("{}{}{DONE}", token_event("a"), token_event("b")),
        // No end marker, but a reason.
        format!("{}{}{}", token_event("a"), token_event("b"), finish_event("stop")),
        format!(
            ": hello\n\n{role}\n\n{}: ping\n\n{}{usage}\n\n{DONE}",
            token_event("a"),
            token_event("b")
        ),
        format!("\u{feff}{}{}{DONE}", token_event("a"), token_event("b")).replace('\n', "\r\n"),
        format!("id: 7\nevent: message\n{}{}{DONE}", token_event("a"), token_event("b")),
        // Nothing counts after the end marker.
        format!("{}{}{DONE}data: oops\n\n", token_event("a"), token_event("b")),
    ] {
        let (events, session) = stream_of(&bytes).await;
        assert_eq!(tokens_of(&events), ["a", "b"], "{bytes}");
        let done = json_of(events.last().unwrap(), "done");
        assert_eq!(done, json!({ "finishReason": "stop", "tokens": 2 }), "{bytes}");
        assert_eq!(session["state"], "completed");
    }
}

#[tokio::test]
async fn an_answer_split_anywhere_is_the_same() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let model = async {
        let mut exchange = upstream.begin().await;
        let bytes = format!("{}{}{DONE}", token_event("企鹅"), token_event("🐧"));
        for byte in bytes.as_bytes() {
            assert_eq!(exchange.write(&[*byte]).await, 1);
            tokio::task::yield_now().await;
        }
    };
    let (response, ()) = tokio::join!(relay.chat("s1", "hi"), model);
    let events = Events::of(response).rest().await;
    assert_eq!(tokens_of(&events), ["企鹅", "🐧"]);
}

#[tokio::test]
async fn the_last_event_may_lack_its_blank_line() {
    for end in ["data: [DONE]\n", "data: [DONE]"] {
        let (events, session) = stream_of(&format!("{}{end}", token_event("a"))).await;
        assert_eq!(tokens_of(&events), ["a"]);
        json_of(events.last().unwrap(), "done");
        assert_eq!(session["state"], "completed");
    }
}

#[tokio::test]
async fn an_error_in_mid_stream_becomes_an_error_event() {
    let tokens = format!("{}{}", token_event("a"), token_event("b"));
    let long = "x".repeat(2 << 20);
    for (bytes, code, message) in [
        (
            "data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}\n\n",
            "upstream-error",
            "the upstream reported an error",
        ),
        (
            "event: error\ndata: {\"error\":\"no\"}\n\n",
            "upstream-error",
            "the upstream reported an error",
        ),
        ("", "upstream-truncated", "the upstream's answer ended before its end marker"),
        ("data: {\"cho", "upstream-truncated", "the upstream's answer ended before its"),
        ("data: {oops\n\n", "upstream-malformed", "the upstream sent an event that is broken JSON"),
        // Not understood, as heartbeats are not.
        ("data: oops\n\n", "upstream-truncated", "the upstream's answer ended before its"),
        (&format!("data: {long}"), "upstream-malformed", "the upstream sent an event over"),
    ] {
        let (events, session) = stream_of(&format!("{tokens}{bytes}")).await;
        json_of(&events[0], "start");
        assert_eq!(tokens_of(&events), ["a", "b"]);
        let error = &json_of(events.last().unwrap(), "error")["error"];
        assert_eq!(error["code"], code, "{error}");
        assert!(error["message"].as_str().unwrap().starts_with(message), "{error}");
        assert_eq!((&session["state"], &session["tokens"]), (&json!("upstream-error"), &json!(2)));
    }
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_none() {
    for bytes in ["data: oops\n\n", "data: {\"type\":\"message_stop\"}\n\ndata: [DONE]\n\n"] {
        let (events, session) = stream_of(bytes).await;
        let error = &json_of(events.last().unwrap(), "error")["error"];
        assert_eq!(error["code"], "upstream-malformed", "{bytes}");
        assert_eq!(session["state"], "upstream-error", "{bytes}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_mid_stream_becomes_an_error_event() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let model = async {
        let mut exchange = upstream.accept().await;
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 9999\r\n\r\n";
        exchange.send(head).await;
        exchange.token("a").await;
    };
    let (response, ()) = tokio::join!(relay.chat("s1", "hi"), model);
    let events = Events::of(response).rest().await;
    assert_eq!(tokens_of(&events), ["a"]);
    let error = &json_of(events.last().unwrap(), "error")["error"];
    assert_eq!(error["code"], "upstream-interrupted");
}

#[tokio::test]
async fn an_upstream_that_cannot_be_reached_is_a_502() {
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let relay = TestRelay::before(&url).await;
    let message = refusal(relay.chat("s1", "hi").await, 502, "upstream-unreachable").await;
    assert_eq!(message, "the upstream cannot be reached");
    assert_eq!(relay.session("s1").await["state"], "upstream-error");
    assert_eq!(relay.cancel("s1", "ann").await.1["state"], "upstream-error");
}

#[tokio::test]
async fn an_upstream_that_refuses_is_a_502_without_its_message() {
    let body = r#"{"error":{"message":"Incorrect key: sk-1","code":"invalid_api_key"}}"#;
    let play = async |exchange: Exchange<TcpStream>| {
        exchange.answer("401 Unauthorized", body).await;
    };
    let message = refused(play, "upstream-status").await;
    assert_eq!(message, "the upstream answered 401 Unauthorized");
    let play = async |exchange: Exchange<TcpStream>| {
        exchange.answer("503 Service Unavailable", "<html>").await;
    };
    let message = refused(play, "upstream-status").await;
    assert_eq!(message, "the upstream answered 503 Service Unavailable");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let play = async |mut exchange: Exchange<TcpStream>| {
        let head = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\n";
        exchange.send(&format!("{head}content-length: 0\r\n\r\n")).await;
    };
    refused(play, "upstream-status").await;
}

#[tokio::test]
async fn an_answer_that_is_no_event_stream_is_a_502() {
    let play = async |exchange: Exchange<TcpStream>| exchange.answer("200 OK", "{}").await;
    let message = refused(play, "upstream-content-type").await;
    assert_eq!(message, "the upstream's answer is no event stream");
}

#[tokio::test]
async fn an_answer_in_one_piece_is_read() {
    let message = json!({ "role": "assistant", "content": "Hello" });
    let choice = json!({ "index": 0, "message": message, "finish_reason": "length" });
    for (answer, reason) in [
        (json!({ "choices": [choice], "usage": { "total_tokens": 9 } }), "length"),
        (json!({ "choices": [{ "index": 0, "message": message }] }), "stop"),
    ] {
        let upstream = PlayedUpstream::start().await;
        let relay = TestRelay::before(&upstream.url()).await;
        let body = format!("{answer:#}");
        let model = async { upstream.accept().await.answer("200 OK", &body).await };
        let (response, ()) = tokio::join!(relay.chat("s1", "hi"), model);
        let events = Events::of(response).rest().await;
        assert_eq!(tokens_of(&events), ["Hello"], "{body}");
        let done = json_of(events.last().unwrap(), "done");
        assert_eq!(done, json!({ "finishReason": reason, "tokens": 1 }), "{body}");
        let (events, _) = stream_of(&body).await;
        assert_eq!(tokens_of(&events), ["Hello"], "as a stream: {body}");
        assert_eq!(json_of(events.last().unwrap(), "done"), done, "as a stream: {body}");
    }
}

#[tokio::test]
async fn json_that_is_called_a_stream_is_asked_for_once() {
    for (body, code) in [
        (r#"{"error":{"message":"bad key","code":"invalid_api_key"}}"#, "upstream-error"),
        ("{\n  \"ok\": true\n}\n", "upstream-malformed"),
    ] {
        let (events, session) = stream_of(body).await;
        let error = json_of(events.last().unwrap(), "error");
        assert_eq!(error["error"]["code"], code, "{body}");
        assert_eq!(session["state"], "upstream-error", "{body}");
    }
}

#[tokio::test]
async fn an_error_with_status_200_is_a_502() {
    for body in [
        r#"{"error":{"message":"quota sk-1","type":"insufficient_quota"}}"#,
        r#"{"error":"no such model"}"#,
        "{\n  \"detail\": \"no\",\n  \"status\": 403,\n  \"message\": \"no\"\n}",
    ] {
        let play = async |exchange: Exchange<TcpStream>| exchange.answer("200 OK", body).await;
        let message = refused(play, "upstream-error").await;
        assert_eq!(message, "the upstream reported an error", "{body}");
    }
    for body in ["", "null", "[]", "{\"ok\":true}", "{\"choices\":[", "oops"] {
        let play = async |exchange: Exchange<TcpStream>| exchange.answer("200 OK", body).await;
        refused(play, "upstream-content-type").await;
    }
}

#[tokio::test]
async fn a_compressed_answer_is_a_502() {
    let play = async |mut exchange: Exchange<TcpStream>| {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n";
        exchange.send(&format!("{head}content-length: 2\r\n\r\n..")).await;
    };
    let message = refused(play, "upstream-malformed").await;
    assert_eq!(message, "the upstream sent a compressed answer, which the relay does not ask for");
}

#[tokio::test]
async fn a_refusal_says_when_the_upstream_may_be_asked_again() {
    let upstream = PlayedUpstream::start().await;
    let relay = TestRelay::before(&upstream.url()).await;
    let model = async {
        let mut exchange = upstream.accept().await;
        let head =
            "HTTP/1.1 429 Too Many Requests\r\nretry-after: 3600\r\ncontent-length: 0\r\n\r\n";
        exchange.send(head).await;
    };
    let (response, ()) = tokio::join!(relay.chat("s1", "hi"), model);
    assert_eq!(response.headers()["retry-after"], "3600");
    refusal(response, 502, "upstream-status").await;
}

#[tokio::test]
async fn a_connection_that_closes_without_an_answer_is_a_502() {
    refused(async |exchange| drop(exchange), "upstream-unreachable").await;
}

#[tokio::test]
async fn a_silent_upstream_times_out() {
    let upstream = PlayedUpstream::start().await;
    let options = UpstreamOptions {
        read_timeout: Duration::from_millis(300),
        ..UpstreamOptions::new(upstream.url(), ["m"])
    };
    let relay = TestRelay::start(options, Site::default()).await;
    let (response, mut exchange) = tokio::join!(relay.chat("s1", "hi"), upstream.accept());
    refusal(response, 502, "upstream-timeout").await;
    exchange.closed().await;

    let model = async {
        let mut exchange = upstream.begin().await;
        exchange.token("a").await;
        exchange
    };
    let (response, mut exchange) = tokio::join!(relay.chat("s2", "hi"), model);
    let events = Events::of(response).rest().await;
    assert_eq!(tokens_of(&events), ["a"]);
    let error = &json_of(events.last().unwrap(), "error")["error"];
    assert_eq!(error["code"], "upstream-timeout");
    exchange.closed().await;
}

#[tokio::test]
async fn the_key_goes_out_as_a_bearer_token() {
    let upstream = PlayedUpstream::start().await;
    let url = format!("{}/chat/completions", upstream.url());
    let options =
        UpstreamOptions { key: Some("sk-test".into()), ..UpstreamOptions::new(url, ["m"]) };
    let relay = TestRelay::start(options, Site::default()).await;
    let model = async {
        let mut exchange = upstream.begin().await;
        exchange.send(DONE).await;
        exchange
    };
    let (response, exchange) = tokio::join!(relay.chat("s1", "hi"), model);
    Events::of(response).rest().await;
    assert!(exchange.head.starts_with("POST /v1/chat/completions HTTP/1.1"), "{}", exchange.head);
    assert!(exchange.head.contains("authorization: Bearer sk-test"), "{}", exchange.head);
}

#[test]
fn options_that_can_never_work_are_refused_at_once() {
    let of = |url: &str, key: Option<&str>| {
        let options =
            UpstreamOptions { key: key.map(Into::into), ..UpstreamOptions::new(url, ["m"]) };
        Upstream::new(options).err()
    };
    assert!(matches!(of("not a url", None), Some(SetupError::Url(_))));
    assert!(matches!(of("file:///etc", None), Some(SetupError::Url(_))));
    let key = of("http://h/v1", Some("sk\n1")).unwrap();
    assert_eq!(key.to_string(), "the API key has characters that no header may have");
}
