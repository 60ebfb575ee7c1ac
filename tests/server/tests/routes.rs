//! Everything but scripts and numbered streams.

mod client;

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use client::*;
use serde_json::json;

fn unix_micros() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_micros() as u64
}

#[test]
fn the_sink_keeps_what_it_gets() {
    let server = server();
    assert_eq!(get_json(server, "/sink/a/log"), json!({ "requests": [] }));
    let before = unix_micros();
    let answer = Answer::to(server, "POST", "/sink/a?status=503&delayMs=1", "x-a: b\r\n", "hello");
    assert_eq!((answer.status(), answer.text()), ("503", ""));
    assert_eq!(Answer::get(server, "/sink/a").status(), "200");
    assert_eq!(Answer::get(server, "/sink/b?status=99").status(), "400");
    let log = get_json(server, "/sink/a/log");
    let requests = log["requests"].as_array().expect("a list");
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0]["method"], "POST");
    assert_eq!(requests[0]["headers"]["x-a"], "b");
    assert_eq!(requests[0]["body"], "hello");
    let at = requests[0]["receivedUnixMicros"].as_u64().expect("a time");
    assert!((before..=unix_micros()).contains(&at));
    assert!(requests[0]["receivedMs"].as_f64() <= requests[1]["receivedMs"].as_f64());
}

#[test]
fn open_streams_are_counted_by_key() {
    let server = server();
    let mut stream = send(server, "GET", "/open/a", "", "");
    read_until(&mut stream, b"id: 1\ndata: open\n\n\r\n");
    let mut other = send(server, "GET", "/open/b", "", "");
    read_until(&mut other, b"\n\n\r\n");
    let now = json!({ "requests": 1, "open": 1, "clientClosed": 0 });
    assert_eq!(get_json(server, "/open/a/counters"), now);
    assert_eq!(get_json(server, "/counters")["open"], 2);
    drop(stream);
    let after = json!({ "requests": 1, "open": 0, "clientClosed": 1 });
    eventually(|| (get_json(server, "/open/a/counters") == after).then_some(()));
    assert_eq!(get_json(server, "/open/b/counters"), now);
    eventually(|| (get_json(server, "/counters")["clientClosed"] == 1).then_some(()));
}

#[test]
fn echo_gives_back_the_request() {
    let server = server();
    let seen = Answer::to(server, "PUT", "/echo?a=b", "x-c: d\r\n", "body é").json();
    assert_eq!(seen["method"], "PUT");
    assert_eq!(seen["path"], "/echo?a=b");
    assert_eq!(seen["headers"]["x-c"], "d");
    assert_eq!(seen["body"], "body é");
    assert_eq!(Answer::to(server, "POST", "/upload", "", "x").status(), "200");
}

#[test]
fn chunked_requests_are_read_however_they_are_cut() {
    let server = server();
    let request = "POST /echo HTTP/1.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n\
                   3\r\nabc\r\nB\r\n0123456789d\r\n0\r\n\r\n";
    let mut stream = std::net::TcpStream::connect(server).expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    for byte in request.as_bytes().chunks(1) {
        stream.write_all(byte).expect("a byte sent");
    }
    let seen = Answer::read(&mut stream).json();
    assert_eq!(seen["body"], "abc0123456789d");
}

#[test]
fn what_is_not_a_request_is_refused() {
    let server = server();
    let answer = |bytes: &[u8]| {
        let mut stream = std::net::TcpStream::connect(server).expect("a connection");
        stream.write_all(bytes).expect("bytes sent");
        Answer::read(&mut stream).status().to_owned()
    };
    assert_eq!(answer(b"\x17\x03\x01 hello\r\n\r\n"), "400");
    // TLS, and no handshake: the end comes without an answer.
    assert_eq!(answer(b"\x16\x03\x01\0\x05hello"), "");
    assert_eq!(answer(b"POST /echo HTTP/1.1\r\ncontent-length: 1e3\r\n\r\n"), "400");
    assert_eq!(answer(b"POST /echo HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n"), "413");
    assert_eq!(
        answer(b"POST /e HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nff0000000\r\n"),
        "413"
    );
    assert_eq!(
        answer(&[b"GET / HTTP/1.1\r\n".as_slice(), &b"a: b\r\n".repeat(200)].concat()),
        "431"
    );
    assert_eq!(Answer::get(server, "/nothing").text(), "no such route: GET /nothing\n");
}

