//! `max_event_size`: what counts, to the byte, and what is left past it.

use crate::{
    oracle::{Item, Options, assert_agrees, decode},
    table::{event, every_split, message},
};
use sluicegate::sse::{DEFAULT_MAX_EVENT_SIZE, Decoder, EventTooLarge};

/// What is tested, the stream, and the least limit with which it can be read.
type Case = (&'static str, &'static [u8], usize);

const SSE: &[Case] = &[
    ("a line", b"data: 12345\n\n", 11),
    ("a line without its line end", b"data: 12345\r\n\r\n", 11),
    ("an unfinished line", b"data: 12345", 11),
    ("an unfinished line after an event", b"data: 1\n\ndata: 12345", 11),
    ("a line in UTF-8", "data: é汉🦀\n\n".as_bytes(), 15),
    ("replaced bytes, as they come out", b"data: \xfd\xfd\n\n", 12),
    ("a BOM does not count", b"\xef\xbb\xbfdata: 12345\n\n", 11),
    ("data and the next line", b"data: 12345\ndata: 67\n\n", 5 + 8),
    ("joined data and the next line", b"data: 1\ndata: 2\ndata: 3\n\n", 3 + 7),
    ("empty data lines", b"data\ndata\ndata\ndata\n\n", 2 + 4),
    ("an id", b"id: 12345\n\n", 9),
    ("an id and the next line", b"id: 12345\ndata: 1\n\n", 5 + 7),
    ("an id that another replaces", b"id: 12345\nid: 1\ndata: 12\n\n", 5 + 5),
    (
        "an id counts for its event only",
        b"id: 12345\n\nid: 12345\n\nid: 12345\n\ndata: 12345\n\n",
        11,
    ),
    ("an id that is ignored", b"id: 1234\0\ndata: 12\n\n", 9),
    ("a type", b"event: 12345\n\n", 12),
    ("a type and the next line", b"event: 12345\ndata: 123\n\n", 5 + 9),
    ("a type that another replaces", b"event: 12345\nevent: 1\ndata: 1\n\n", 5 + 8),
    ("a type counts for its event only", b"event: 12345\n\nevent: 12345\n\ndata: 12345\n\n", 12),
    ("a type that is known counts", b"event: e\ndata: 123\n\nevent: e\ndata: 123\n\n", 1 + 9),
    ("data, id and type", b"event: ee\nid: 1\ndata: 123\ndata: 4\n\n", 2 + 1 + 3 + 7),
    ("a reconnection time", b"retry: 123\n\n", 10),
    ("a comment does not count", b":2345678901\ndata: 1\n: 12345678901\n\n", 7),
    ("an unknown field does not count", b"x: 12345678901\ndata: 1\nx: 2345678901\n\n", 7),
    ("an unknown field that starts as a known one", b"ids: 1\neventually\ndata: 1\ndat\n\n", 7),
    ("a line of spaces does not count", b"          \n data: 1\ndata: 1\n\n", 7),
    ("an unfinished comment does not count", b"data: 1\n: 12345678901", 7),
    ("an unfinished unknown field does not count", b"data: 1\ndatum: 12345", 7),
    ("a field without a colon counts", b"id\nevent\n\n", 5),
];

const COMMENTS: &[Case] = &[
    ("a comment", b": 12345\n", 7),
    ("an unfinished comment", b": 12345", 7),
    ("an unknown field does not count", b"x: 12345678901\n: 12345\n", 7),
    ("comments outside events do not add up", b": 12345\n: 12345\n: 12345\n", 7),
    ("comments inside an event do", b"data: 1\n:234\n:5\n\n", 1 + 3 + 1 + 2 * size_of::<String>()),
    ("empty comments inside an event count", b"data: 1\n:\n:\n\n", 1 + 2 * size_of::<String>()),
    ("until the event is out", b"data: 1\n:\n\ndata: 1\n:\n\n", 1 + size_of::<String>()),
];

const NDJSON: &[Case] = &[
    ("a line", b"[1,2]\n", 5),
    ("the last line", b"[1,2]", 5),
    ("white space counts", b"  1  \n", 5),
    ("a CR counts", b"[1,2]\r\n", 6),
    ("lines do not add up", b"[1]\n[2]\n[3]\n", 3),
];

