//! What surrounds the steps: head, framing, attempts, CORS, the log, and scripts that make no sense.

mod client;

use std::io::Read;
use std::time::{Duration, Instant};

use client::*;
use flate2::read::GzDecoder;
use serde_json::{Value, json};

const EVENT: &str = "data: 1\n\n";

fn play_response(response: Value) -> Answer {
    let server = server();
    play(server, &script(server, json!([response])))
}

#[test]
fn length_is_the_steps_bytes() {
    let steps = json!([{ "send": EVENT }, { "drip": "é" }, { "repeat": 3, "send": "ab" }]);
    let answer = play_response(json!({ "framing": "length", "steps": steps }));
    assert_eq!(answer.header("content-length"), Some("17"));
    assert_eq!(answer.header("transfer-encoding"), None);
    assert_eq!(answer.text(), "data: 1\n\néababab");
}

#[test]
fn truncated_length_promises_more() {
    let server = server();
    let response = json!({ "framing": "truncated-length", "steps": [{ "send": EVENT }] });
    let id = script(server, json!([response]));
    // Without "connection: close": it is the server that closes.
    let answer = Answer::read(&mut send(server, "GET", &format!("/s/{id}"), "", ""));
    assert_eq!(answer.header("content-length"), Some("73"));
    assert_eq!((answer.text(), answer.end), (EVENT, End::Closed));
    assert_eq!(ended(server, &id, 0)["outcome"], "closed");
}

#[test]
fn close_framing_ends_with_the_connection() {
    let server = server();
    let id = script(server, json!([{ "framing": "close", "steps": [{ "send": EVENT }] }]));
    let answer = Answer::read(&mut send(server, "GET", &format!("/s/{id}"), "", ""));
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(answer.header("content-length"), None);
    assert_eq!((answer.text(), answer.end), (EVENT, End::Closed));
    assert_eq!(ended(server, &id, 0)["outcome"], "completed");
}

/// Reads a compressed body, whole or not.
fn decoder<'a>(encoding: &str, bytes: &'a [u8]) -> Box<dyn Read + 'a> {
    match encoding {
        "gzip" => Box::new(GzDecoder::new(bytes)),
        "br" => Box::new(brotli::Decompressor::new(bytes, 4096)),
        _ => Box::new(zstd::Decoder::new(bytes).expect("a decoder")),
    }
}

#[test]
fn what_is_compressed_can_be_read_as_it_comes() {
    for encoding in ["gzip", "br", "zstd"] {
        let steps = json!([{ "send": EVENT }, { "send": "x" }]);
        let answer = play_response(json!({ "encoding": encoding, "steps": steps }));
        assert_eq!(answer.header("content-encoding"), Some(encoding));
        let (chunks, rest) = answer.chunks();
        assert_eq!(rest, b"0\r\n\r\n");
        let mut first = vec![0; EVENT.len()];
        decoder(encoding, chunks[0]).read_exact(&mut first).expect("the first event");
        assert_eq!(first, EVENT.as_bytes());
        let mut whole = String::new();
        decoder(encoding, &chunks.concat()).read_to_string(&mut whole).expect("a whole body");
        assert_eq!(whole, "data: 1\n\nx");
    }
}

#[test]
fn a_cut_leaves_so_many_bytes_of_what_was_compressed() {
    let server = server();
    let response = |by: &str| {
        let cut = json!({ "after": 7, "by": by });
        json!({ "encoding": "gzip", "cut": cut, "steps": [{ "send": EVENT }, { "send": "x" }] })
    };
    let id = script(server, json!([response("end"), response("close"), response("reset")]));
    let ends: [(&[u8], _, _); 3] = [
        (b"0\r\n\r\n", End::Closed, "completed"),
        (b"", End::Closed, "closed"),
        (b"", End::Reset, "reset"),
    ];
    for (index, (after, end, outcome)) in ends.into_iter().enumerate() {
        let answer = play(server, &id);
        let (chunks, rest) = answer.chunks();
        assert_eq!((chunks.concat().len(), rest, answer.end), (7, after, end));
        assert_eq!(ended(server, &id, index)["outcome"], outcome);
    }
    let whole = json!({ "cut": { "after": 9, "by": "close" }, "steps": [{ "send": EVENT }] });
    let answer = play(server, &script(server, json!([whole])));
    assert_eq!(answer.text(), "9\r\ndata: 1\n\n\r\n0\r\n\r\n");
}

