//! [WHATWG HTML, 9.2.6], interpreting an event stream: its fields, and when an event is made.
//!
//! [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

use crate::{
    oracle::Options,
    table::{Case, check, event, message},
};
use sluicegate::sse::Item::{Comment, Retry};

const DATA: &[Case] = &[
    ("data without a space", b"data:a\n\n", &[message("a")]),
    ("one space after the colon is dropped", b"data:  a \n\n", &[message(" a ")]),
    ("a tab after the colon is not", b"data:\ta\n\n", &[message("\ta")]),
    ("data lines are joined by LF", b"data: a\ndata: b\ndata: c\n\n", &[message("a\nb\nc")]),
    ("the last LF is dropped, and no other", b"data: a\ndata:\ndata: \n\n", &[message("a\n\n")]),
    ("empty data is an event", b"data:\n\n", &[message("")]),
    ("data of one space is empty", b"data: \n\n", &[message("")]),
    ("bare data is an empty line", b"data\ndata\n\n", &[message("\n")]),
    ("bare data between data", b"data: a\ndata\ndata: b\n\n", &[message("a\n\nb")]),
    (
        "data is cleared for the next event",
        b"data: a\n\ndata: b\n\n",
        &[message("a"), message("b")],
    ),
    (
        "other fields between data do not part it",
        b"data: a\nid: 1\nx: y\n:\nevent: e\ndata: b\n\n",
        &[event("e", "a\nb", "1")],
    ),
    ("a NUL in data is kept", b"data: a\0b\n\n", &[message("a\0b")]),
];

#[test]
fn data() {
    check(Options::default(), DATA);
}

const EVENT: &[Case] = &[
    ("event names the type", b"event: e\ndata: a\n\n", &[event("e", "a", "")]),
    ("event may follow the data", b"data: a\nevent: e\n\n", &[event("e", "a", "")]),
    ("the last event field counts", b"event: e\nevent: f\ndata: a\n\n", &[event("f", "a", "")]),
    (
        "the type holds for one event",
        b"event: e\ndata: a\n\ndata: b\n\n",
        &[event("e", "a", ""), message("b")],
    ),
    ("bare event resets the type", b"event: e\nevent\ndata: a\n\n", &[message("a")]),
    ("empty event resets the type", b"event: e\nevent:\ndata: a\n\n", &[message("a")]),
    ("event: message is the default", b"event: message\ndata: a\n\n", &[message("a")]),
    ("a type without data is no event", b"event: e\n\n", &[]),
    ("a type without data is forgotten", b"event: e\n\ndata: a\n\n", &[message("a")]),
    ("one space is dropped from a type", b"event:  e \ndata: a\n\n", &[event(" e ", "a", "")]),
    ("a NUL in a type is kept", b"event: e\0\ndata: a\n\n", &[event("e\0", "a", "")]),
    (
        "a type that comes again",
        b"event: e\ndata: a\n\nevent: f\ndata\n\nevent: e\ndata: b\n\n",
        &[event("e", "a", ""), event("f", "", ""), event("e", "b", "")],
    ),
];

#[test]
fn event_field() {
    check(Options::default(), EVENT);
}

const ID: &[Case] = &[
    ("id sets the last event id", b"id: 1\ndata: a\n\n", &[event("message", "a", "1")]),
    ("id may follow the data", b"data: a\nid: 1\n\n", &[event("message", "a", "1")]),
    (
        "the id holds until the next",
        b"id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n",
        &[event("message", "a", "1"), event("message", "b", "1"), event("message", "c", "2")],
    ),
    ("the last id field counts", b"id: 1\nid: 2\ndata: a\n\n", &[event("message", "a", "2")]),
    ("an id without data counts", b"id: 1\n\ndata: a\n\n", &[event("message", "a", "1")]),
    (
        "bare id resets the id",
        b"id: 1\ndata: a\n\nid\ndata: b\n\n",
        &[event("message", "a", "1"), message("b")],
    ),
    (
        "empty id resets the id",
        b"id: 1\ndata: a\n\nid:\n\ndata: b\n\n",
        &[event("message", "a", "1"), message("b")],
    ),
    (
        "an id with NUL is ignored",
        b"id: 1\ndata: a\n\nid: \x002\ndata: b\n\n",
        &[event("message", "a", "1"), event("message", "b", "1")],
    ),
    (
        "an id with NUL leaves the one before it",
        b"id: 1\nid: 2\0\ndata: a\n\n",
        &[event("message", "a", "1")],
    ),
    ("one space is dropped from an id", b"id:  1 \ndata: a\n\n", &[event("message", "a", " 1 ")]),
    (
        "the same id again",
        b"id: 1\ndata: a\n\nid: 1\ndata: b\n\n",
        &[event("message", "a", "1"), event("message", "b", "1")],
    ),
    (
        "an id and a type that are both new",
        b"id: 1\nevent: e\ndata: a\n\nid: 2\nevent: f\n\nevent: f\ndata: b\n\n",
        &[event("e", "a", "1"), event("f", "b", "2")],
    ),
    (
        "the id of an event is not that of the one before it",
        b"data: a\n\nid: 1\ndata: b\n\n",
        &[message("a"), event("message", "b", "1")],
    ),
];

#[test]
fn id() {
    check(Options::default(), ID);
}

