//! Any bytes, under any split, with any options, come out as the naive decoder has them.

use crate::oracle::{Options, assert_agrees, assert_input_agrees};
use proptest::{collection::vec, prelude::*, sample::select};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: if cfg!(miri) { 16 } else { 1_000 },
        // Failures become seeds of the fuzz target, which a test replays.
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// The words of event streams, and bytes.
fn syntax() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: &[&[u8]] = &[
        b"data",
        b"data:",
        b"data: ",
        b"event",
        b"event: ",
        b"event: e\n",
        b"id",
        b"id: ",
        b"id: 1\n",
        b"retry",
        b"retry: ",
        b"retry: 5\n",
        b":",
        b":c\n",
        b" ",
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"\r\r",
        b"\0",
        b"5",
        b"+",
        b"data: a\n\n",
        b"data: b\r\n\r\n",
        b"message",
        b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        b"\xef\xbb\xbf",
        b"\xef\xbb",
        b"\xc3\xa9",
        b"\xe6\xb1\x89",
        b"\xf0\x9f\xa6\x80",
        b"\xf0\x9f",
        b"\xe6",
        b"\x80",
        b"\xc0",
        b"\xed\xa0\x80",
        b"{\"a\":1}\n",
    ];
    prop_oneof![9 => select(WORDS).prop_map(<[u8]>::to_vec), 1 => vec(any::<u8>(), 1..4)]
}

/// Bytes that are most likely event streams, or any bytes.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => vec(syntax(), 0..60).prop_map(|words| words.concat()),
        1 => vec(any::<u8>(), 0..300),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    let limit = prop_oneof![3 => Just(None), 1 => (0_usize..120).prop_map(Some)];
    (prop::bool::weighted(0.2), any::<bool>(), limit)
        .prop_map(|(ndjson, keep_comments, limit)| Options { ndjson, keep_comments, limit })
}

/// A stream and where to cut it.
fn connection() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    stream().prop_flat_map(|stream| {
        let cuts = vec(0..=stream.len(), 0..12);
        (Just(stream), cuts)
    })
}

fn cut<'a>(stream: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut ends = cuts.to_vec();
    ends.push(stream.len());
    ends.sort_unstable();
    let mut start = 0;
    ends.into_iter().map(|end| &stream[std::mem::replace(&mut start, end)..end]).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_split(options in options(), connections in vec(connection(), 1..4)) {
        let connections: Vec<_> =
            connections.iter().map(|(stream, cuts)| cut(stream, cuts)).collect();
        assert_agrees(options, &connections);
    }

    #[test]
    fn byte_by_byte(options in options(), stream in stream()) {
        assert_agrees(options, &[stream.chunks(1).collect()]);
    }

    #[test]
    fn any_fuzz_input(input in stream()) {
        assert_input_agrees(&input);
    }
}