#[test]
fn headers_can_come_late_or_never() {
    let server = server();
    let never = json!({ "headersDelay": "never" });
    let raw = json!({ "headersDelay": "never", "steps": [{ "send": "HTTQ" }, { "end": true }] });
    let reset = json!({ "headersDelay": "never", "steps": [{ "reset": true }] });
    let id = script(server, json!([{ "headersDelay": 60 }, raw, reset, never]));
    let start = Instant::now();
    assert_eq!(play(server, &id).status(), "200");
    assert!(start.elapsed() >= Duration::from_millis(60));
    let answer = play(server, &id);
    assert_eq!((answer.text(), answer.end), ("HTTQ", End::Closed));
    let answer = play(server, &id);
    assert_eq!((answer.text(), answer.end), ("", End::Reset));
    let mut stream = send(server, "GET", &format!("/s/{id}"), "", "");
    stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a time-out");
    assert_eq!(read_to_end(&mut stream), (vec![], End::Silent));
    drop(stream);
    let entry = ended(server, &id, 3);
    assert_eq!((&entry["outcome"], &entry["writtenBytes"]), (&json!("client-closed"), &json!(0)));
}

#[test]
fn head_has_the_defaults_and_the_scripts_headers() {
    let answer = play_response(json!({ "headers": { "x-run": "7" } }));
    assert!(answer.head.starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("x-run"), Some("7"));
    let answer = play_response(json!({ "status": 500, "headers": { "content-type": null } }));
    assert!(answer.head.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
    assert_eq!(answer.header("content-type"), None);
    let answer = play_response(json!({ "status": 307, "headers": { "location": "/s/1" } }));
    assert_eq!((answer.status(), answer.header("location")), ("307", Some("/s/1")));
}

#[test]
fn no_content_and_head_have_no_body() {
    let answer = play_response(json!({ "status": 204, "steps": [{ "send": EVENT }] }));
    assert_eq!((answer.status(), answer.header("transfer-encoding")), ("204", None));
    assert_eq!(answer.text(), "");
    let server = server();
    let id = script(server, json!([{ "steps": [{ "send": EVENT }] }]));
    assert_eq!(Answer::to(server, "HEAD", &format!("/s/{id}"), "", "").text(), "");
}

#[test]
fn attempts_come_one_a_request_and_the_last_repeats() {
    let server = server();
    let attempts = json!([{ "status": 503 }, { "status": 200 }]);
    let id = script(server, attempts.clone());
    let statuses: Vec<String> = (0..4).map(|_| play(server, &id).status().to_owned()).collect();
    assert_eq!(statuses, ["503", "200", "200", "200"]);
    let id = register(server, &json!({ "attempts": attempts, "afterLast": "404" }));
    let statuses: Vec<String> = (0..4).map(|_| play(server, &id).status().to_owned()).collect();
    assert_eq!(statuses, ["503", "200", "404", "404"]);
}

#[test]
fn other_origins_may_read_unless_the_script_refuses() {
    let server = server();
    let asked = "origin: http://page\r\naccess-control-request-method: POST\r\n\
                 access-control-request-headers: authorization,last-event-id\r\n";
    let id = script(server, json!([{ "headers": { "x-run": "7" } }, { "cors": false }]));
    let path = format!("/s/{id}");
    let granted = Answer::to(server, "OPTIONS", &path, asked, "");
    assert_eq!(granted.status(), "204");
    let headers = granted.header("access-control-allow-headers");
    assert_eq!(headers, Some("authorization,last-event-id"));
    assert_eq!(granted.header("access-control-allow-methods"), Some("POST"));
    let open = Answer::to(server, "GET", &path, "origin: http://page\r\n", "");
    assert_eq!(open.header("access-control-allow-origin"), Some("http://page"));
    assert_eq!(open.header("access-control-allow-credentials"), Some("true"));
    assert!(open.header("access-control-expose-headers").is_some_and(|v| v.contains("x-run")));
    let refused = Answer::to(server, "GET", &path, "origin: http://page\r\n", "");
    assert!(!refused.head.contains("access-control"));

    let id = register(server, &json!({ "attempts": [{}], "preflight": false }));
    let refused = Answer::to(server, "OPTIONS", &format!("/s/{id}"), asked, "");
    assert_eq!(refused.status(), "403");
    assert!(!refused.head.contains("access-control"));
    let log = get_json(server, &format!("/scripts/{id}/log"));
    assert_eq!(log, json!({ "requests": [], "preflights": 1 }));
}

#[test]
fn the_log_has_what_was_sent() {
    let server = server();
    let id = script(server, json!([{ "steps": [{ "send": EVENT }] }]));
    let headers = "X-Twice: a\r\nx-twice: b\r\n";
    let answer = Answer::to(server, "PATCH", &format!("/s/{id}/more?q=1"), headers, "{\"é\":1}");
    let entry = ended(server, &id, 0);
    assert_eq!(entry["method"], "PATCH");
    assert_eq!(entry["path"], format!("/s/{id}/more?q=1"));
    assert_eq!(entry["headers"]["x-twice"], "a, b");
    assert_eq!(entry["body"], "{\"é\":1}");
    assert_eq!(entry["outcome"], "completed");
    assert_eq!(entry["writtenBytes"], answer.head.len() + answer.wire.len());
}

#[test]
fn scripts_that_make_no_sense_are_refused() {
    let server = server();
    let a_step = "a step is one of { send }, { sendBytes }, { drip, everyMs }, { delay }, \
                  { stall: true }, { reset: true or a code }, { goaway: true or a code }, \
                  { close: true }, { end: true }, { waitFor }, { repeat, send }, \
                  { pump: { events, dataBytes } }";
    for (script, problem) in [
        (json!({ "attempts": [] }), "a script needs at least one attempt"),
        (json!({ "attempts": [{}, { "steps": [{ "sned": "" }] }] }), a_step),
        (json!({ "attempts": [{ "steps": [{ "stall": false }] }] }), a_step),
        (json!({ "attempts": [{ "steps": [{ "sendBytes": "%" }] }] }), a_step),
        (json!({ "attempts": [{ "stpes": [] }] }), "unknown field `stpes`"),
        (json!({ "attempts": [{ "status": 101 }] }), "attempt 0: 101 is not a final status"),
        (json!({ "attempts": [{ "headers": { "a": "b\r\nc" } }] }), "attempt 0: header a has a"),
        (json!({ "attempts": [{ "headers": { "a b": "c" } }] }), "\"a b\" is not a header's name"),
        (json!({ "attempts": [{ "headersDelay": "ever" }] }), "headersDelay is a number"),
        (
            json!({ "attempts": [{ "encoding": "gzip", "framing": "length" }] }),
            "attempt 0: a content-length can't be told for encoding, cut and pump",
        ),
        (
            json!({ "attempts": [{ "cut": { "after": 1, "by": "luck" } }] }),
            "expected one of `end`, `close`, `reset`",
        ),
    ] {
        let answer = Answer::to(server, "POST", "/scripts", "", &script.to_string());
        assert_eq!(answer.status(), "400");
        assert!(answer.text().contains(problem), "{}", answer.text());
    }
}

#[test]
fn only_what_is_under_test_keeps_its_connection() {
    let server = server();
    let id = script(server, json!([{}]));
    let closes = |method: &str, path: &str, headers: &str, end: &[u8]| {
        let mut stream = send(server, method, path, headers, "");
        let answer = read_until(&mut stream, end);
        String::from_utf8_lossy(&answer).contains("connection: close\r\n")
    };
    assert!(!closes("GET", &format!("/s/{id}"), "", b"0\r\n\r\n"));
    assert!(!closes("GET", "/sink/a", "", b"\r\n\r\n"));
    assert!(closes("GET", &format!("/scripts/{id}/log"), "", b"\r\n\r\n"));
    let preflight = "origin: http://page\r\naccess-control-request-method: POST\r\n";
    assert!(closes("OPTIONS", &format!("/s/{id}"), preflight, b"\r\n\r\n"));
}
