//! Tables of cases, each fed in every way.

use crate::oracle::{self, Item, Options, Outcome};
use sluicegate::sse;

/// What is tested, the stream, and what comes out of it.
pub type Case = (&'static str, &'static [u8], &'static [sse::Item<'static>]);

pub const fn event(
    event_type: &'static str,
    data: &'static str,
    last_event_id: &'static str,
) -> sse::Item<'static> {
    sse::Item::Event(sse::EventRef { event_type, data, last_event_id })
}

pub const fn message(data: &'static str) -> sse::Item<'static> {
    event("message", data, "")
}

/// Whole, in two at every place, byte by byte, and byte by byte with empty chunks between.
pub fn every_split(stream: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    let bytes = || stream.chunks(1);
    let in_two = (0..=stream.len()).map(|at| vec![&stream[..at], &stream[at..]]);
    [vec![stream], bytes().collect(), bytes().flat_map(|byte| [&[], byte]).collect()]
        .into_iter()
        .chain(in_two)
}

pub fn owned(items: &[sse::Item<'_>]) -> Vec<Item> {
    items.iter().copied().map(Item::from).collect()
}

pub fn check(options: Options, cases: &[Case]) {
    for (rule, stream, items) in cases {
        let expected = owned(items);
        for chunks in every_split(stream) {
            let Outcome { items, too_large, .. } = oracle::decode(&mut options.decoder(), &chunks);
            assert_eq!(items, expected, "{rule}: {chunks:x?}");
            assert!(!too_large, "{rule}: {chunks:x?}");
            // And so the naive decoder is tested, too.
            oracle::assert_agrees(options, &[chunks]);
        }
    }
}