fn check(options: Options, cases: &[Case]) {
    for (rule, stream, exact) in cases {
        for chunks in every_split(stream) {
            for (limit, too_large) in [(*exact, false), (*exact - 1, true)] {
                let options = Options { limit: Some(limit), ..options };
                let outcome = decode(&mut options.decoder(), &chunks);
                assert_eq!(outcome.too_large, too_large, "{rule}: {limit}, {chunks:x?}");
                assert_agrees(options, &[chunks.clone(), chunks.clone()]);
            }
        }
    }
}

#[test]
fn exact_to_the_byte() {
    check(Options::default(), SSE);
    check(Options { keep_comments: true, ..Options::default() }, COMMENTS);
    check(Options { ndjson: true, ..Options::default() }, NDJSON);
}

#[test]
fn what_nobody_keeps_may_be_of_any_length() {
    let long = vec![b'x'; 100_000];
    for start in [&b":"[..], b"x: ", b"datax", b"data x: ", b" ", b"retr: ", b"\xc3\xa9"] {
        let line = [start, &long].concat();
        for size in [1, 7, 4_096, line.len()] {
            let mut decoder = Decoder::new().max_event_size(8);
            for chunk in line.chunks(size) {
                decoder.push(chunk).unwrap();
                assert_eq!(decoder.items().count(), 0);
            }
            decoder.push(b"\r\ndata: a\n\n").unwrap();
            assert!(decoder.items().eq([message("a")]), "{start:?}, {size}");
        }
    }
}

#[test]
fn what_came_before_it_is_there() {
    let stream = b"id: 1\ndata: a\n\nevent: e\ndata: b\n\nid: 2\ndata: too long\n\ndata: c\n\n";
    for chunks in every_split(stream) {
        let mut decoder = Decoder::new().max_event_size(12);
        let outcome = decode(&mut decoder, &chunks);
        assert!(outcome.too_large);
        let expected = [event("message", "a", "1"), event("e", "b", "1")].map(Item::from);
        assert_eq!(outcome.items, expected, "{chunks:x?}");
        assert_eq!(outcome.last_event_id, "1");
    }
}

#[test]
fn the_error_is_repeated_until_finish() {
    let mut decoder = Decoder::new().max_event_size(8);
    let error = EventTooLarge { limit: 8 };
    assert_eq!(decoder.push(b"data: a\n\ndata: bcd\n\ndata: e\n\n"), Err(error));
    assert!(decoder.items().eq([message("a")]));
    for chunk in [&b""[..], b"\n\n", b"data: f\n\n"] {
        assert_eq!(decoder.push(chunk), Err(error));
        assert_eq!(decoder.items().count(), 0);
    }
    decoder.finish();
    assert_eq!(decoder.items().count(), 0);
    decoder.push(b"data: g\n\n").unwrap();
    assert!(decoder.items().eq([message("g")]));
}

#[test]
fn the_large_ndjson_line_is_not_delivered_by_finish() {
    let mut decoder = Decoder::new().format(sluicegate::sse::Format::Ndjson).max_event_size(4);
    decoder.push(b"1\n[2,3").unwrap();
    assert!(decoder.push(b"]").is_err());
    decoder.finish();
    assert_eq!(decoder.items().count(), 0);
}

#[test]
fn the_error_says_the_limit() {
    let error = Decoder::new().max_event_size(8).push(b"data: 123").unwrap_err();
    assert_eq!(error.to_string(), "an event is larger than the limit of 8 bytes");
    let error = Decoder::new().max_event_size(0).push(b"data:").unwrap_err();
    assert_eq!(error.to_string(), "an event is larger than the limit of 0 bytes");
}

#[test]
fn the_default_is_16_mib() {
    let mut line = b"data: ".to_vec();
    line.resize(DEFAULT_MAX_EVENT_SIZE, b'x');
    let mut decoder = Decoder::new();
    decoder.push(&line).unwrap();
    decoder.push(b"\n\n").unwrap();
    assert_eq!(decoder.events().next().unwrap().data.len(), DEFAULT_MAX_EVENT_SIZE - 6);
    line.push(b'x');
    assert_eq!(decoder.push(&line), Err(EventTooLarge { limit: DEFAULT_MAX_EVENT_SIZE }));
}

#[test]
fn no_limit_is_more_than_1_gib() {
    let mut decoder = Decoder::new().max_event_size(usize::MAX);
    decoder.push(b"data: a\n\n").unwrap();
    assert!(decoder.items().eq([message("a")]));
}