#[test]
fn the_bench_stream_comes_in_the_pieces_asked_for() {
    let server = server();
    let whole = Answer::get(server, "/bench/stream?corpus=openai&events=1000");
    assert_eq!(whole.header("content-type"), Some("text/event-stream"));
    let (chunks, rest) = whole.chunks();
    assert_eq!(rest, b"0\r\n\r\n");
    let corpus = chunks.concat();
    assert!(chunks[..chunks.len() - 1].iter().all(|chunk| chunk.len() == 65_536));
    assert_eq!(String::from_utf8(corpus.clone()).expect("text").matches("\n\n").count(), 1000);
    let pieces = Answer::get(server, "/bench/stream?events=1000&chunk=31");
    let (chunks, _) = pieces.chunks();
    assert!(chunks[..chunks.len() - 1].iter().all(|chunk| chunk.len() == 31));
    assert_eq!(chunks.concat(), corpus);
    assert_eq!(Answer::get(server, "/bench/stream?corpus=none").status(), "400");
    assert_eq!(Answer::get(server, "/bench/stream?chunk=0").status(), "400");
}

#[test]
fn the_start_stream_says_when_the_request_was_there() {
    let server = server();
    let before = unix_micros();
    let answer = Answer::get(server, "/bench/start?delay=20");
    let after = unix_micros();
    let (chunks, _) = answer.chunks();
    let event = String::from_utf8(chunks.concat()).expect("text");
    let data = event.strip_prefix("data: ").and_then(|rest| rest.strip_suffix("\n\n"));
    let received: u64 = data.and_then(|time| time.parse().ok()).expect(&event);
    assert!(before <= received && received + 20_000 <= after, "{before} {received} {after}");
}

#[test]
fn the_chat_stream_is_an_answer() {
    let answer = Answer::to(server(), "POST", "/bench/chat?rate=5000&events=20", "", "{}");
    let (chunks, _) = answer.chunks();
    let text = String::from_utf8(chunks.concat()).expect("text");
    let parts: Vec<&str> = text.split_terminator("\n\n").collect();
    assert!(parts.iter().all(|part| part.starts_with("data: ")));
    let deltas = parts.iter().filter(|part| part.contains("text-delta"));
    assert_eq!((deltas.count(), parts.len()), (20, 25));
    assert_eq!(parts.last(), Some(&"data: [DONE]"));
}

#[test]
fn the_latency_stream_says_when_it_wrote() {
    let server = server();
    let before = unix_micros();
    let answer = Answer::get(server, "/bench/latency?rate=500&events=20");
    let (chunks, _) = answer.chunks();
    let times: Vec<u64> = chunks
        .iter()
        .map(|chunk| {
            let event = std::str::from_utf8(chunk).expect("text");
            let data = event.strip_prefix("data: ").and_then(|rest| rest.strip_suffix("\n\n"));
            data.and_then(|time| time.parse().ok()).expect(event)
        })
        .collect();
    assert_eq!(times.len(), 20);
    assert!(times.is_sorted() && before <= times[0] && times[19] <= unix_micros());
    assert!(times[19] - before >= 20 * 1_000_000 / 500);
}

#[test]
fn the_site_is_served_with_its_types_and_policies() {
    let folder = std::env::temp_dir().join(format!("sluicegate-site-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("site/a b")).expect("a folder");
    std::fs::write(folder.join("secret"), "secret").expect("a file");
    for name in
        ["index.html", "a b/m.mjs", "x.js", "x.css", "x.wasm", "x.json", "x.js.map", "x.svg"]
    {
        std::fs::write(folder.join("site").join(name), name).expect("a file");
    }
    let server = server_with_site(Some(folder.join("site")));
    for (path, mime) in [
        ("", "text/html; charset=utf-8"),
        ("index.html?query", "text/html; charset=utf-8"),
        ("a%20b/m.mjs", "text/javascript; charset=utf-8"),
        ("x.js", "text/javascript; charset=utf-8"),
        ("x.css", "text/css; charset=utf-8"),
        ("x.wasm", "application/wasm"),
        ("x.json", "application/json"),
        ("x.js.map", "application/json"),
        ("x.svg", "image/svg+xml"),
    ] {
        let answer = Answer::get(server, &format!("/site/{path}"));
        assert_eq!(answer.header("content-type"), Some(mime), "{path}");
        assert_eq!(answer.header("content-security-policy"), None);
    }
    assert_eq!(Answer::get(server, "/site/a%20b/m.mjs").text(), "a b/m.mjs");
    for path in ["../secret", "%2e%2e/secret", "a/../../secret", "/etc/passwd", "none", "a%20b"] {
        assert_eq!(Answer::get(server, &format!("/site/{path}")).status(), "404", "{path}");
    }
    assert_eq!(
        Answer::get(server, "/csp/x.js").header("content-security-policy"),
        Some(
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
             require-trusted-types-for 'script'"
        )
    );
    let isolated = Answer::get(server, "/isolated/");
    assert_eq!(isolated.header("cross-origin-opener-policy"), Some("same-origin"));
    assert_eq!(isolated.header("cross-origin-embedder-policy"), Some("require-corp"));
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}
