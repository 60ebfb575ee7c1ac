//! Each step of a script, to the byte.

mod client;

use std::net::Shutdown;
use std::time::{Duration, Instant};

use client::*;
use serde_json::json;

#[test]
fn send_is_one_chunk_and_the_last_step_is_followed_by_the_end() {
    let server = server();
    let answer = play_steps(server, json!([{ "send": "data: é\n\n" }, { "send": ":\n" }]));
    assert_eq!(answer.text(), "a\r\ndata: é\n\n\r\n2\r\n:\n\r\n0\r\n\r\n");
    assert_eq!(answer.end, End::Closed);
}

#[test]
fn send_bytes_and_close_leave_half_a_character_and_no_terminator() {
    let server = server();
    let id =
        script(server, json!([{ "steps": [{ "sendBytes": "ZGF0YTog4g==" }, { "close": true }] }]));
    let answer = play(server, &id);
    assert_eq!(answer.wire, b"7\r\ndata: \xe2\r\n");
    assert_eq!(answer.end, End::Closed);
    let entry = ended(server, &id, 0);
    assert_eq!(entry["outcome"], "closed");
    assert_eq!(entry["writtenBytes"], answer.head.len() + answer.wire.len());
}

#[test]
fn drip_sends_each_byte_alone() {
    let answer = play_steps(server(), json!([{ "drip": "aé", "everyMs": 1 }]));
    assert_eq!(answer.chunks().0, [&b"a"[..], b"\xc3", b"\xa9"]);
}

#[test]
fn delay_waits() {
    let start = Instant::now();
    let answer = play_steps(server(), json!([{ "delay": 60 }, { "send": "late" }]));
    assert_eq!(answer.chunks().0, [b"late"]);
    assert!(start.elapsed() >= Duration::from_millis(60));
}

#[test]
fn a_stall_lasts_until_the_client_goes() {
    let server = server();
    let id = script(server, json!([{ "steps": [{ "send": "data: 1\n\n" }, { "stall": true }] }]));
    let mut stream = send(server, "GET", &format!("/s/{id}"), "", "");
    read_until(&mut stream, b"data: 1\n\n\r\n");
    let log = get_json(server, &format!("/scripts/{id}/log"));
    assert_eq!(log["requests"][0]["outcome"], "open");
    assert_eq!(log["requests"][0]["closedMs"], json!(null));
    drop(stream);
    let entry = ended(server, &id, 0);
    assert_eq!(entry["outcome"], "client-closed");
    assert!(entry["closedMs"].as_f64() >= entry["startedMs"].as_f64());
}

#[test]
fn a_delay_ends_when_the_client_goes() {
    let server = server();
    let id = script(server, json!([{ "steps": [{ "delay": 3_600_000 }] }]));
    let mut stream = send(server, "GET", &format!("/s/{id}"), "", "");
    read_until(&mut stream, b"\r\n\r\n");
    stream.shutdown(Shutdown::Write).expect("half a close");
    assert_eq!(ended(server, &id, 0)["outcome"], "client-closed");
}

#[test]
fn reset_resets_after_what_was_sent() {
    let server = server();
    let id = script(server, json!([{ "steps": [{ "send": "data: cut o" }, { "reset": true }] }]));
    let answer = play(server, &id);
    assert_eq!(answer.chunks(), (vec![&b"data: cut o"[..]], &b""[..]));
    assert_eq!(answer.end, End::Reset);
    assert_eq!(ended(server, &id, 0)["outcome"], "reset");
}

#[test]
fn end_is_proper_and_keeps_the_connection() {
    let server = server();
    let id =
        script(server, json!([{ "steps": [{ "send": "1" }, { "end": true }, { "send": "2" }] }]));
    let path = format!("/s/{id}");
    let mut stream = send(server, "GET", &path, "", "");
    for _ in 0..2 {
        let head = read_until(&mut stream, b"\r\n\r\n");
        assert!(!String::from_utf8_lossy(&head).contains("connection: close"));
        assert_eq!(read_until(&mut stream, b"0\r\n\r\n"), b"1\r\n1\r\n0\r\n\r\n");
        std::io::Write::write_all(&mut stream, format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes())
            .expect("another request");
    }
    assert_eq!(ended(server, &id, 1)["outcome"], "completed");
}

#[test]
fn wait_for_passes_once_a_signal() {
    let server = server();
    let steps = json!([{ "waitFor": "go" }, { "send": "1" }, { "waitFor": "go" }, { "send": "2" }]);
    let id = script(server, json!([{ "steps": steps }]));
    let signal = format!("/scripts/{id}/signal/go");
    // One that comes early is kept.
    assert_eq!(Answer::to(server, "POST", &signal, "", "").status(), "204");
    let mut stream = send(server, "GET", &format!("/s/{id}"), "", "");
    read_until(&mut stream, b"1\r\n1\r\n");
    stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a time-out");
    assert_eq!(read_to_end(&mut stream), (vec![], End::Silent));
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    Answer::to(server, "POST", &signal, "", "");
    assert_eq!(read_until(&mut stream, b"0\r\n\r\n"), b"1\r\n2\r\n0\r\n\r\n");
}

#[test]
fn repeat_comes_in_bounded_pieces() {
    let server = server();
    for (times, text) in [(100_000, "abc"), (3, "abcdefgh"), (2, &"x".repeat(40_000)), (0, "a")] {
        let answer = play_steps(server, json!([{ "repeat": times, "send": text }]));
        let (chunks, rest) = answer.chunks();
        assert_eq!(rest, b"0\r\n\r\n");
        assert!(chunks.iter().all(|chunk| chunk.len() <= 16_384.max(text.len())));
        assert_eq!(chunks.concat(), text.repeat(times).into_bytes());
    }
}

#[test]
fn pump_numbers_its_events() {
    let answer = play_steps(server(), json!([{ "pump": { "events": 2000, "dataBytes": 3 } }]));
    let expected: String = (1..=2000).map(|k| format!("id: {k}\ndata: {k:03}\n\n")).collect();
    assert_eq!(answer.chunks().0.concat(), expected.into_bytes());
}

#[test]
fn pump_writes_no_more_than_the_client_takes() {
    const PUMPED: u64 = 1024 * 1024 * 1024;
    let server = server();
    let steps = json!([{ "pump": { "events": PUMPED / 1024, "dataBytes": 1024 } }]);
    let id = script(server, json!([{ "steps": steps }]));
    let mut stream = send(server, "GET", &format!("/s/{id}"), "", "");
    read_until(&mut stream, b"id: 100\n");
    let log = get_json(server, &format!("/scripts/{id}/log"));
    assert!(log["requests"][0]["writtenBytes"].as_u64() >= Some(100 * 1024));
    drop(stream);
    let entry = ended(server, &id, 0);
    assert_eq!(entry["outcome"], "client-closed");
    // The kernel's buffers on both sides are what can be in between.
    assert!(entry["writtenBytes"].as_u64() < Some(PUMPED / 16), "{entry}");
}
