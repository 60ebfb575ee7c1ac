//! One decoder over several connections.

use crate::{
    oracle::{Item, Options, assert_agrees, decode},
    table::{event, every_split, message, owned},
};
use sluicegate::sse::{self, Decoder};

/// What is tested, the first connection, the second, and what comes out of the second.
type Case = (&'static str, &'static [u8], &'static [u8], &'static [sse::Item<'static>]);

const CASES: &[Case] = &[
    ("the id stays", b"id: 1\ndata: a\n\n", b"data: b\n\n", &[event("message", "b", "1")]),
    ("an id without data stays", b"id: 1\n\n", b"data: b\n\n", &[event("message", "b", "1")]),
    ("an id can be reset", b"id: 1\n\n", b"id\ndata: b\n\n", &[message("b")]),
    (
        "the id of an unfinished event is dropped",
        b"id: 1\n\nid: 2\ndata: a\n",
        b"data: b\n\n",
        &[event("message", "b", "1")],
    ),
    ("the data of an unfinished event is dropped", b"data: a\n", b"data: b\n\n", &[message("b")]),
    ("the type of an unfinished event is dropped", b"event: e\n", b"data: b\n\n", &[message("b")]),
    ("an unfinished line is dropped", b"data: a", b"data: b\n\n", &[message("b")]),
    (
        "an unfinished character is dropped",
        b"data: \xe6\xb1",
        b"\x89\ndata: b\n\n",
        &[message("b")],
    ),
    ("a LF does not belong to the CR before it", b"data: a\r", b"\ndata: b\n\n", &[message("b")]),
    (
        "a blank line does not end the event before it",
        b"data: a\n",
        b"\ndata: b\n\n",
        &[message("b")],
    ),
    ("a BOM is dropped again", b"data: a\n\n", b"\xef\xbb\xbfdata: b\n\n", &[message("b")]),
    ("a BOM may be all of the first", b"\xef\xbb\xbf", b"\xef\xbb\xbfdata: b\n\n", &[message("b")]),
    (
        "a type that is known",
        b"event: e\ndata: a\n\n",
        b"event: e\ndata: b\n\n",
        &[event("e", "b", "")],
    ),
];

#[test]
fn finish_begins_a_new_connection() {
    for (rule, first, second, items) in CASES {
        let splits: Vec<_> = every_split(second).collect();
        for (first, second) in every_split(first).zip(splits.into_iter().cycle()) {
            let mut decoder = Decoder::new();
            decode(&mut decoder, &first);
            let found = decode(&mut decoder, &second).items;
            assert_eq!(found, owned(items), "{rule}: {first:x?}, {second:x?}");
            assert_agrees(Options::default(), &[first, second]);
        }
    }
}

#[test]
fn the_last_event_id_is_known_before_and_after() {
    let mut decoder = Decoder::new();
    assert_eq!(decoder.last_event_id(), "");
    decoder.set_last_event_id("0");
    assert_eq!(decoder.last_event_id(), "0");
    decoder.push(b"data: a\n\nid: 1\ndata: b\n\nid: 2\n").unwrap();
    assert!(decoder.items().eq([event("message", "a", "0"), event("message", "b", "1")]));
    assert_eq!(decoder.last_event_id(), "1");
    decoder.push(b"\n").unwrap();
    assert_eq!(decoder.last_event_id(), "2");
    decoder.finish();
    assert_eq!(decoder.last_event_id(), "2");
}

#[test]
fn the_retry_time_stays() {
    let mut decoder = Decoder::new();
    assert_eq!(decoder.retry(), None);
    decoder.push(b"retry: 10\nretry: 20\nretry: x\n").unwrap();
    assert_eq!(decoder.retry(), Some(20));
    decoder.finish();
    assert_eq!(decoder.retry(), Some(20));
    assert_eq!(decoder.items().count(), 0);
}

#[test]
fn items_can_be_read_again() {
    let mut decoder = Decoder::new();
    decoder.push(b"event: e\nid: 1\ndata: a\n\ndata: b\n\n").unwrap();
    let first: Vec<Item> = decoder.items().map(Item::from).collect();
    let again: Vec<Item> = decoder.items().map(Item::from).collect();
    assert_eq!(first, again);
    assert_eq!(decoder.events().count(), 2);
}
