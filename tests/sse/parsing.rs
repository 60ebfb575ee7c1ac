//! [WHATWG HTML, 9.2.5], parsing an event stream: its encoding, its byte order mark, its lines.
//!
//! [WHATWG HTML, 9.2.5]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

use crate::{
    oracle::Options,
    table::{Case, check, event, message},
};
use sluicegate::sse::{Decoder, Item};

const BOM: &[Case] = &[
    ("one leading BOM is dropped", b"\xef\xbb\xbfdata: a\n\n", &[message("a")]),
    ("a second BOM is text", b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", &[message("b")]),
    ("a BOM is dropped before a comment", b"\xef\xbb\xbf:\ndata: a\n\n", &[message("a")]),
    ("a BOM is dropped before a line end", b"\xef\xbb\xbf\n\ndata: a\n\n", &[message("a")]),
    ("a BOM inside is text", b"data: \xef\xbb\xbfa\n\n", &[message("\u{feff}a")]),
    ("a BOM before a later field is text", b"data: a\n\xef\xbb\xbfdata: b\n\n", &[message("a")]),
    ("two bytes of a BOM are none", b"\xef\xbbdata: a\n\ndata: b\n\n", &[message("b")]),
    ("a BOM of UTF-16 is none", b"\xfd\xf8data: a\n\ndata: b\n\n", &[message("b")]),
    ("a BOM alone is no event", b"\xef\xbb\xbf", &[]),
    ("two bytes of a BOM alone are no event", b"\xef\xbb", &[]),
    ("a stream may be empty", b"", &[]),
];

#[test]
fn byte_order_mark() {
    check(Options::default(), BOM);
}

const LINE_ENDS: &[Case] = &[
    ("LF ends a line", b"data: a\ndata: b\n\n", &[message("a\nb")]),
    ("CR ends a line", b"data: a\rdata: b\r\r", &[message("a\nb")]),
    ("CRLF ends a line once", b"data: a\r\ndata: b\r\n\r\n", &[message("a\nb")]),
    ("CR, then CRLF", b"data: a\r\r\ndata: b\n\n", &[message("a"), message("b")]),
    ("CRLF, then CR", b"data: a\r\n\rdata: b\n\n", &[message("a"), message("b")]),
    ("CRLF, then LF", b"data: a\r\n\ndata: b\n\n", &[message("a"), message("b")]),
    ("LF, then CR", b"data: a\n\rdata: b\n\n", &[message("a"), message("b")]),
    ("LF, then CRLF", b"data: a\n\r\ndata: b\n\n", &[message("a"), message("b")]),
    (
        "LF, CR and CRLF mixed",
        b"data: a\rdata: b\ndata: c\r\ndata: d\n\r\n",
        &[message("a\nb\nc\nd")],
    ),
    ("blank lines are no events", b"\n\r\r\n\n\r\n\r", &[]),
    (
        "blank lines between events are none",
        b"data: a\n\n\n\n\ndata: b\n\n",
        &[message("a"), message("b")],
    ),
    ("a blank line with a space is not blank", b"data: a\n \ndata: b\n\n", &[message("a\nb")]),
    (
        "VT, FF, NUL, NEL and U+2028 end no line",
        b"data: a\x0bb\x0cc\x00d\xc2\x85e\xe2\x80\xa8f\n\n",
        &[message("a\u{b}b\u{c}c\0d\u{85}e\u{2028}f")],
    ),
    ("the second byte of U+0A0D ends no line", b"data: \xe0\xa8\x8d\n\n", &[message("\u{a0d}")]),
];

#[test]
fn line_ends() {
    check(Options::default(), LINE_ENDS);
}

const LINES: &[Case] = &[
    ("a line that starts with a colon is a comment", b":data: a\ndata: b\n\n", &[message("b")]),
    ("a colon alone is a comment", b":\ndata: a\n:\n\n", &[message("a")]),
    ("a line without a colon is a field without a value", b"data\n\n", &[message("")]),
    ("the first colon ends the name", b"data:a:b: c\n\n", &[message("a:b: c")]),
    ("a space before a field is part of its name", b" data: a\n\ndata: b\n\n", &[message("b")]),
    ("a space after a name is part of it", b"data : a\n\ndata: b\n\n", &[message("b")]),
    ("a name may be any text", b"x-y z!: a\n\xe6\xb1\x89: b\ndata: c\n\n", &[message("c")]),
    (
        "lines longer than a vector",
        b"data: 0123456789012345678901234567890123456789012345678901234567\
      89012345678901234567890123456789\r\nid: 0123456789012345678901234567890123456789\n\n",
        &[event(
            "message",
            "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
            "0123456789012345678901234567890123456789",
        )],
    ),
];

#[test]
fn lines() {
    check(Options::default(), LINES);
}

const ENCODING: &[Case] = &[
    ("UTF-8 of every length", "data: aé汉🦀\n\n".as_bytes(), &[message("aé汉🦀")]),
    (
        "UTF-8 in an id and a type",
        "event: é汉\nid: 🦀\ndata: a\n\n".as_bytes(),
        &[event("é汉", "a", "🦀")],
    ),
    ("a byte that is never valid", b"data: a\xfdb\n\n", &[message("a\u{fffd}b")]),
    ("a continuation byte alone", b"data: a\x80\xbfb\n\n", &[message("a\u{fffd}\u{fffd}b")]),
    ("a character cut by a letter", b"data: \xe6\xb1b\n\n", &[message("\u{fffd}b")]),
    ("a character cut by a line end", b"data: \xf0\x9f\xa6\n\n", &[message("\u{fffd}")]),
    ("a character cut by another", b"data: \xe6\xb1\xc3\xa9\n\n", &[message("\u{fffd}é")]),
    (
        "an overlong form",
        b"data: \xc0\x8a\xe0\x80\x8a\n\n",
        &[message("\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}")],
    ),
    ("a surrogate", b"data: \xed\xa0\x80\n\n", &[message("\u{fffd}\u{fffd}\u{fffd}")]),
    (
        "past U+10FFFF",
        b"data: \xf4\x90\x80\x80\n\n",
        &[message("\u{fffd}\u{fffd}\u{fffd}\u{fffd}")],
    ),
    ("an invalid byte in a name", b"da\xfdta: a\n\ndata: b\n\n", &[message("b")]),
    (
        "an invalid byte in an id and a type",
        b"event: \xfd\nid: \xc3\ndata: a\n\n",
        &[event("\u{fffd}", "a", "\u{fffd}")],
    ),
    ("an invalid byte between CR and LF", b"data: a\r\xfd\ndata: b\n\n", &[message("a\nb")]),
];

#[test]
fn encoding() {
    check(Options::default(), ENCODING);
}

#[test]
fn an_event_ended_by_two_crs_comes_at_once() {
    let mut decoder = Decoder::new();
    decoder.push(b"data: a\r").unwrap();
    assert_eq!(decoder.items().count(), 0);
    decoder.push(b"\r").unwrap();
    assert!(decoder.items().eq([message("a")]));
    // The LF, should there be one, belongs to the CR.
    decoder.push(b"\n").unwrap();
    assert_eq!(decoder.items().count(), 0);
    decoder.push(b"data: b\r\r").unwrap();
    assert!(decoder.items().eq([message("b")]));
    decoder.push(b"\ndata: c\n\ndata: d").unwrap();
    assert!(decoder.items().eq([message("c")]));
}

#[test]
fn every_item_comes_with_the_byte_that_completes_it() {
    let stream = b"retry: 7\n:c\n\ndata: a\r\n\r\nid: 1\rdata: b\r\r";
    let mut decoder = Decoder::new().keep_comments(true);
    let mut came = Vec::new();
    for (at, byte) in stream.iter().enumerate() {
        decoder.push(&[*byte]).unwrap();
        came.extend(decoder.items().map(|item| (at, crate::oracle::Item::from(item))));
    }
    let expected = [
        (8, Item::Retry(7)),
        (11, Item::Comment("c")),
        // With the CR of the blank line, not with its LF.
        (22, message("a")),
        (38, event("message", "b", "1")),
    ];
    assert_eq!(came, expected.map(|(at, item)| (at, item.into())));
}

#[test]
fn an_empty_push_replaces_the_events_of_the_last() {
    let mut decoder = Decoder::new();
    decoder.push(b"data: a\n\nda").unwrap();
    assert_eq!(decoder.events().count(), 1);
    decoder.push(b"").unwrap();
    assert_eq!(decoder.events().count(), 0);
    decoder.push(b"ta: b\n\n").unwrap();
    assert!(decoder.items().eq([message("b")]));
}
