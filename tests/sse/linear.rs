//! Linear time: streams on which a decoder that scans or moves bytes again at each push would
//! take minutes to hours.

use sluicegate::sse::Decoder;

const SIZE: usize = if cfg!(miri) { 16 << 10 } else { 4 << 20 };

/// Pushes the unit over and over, then the end. Returns the size of the only event.
fn size_of_event(keep_comments: bool, start: &[u8], unit: &[u8], end: &[u8]) -> usize {
    let mut decoder = Decoder::new().keep_comments(keep_comments).max_event_size(1 << 30);
    decoder.push(start).unwrap();
    for _ in 0..SIZE / 64 {
        decoder.push(unit).unwrap();
        assert_eq!(decoder.events().count(), 0);
    }
    decoder.push(end).unwrap();
    let sizes: Vec<usize> = decoder.events().map(|event| event.data.len()).collect();
    assert_eq!(sizes.len(), 1);
    sizes[0]
}

#[test]
fn a_long_line_in_small_chunks() {
    assert_eq!(size_of_event(false, b"data: ", &[b'x'; 64], b"\n\n"), SIZE);
}

#[test]
fn a_long_line_of_invalid_bytes_in_small_chunks() {
    assert_eq!(size_of_event(false, b"data: ", &[0xfd; 16], b"\n\n"), 3 * SIZE / 4);
}

#[test]
fn many_data_lines() {
    let unit = b"data: a\r\n".repeat(7);
    assert_eq!(size_of_event(false, b"", &unit, b"\n"), SIZE / 64 * 7 * 2 - 1);
}

/// Rows that come out while a large event is open must not move it.
#[test]
fn a_retry_in_each_push_of_a_large_event() {
    let start = [b"data: ", &vec![b'x'; SIZE][..], b"\n"].concat();
    assert_eq!(size_of_event(false, &start, b"retry: 1\n", b"\n"), SIZE);
}

#[test]
fn comments_in_each_push_of_a_large_event() {
    let start = [b"data: ", &vec![b'x'; SIZE][..], b"\n"].concat();
    assert_eq!(size_of_event(true, &start, b":\n", b"\n"), SIZE);
}

/// Nor may they copy a large id or the name of a type.
#[test]
fn rows_after_a_large_id() {
    let start = [b"id: ", &vec![b'x'; SIZE][..], b"\n\n"].concat();
    assert_eq!(size_of_event(true, &start, b":\n", b"data: a\n\n"), 1);
}

#[test]
fn rows_after_a_large_type() {
    let start = [b"event: ", &vec![b'x'; SIZE][..], b"\n"].concat();
    assert_eq!(size_of_event(true, &start, b":\n", b"data: a\n\n"), 1);
}

#[test]
fn many_types() {
    let mut decoder = Decoder::new();
    let stream: String = (0..SIZE / 32).map(|at| format!("event: {at:016}\ndata\n\n")).collect();
    decoder.push(stream.as_bytes()).unwrap();
    assert_eq!(decoder.events().count(), SIZE / 32);
}