const RETRY: &[Case] = &[
    ("retry sets the time", b"retry: 1500\n\n", &[Retry(1500)]),
    ("retry without a space", b"retry:1500\n", &[Retry(1500)]),
    ("retry applies at once", b"data: a\nretry: 1\ndata: b\n\n", &[Retry(1), message("a\nb")]),
    ("retry is no event", b"retry: 1\n\ndata: a\n\n", &[Retry(1), message("a")]),
    ("retry may be 0", b"retry: 0\n", &[Retry(0)]),
    ("retry may have zeros in front", b"retry: 00000000000007\n", &[Retry(7)]),
    ("retry: the largest", b"retry: 4294967295\n", &[Retry(u32::MAX)]),
    ("retry: one more is as much as fits", b"retry: 4294967296\n", &[Retry(u32::MAX)]),
    ("retry: overflow is as much as fits", b"retry: 99999999999999999999999\n", &[Retry(u32::MAX)]),
    ("retry: a sign is ignored", b"retry: +5\nretry: -5\n", &[]),
    ("retry: a space behind is ignored", b"retry: 5 \n", &[]),
    ("retry: a second space in front is ignored", b"retry:  5\n", &[]),
    ("retry: no digits are ignored", b"retry:\nretry: \nretry\n", &[]),
    ("retry: a fraction is ignored", b"retry: 1.5\nretry: 1e3\nretry: 0x1\n", &[]),
    ("retry: other digits are ignored", "retry: ٣\nretry: ５\n".as_bytes(), &[]),
    (
        "retry: a wrong one leaves the last",
        b"retry: 1\nretry: x\nretry: 2\n",
        &[Retry(1), Retry(2)],
    ),
];

#[test]
fn retry() {
    check(Options::default(), RETRY);
}

const OTHER_FIELDS: &[Case] = &[
    ("unknown fields are ignored", b"x: y\nfoo\ndata: a\nbar: baz\n\n", &[message("a")]),
    ("unknown fields alone are no event", b"x: y\n\nfoo\n\n", &[]),
    (
        "names have a case",
        b"Data: a\nDATA: b\nEvent: e\nID: 1\nRetry: 1\ndata: c\n\n",
        &[message("c")],
    ),
    (
        "names are whole names",
        b"dat: a\ndatas: b\nevents: e\nids: 1\nretrys: 1\ni: 1\ndata: c\n\n",
        &[message("c")],
    ),
    ("names are whole names without a colon, too", b"dat\ndatas\nevents\nids\nd\ne\ni\nr\n\n", &[]),
];

#[test]
fn other_fields() {
    check(Options::default(), OTHER_FIELDS);
}

const END: &[Case] = &[
    ("an unfinished event is dropped", b"data: a\n\ndata: b\n", &[message("a")]),
    ("an unfinished line is dropped", b"data: a\n\ndata: b", &[message("a")]),
    ("an unfinished retry is dropped", b"retry: 5", &[]),
    ("an unfinished character is dropped", b"data: a\n\ndata: \xf0\x9f", &[message("a")]),
    ("a CR at the end is a line end", b"data: a\r\r", &[message("a")]),
    ("one CR at the end is only one", b"data: a\r", &[]),
    ("one CRLF at the end is only one", b"data: a\r\n", &[]),
];

#[test]
fn end_of_the_stream() {
    check(Options::default(), END);
}

const COMMENTS: &[Case] = &[
    ("a comment comes without its colon", b":a\n: b \n", &[Comment("a"), Comment(" b ")]),
    ("an empty comment", b":\n", &[Comment("")]),
    ("a comment with colons", b"::a: b\n", &[Comment(":a: b")]),
    ("a comment before an event", b":c\ndata: a\n\n", &[Comment("c"), message("a")]),
    (
        "a comment between a type and its data",
        b"event: e\nid: 1\n:c\ndata: a\n\n",
        &[Comment("c"), event("e", "a", "1")],
    ),
    (
        "comments inside an event come behind it",
        b"data: a\n:c\n:d\ndata: b\n:e\n\ndata: f\n\n",
        &[message("a\nb"), Comment("c"), Comment("d"), Comment("e"), message("f")],
    ),
    (
        "comments behind a new id and type",
        b"data: a\n:c\nid: 1\nevent: e\n\n",
        &[event("e", "a", "1"), Comment("c")],
    ),
    ("comments inside an unfinished event come at the end", b"data: a\n:c\n", &[Comment("c")]),
    ("an unfinished comment is dropped", b":a\n:b", &[Comment("a")]),
    ("a comment with other line ends", b":a\r:b\r\n\r\n", &[Comment("a"), Comment("b")]),
    ("a comment in UTF-8", ":é汉🦀\ndata: a\n\n".as_bytes(), &[Comment("é汉🦀"), message("a")]),
    (
        "a comment and a retry",
        b"data: a\n:c\nretry: 1\n\n",
        &[Retry(1), message("a"), Comment("c")],
    ),
];

#[test]
fn comments_on_request() {
    check(Options { keep_comments: true, ..Options::default() }, COMMENTS);
}

#[test]
fn keeping_comments_changes_nothing_else() {
    let options = Options { keep_comments: true, ..Options::default() };
    for cases in [DATA, EVENT, ID, RETRY] {
        for (rule, stream, items) in cases {
            let found = crate::oracle::decode(&mut options.decoder(), &[stream]).items;
            let others =
                found.into_iter().filter(|item| !matches!(item, crate::oracle::Item::Comment(_)));
            assert_eq!(others.collect::<Vec<_>>(), crate::table::owned(items), "{rule}");
        }
    }
}
