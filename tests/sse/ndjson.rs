//! NDJSON: one event a line.

use crate::{
    oracle::Options,
    table::{Case, check, event, message},
};
use sluicegate::sse::{Decoder, Format};

const CASES: &[Case] = &[
    ("a line is an event", b"{\"a\":1}\n[2]\n", &[message("{\"a\":1}"), message("[2]")]),
    ("the last line needs no LF", b"1\n2", &[message("1"), message("2")]),
    ("CRLF ends a line", b"1\r\n2\r\n", &[message("1"), message("2")]),
    ("a CR inside is no line end", b"[1,\r2]\n", &[message("[1,\r2]")]),
    ("a CR at the end of the stream", b"1\r", &[message("1")]),
    ("white space around is dropped", b" \t1 \t\n", &[message("1")]),
    ("blank lines are no events", b"\n \n\t\r\n1\n\n  ", &[message("1")]),
    (
        "one leading BOM is dropped",
        b"\xef\xbb\xbf1\n\xef\xbb\xbf2\n",
        &[message("1"), message("\u{feff}2")],
    ),
    ("two bytes of a BOM are none", b"\xef\xbb", &[message("\u{fffd}")]),
    ("UTF-8", "\"é汉🦀\"\n\"é\"".as_bytes(), &[message("\"é汉🦀\""), message("\"é\"")]),
    ("invalid UTF-8 is replaced", b"\"\xfd\xe6\xb1\"\n", &[message("\"\u{fffd}\u{fffd}\"")]),
    ("a cut character at the end is replaced", b"1\xe6\xb1", &[message("1\u{fffd}")]),
    (
        "fields of event streams mean nothing",
        b"data: 1\nid: 2\n:\nretry: 3\n",
        &[message("data: 1"), message("id: 2"), message(":"), message("retry: 3")],
    ),
    ("a stream may be empty", b"", &[]),
];

#[test]
fn ndjson() {
    check(Options { ndjson: true, ..Options::default() }, CASES);
    check(Options { ndjson: true, keep_comments: true, limit: None }, CASES);
}

#[test]
fn the_last_line_comes_with_finish() {
    let mut decoder = Decoder::new().format(Format::Ndjson);
    decoder.push(b"1\n2").unwrap();
    assert!(decoder.items().eq([message("1")]));
    decoder.finish();
    assert!(decoder.items().eq([message("2")]));
    decoder.finish();
    assert_eq!(decoder.items().count(), 0);
    decoder.push(b"\xef\xbb\xbf3\n").unwrap();
    assert!(decoder.items().eq([message("3")]));
}

#[test]
fn events_have_the_id_that_was_set() {
    let mut decoder = Decoder::new().format(Format::Ndjson);
    decoder.set_last_event_id("7");
    decoder.push(b"1\n").unwrap();
    assert!(decoder.items().eq([event("message", "1", "7")]));
}
