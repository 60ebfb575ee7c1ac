//! A client that resumes gets every numbered event once, in order, whatever happens on the way.

mod client;

use std::net::SocketAddr;
use std::time::Duration;

use client::*;

const DATA_END: &str = " żółć 漢字 😀";

/// What one attempt brought: the status, the complete events' numbers, and whether it was the last.
fn attempt(server: SocketAddr, path: &str, last: Option<u64>) -> (String, Vec<u64>, bool) {
    let last = last.map_or_else(String::new, |id| format!("last-event-id: {id}\r\n"));
    let mut stream = send(server, "GET", path, &format!("connection: close\r\n{last}"), "");
    // The idle time-out. Cutting off a slow server by mistake is just one more fault.
    stream.set_read_timeout(Some(Duration::from_millis(100))).expect("a time-out");
    let answer = Answer::read(&mut stream);
    let (chunks, unfinished) = answer.chunks();
    let mut body = chunks.concat();
    // Browsers deliver the beginning of a chunk that is cut off.
    if let Some(start) = unfinished.windows(2).position(|two| two == b"\r\n") {
        body.extend_from_slice(&unfinished[start + 2..]);
    }
    let text = String::from_utf8_lossy(&body);
    let (mut numbers, mut done) = (Vec::new(), false);
    let complete = text.rfind("\n\n").map_or("", |end| &text[..end]);
    if answer.status() == "200" {
        for event in complete.split("\n\n").filter(|event| !event.is_empty()) {
            match event.split_once("\ndata: ") {
                None => assert_eq!(event, "retry: 1"),
                Some(("event: done", data)) => {
                    assert_eq!(data, "[DONE]");
                    done = true;
                }
                Some((id, data)) => {
                    let number = id.strip_prefix("id: ").and_then(|k| k.parse().ok()).expect(event);
                    assert_eq!(data, format!("event {number}{DATA_END}"));
                    numbers.push(number);
                }
            }
        }
    }
    (answer.status().to_owned(), numbers, done)
}

/// Goes on until the end. Returns the number of attempts.
fn follow(server: SocketAddr, path: &str, events: u64) -> u64 {
    let (mut last, mut attempts) = (None, 0);
    loop {
        let (status, numbers, done) = attempt(server, path, last);
        attempts += 1;
        assert!(["200", "500", "502", "503", "429", ""].contains(&&*status), "{path}: {status}");
        for number in numbers {
            assert_eq!(number, last.unwrap_or(0) + 1, "{path}");
            last = Some(number);
        }
        if done {
            assert_eq!(last, Some(events), "{path}");
            return attempts;
        }
        assert!(attempts < 100, "{path} does not end");
    }
}

#[test]
fn nothing_is_lost_and_nothing_comes_twice() {
    let server = server();
    for seed in 0..60 {
        let faults = "reset,close,half-utf8,end,truncated,drip,status,headers-only";
        follow(server, &format!("/numbered/k{seed}?seed={seed}&events=200&fault={faults}"), 200);
    }
}

#[test]
fn every_fault_alone_is_survived() {
    let server = server();
    let ending =
        ["reset", "close", "half-utf8", "end", "truncated", "stall", "status", "headers-only"];
    for fault in ending {
        let key = format!("/numbered/{fault}");
        let attempts = follow(server, &format!("{key}?seed=4&events=30&fault={fault}"), 30);
        assert!(attempts > 1, "{fault} never came");
        let log = get_json(server, &format!("{key}/log"));
        let first = log["attempts"][0]["fault"].as_str().expect("a fault").to_owned();
        assert!(first == fault || fault == "status", "{first} for {fault}");
    }
    assert_eq!(follow(server, "/numbered/drip?events=30&fault=drip", 30), 1);
    assert_eq!(follow(server, "/numbered/none?events=200&fault=none", 200), 1);
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let server = server();
    let bytes = |key: &str| {
        let path = format!("/numbered/{key}?seed=9&events=50&fault=close,half-utf8,truncated");
        Answer::get(server, &path).wire
    };
    assert_eq!(bytes("a"), bytes("b"));
    assert_ne!(bytes("a"), bytes("c"), "the second attempt is another one");
}

#[test]
fn an_id_that_was_never_sent_is_refused() {
    let server = server();
    let status = |id: &str| {
        let header = format!("last-event-id: {id}\r\nconnection: close\r\n");
        let mut stream = send(server, "GET", "/numbered/k?events=5&fault=none", &header, "");
        Answer::read(&mut stream).status().to_owned()
    };
    assert_eq!(status("1"), "400");
    assert_eq!(status("x"), "400");
    assert_eq!(Answer::get(server, "/numbered/k?events=5&fault=none").status(), "200");
    assert_eq!(status("5"), "200");
    assert_eq!(status("6"), "400");
    assert_eq!(Answer::get(server, "/numbered/k?fault=rest").text(), "unknown fault rest\n");
}
