//! Event types, few and many. They are numbers inside: none may stand for another.

use crate::oracle::{Options, assert_agrees};

fn stream(types: impl Iterator<Item = String>) -> Vec<u8> {
    let events = types.enumerate().map(|(at, name)| format!("event: {name}\ndata: {at}\n\n"));
    events.collect::<String>().into_bytes()
}

fn check(stream: &[u8]) {
    for size in [1, 7, 31, 256, stream.len()] {
        assert_agrees(Options::default(), &[stream.chunks(size).collect()]);
    }
}

#[test]
fn as_many_as_are_kept_and_one_more() {
    for count in [1, 2, 62, 63, 64, 65, 66, 100] {
        check(&stream((0..3 * count).map(|at| format!("t{}", at % count))));
    }
}

#[test]
fn message_among_many() {
    check(&stream((0..400).map(|at| match at % 3 {
        0 => "message".to_owned(),
        1 => String::new(),
        _ => at.to_string(),
    })));
}

#[test]
fn names_that_are_long() {
    let long = "n".repeat(5_000);
    check(&stream((0..30).map(|at| format!("{long}{}", at % 7))));
}

#[test]
fn a_type_that_waits_for_its_event_while_others_are_forgotten() {
    let many = stream((0..80).map(|at| format!("t{at}")));
    let long = format!("event: {}\n", "n".repeat(20_000));
    for waiting in [&b"event: w\n"[..], b"event: t3\n", b"event: message\n", long.as_bytes()] {
        let pushes: [&[u8]; 9] =
            [&many, waiting, b"", b"retry: 1\n", b"", b"data: a\n", b"retry: 2\n", b"\n", &many];
        assert_agrees(Options::default(), &[pushes.to_vec()]);
        assert_agrees(Options::default(), &[vec![&pushes.concat()]]);
        // The same, but what is waiting came in the push of the many.
        let together = [&many, waiting].concat();
        let pushes: [&[u8]; 4] = [&together, b"", b"data: a\n", b"\n"];
        assert_agrees(Options::default(), &[pushes.to_vec()]);
    }
}

#[test]
fn names_without_events() {
    let names: String = (0..1_000).map(|at| format!("event: {at}\n")).collect();
    check(&[names.as_bytes(), b"data: a\n\n"].concat());
}
