//! When the upstream is asked again, and when it is not.

mod common;

use std::time::{Duration, Instant};

use common::upstream::{DONE, PlayedUpstream, token_event};
use common::{Events, TestRelay, json_of, refusal, tokens_of};
use sluicegate_relay::{Site, UpstreamOptions};
use tokio::time::timeout;

const SSE: &str = "content-type: text/event-stream";

async fn start(retries: u32) -> (TestRelay, PlayedUpstream) {
    let upstream = PlayedUpstream::start().await;
    let options = UpstreamOptions { retries, ..UpstreamOptions::new(upstream.url(), ["m"]) };
    (TestRelay::start(options, Site::default()).await, upstream)
}

/// Longer than the first wait: what has not come by then does not come.
async fn assert_not_asked_again(upstream: &PlayedUpstream) {
    let asked = timeout(Duration::from_millis(1500), upstream.accept_stream()).await;
    assert!(asked.is_err(), "the upstream was asked again");
}

#[tokio::test]
async fn what_may_pass_is_tried_again_until_the_first_token() {
    let (relay, upstream) = start(2).await;
    let overloaded = "data: {\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n";
    let began = Instant::now();
    let model = async {
        upstream.accept().await.answer("503 Service Unavailable", "{}").await;
        upstream.accept().await.respond("200 OK", SSE, overloaded).await;
        let mut exchange = upstream.accept().await;
        exchange.begin().await;
        exchange.token("at last").await;
        exchange.send(DONE).await;
    };
    let (events, ()) =
        tokio::join!(async { Events::of(relay.chat("s1", "hi").await).rest().await }, model);
    // One second, then two.
    assert!(began.elapsed() >= Duration::from_secs(3));
    assert_eq!(tokens_of(&events), ["at last"]);
    assert_eq!(events.iter().filter(|event| event.0 == "start").count(), 1);
    assert_eq!(json_of(events.last().unwrap(), "done")["tokens"], 1);
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again() {
    let (relay, upstream) = start(1).await;
    let model = async {
        drop(upstream.accept().await);
        upstream
            .accept()
            .await
            .respond("200 OK", SSE, &format!("{}{DONE}", token_event("a")))
            .await;
    };
    let (events, ()) =
        tokio::join!(async { Events::of(relay.chat("s1", "hi").await).rest().await }, model);
    assert_eq!(tokens_of(&events), ["a"]);
}

#[tokio::test]
async fn the_last_failure_is_told_when_there_are_no_attempts_left() {
    let (relay, upstream) = start(1).await;
    let model = async {
        upstream.accept().await.answer("503 Service Unavailable", "{}").await;
        upstream.accept().await.answer("502 Bad Gateway", "{}").await;
    };
    let (response, ()) = tokio::join!(relay.chat("s1", "hi"), model);
    let message = refusal(response, 502, "upstream-status").await;
    assert_eq!(message, "the upstream answered 502 Bad Gateway");
}

#[tokio::test]
async fn nothing_is_tried_again_after_the_first_token() {
    let (relay, upstream) = start(4).await;
    let model = async {
        let mut exchange = upstream.begin().await;
        exchange.token("a").await;
    };
    let (response, ()) = tokio::join!(relay.chat("s1", "hi"), model);
    let events = Events::of(response).rest().await;
    assert_eq!(json_of(events.last().unwrap(), "error")["error"]["code"], "upstream-truncated");
    assert_not_asked_again(&upstream).await;
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    let (relay, upstream) = start(4).await;
    for (session, status) in [("s1", "401 Unauthorized"), ("s2", "400 Bad Request")] {
        let model = async { upstream.accept().await.answer(status, "{}").await };
        let (response, ()) = tokio::join!(relay.chat(session, "hi"), model);
        refusal(response, 502, "upstream-status").await;
    }
    for (session, retry_after) in [("s3", "31"), ("s4", "Fri, 31 Dec 2100 23:59:59 GMT")] {
        let model = async {
            let mut exchange = upstream.accept().await;
            let header = format!("content-type: application/json\r\nretry-after: {retry_after}");
            exchange.respond("429 Too Many Requests", &header, "{}").await;
        };
        let (response, ()) = tokio::join!(relay.chat(session, "hi"), model);
        refusal(response, 502, "upstream-status").await;
    }
    assert_not_asked_again(&upstream).await;
}

#[tokio::test]
async fn nothing_is_tried_again_after_a_cancel() {
    let (relay, upstream) = start(4).await;
    let stopped = async {
        upstream.accept().await.answer("503 Service Unavailable", "{}").await;
        // It waits for its second attempt now, or is about to.
        let (status, body) = relay.cancel("s1", "ann").await;
        assert_eq!((status.as_u16(), &body["cancelled"]), (200, &true.into()));
    };
    let (response, ()) = tokio::join!(relay.chat("s1", "hi"), stopped);
    let events = Events::of(response).rest().await;
    assert_eq!(json_of(events.last().unwrap(), "done")["finishReason"], "cancelled");
    assert_not_asked_again(&upstream).await;
}

#[tokio::test]
async fn nothing_is_tried_again_for_a_reader_who_has_gone() {
    let (relay, upstream) = start(4).await;
    let mut asking = Box::pin(relay.chat("s1", "hi"));
    let refused = async { upstream.accept().await.answer("503 Service Unavailable", "{}").await };
    tokio::select! {
        _ = &mut asking => panic!("there is nothing to answer yet"),
        () = refused => {}
    }
    drop(asking);
    assert_eq!(relay.end_of("s1").await, "client-gone");
    assert_not_asked_again(&upstream).await;
}
