//! What `benches/decode.rs` measures: corpora, and several decoders at the same work.

pub mod corpus;
pub mod decoders;

#[cfg(test)]
mod tests {
    use crate::{corpus::Corpus, decoders::Decoder};

    #[test]
    fn all_decoders_come_to_the_same_events() {
        for corpus in Corpus::ALL {
            // Few: one of them takes a time that grows with the square of an event's chunks.
            let events = corpus.events() / 10;
            for size in [65_536, 1460] {
                let chunks = corpus.chunks(events, size);
                let expected = Decoder::Sluicegate.decode(&chunks);
                assert_eq!(expected.events, events, "{corpus:?}");
                for decoder in Decoder::ALL {
                    let sum = decoder.decode(&chunks);
                    assert_eq!(sum, expected, "{decoder:?}, {corpus:?}, chunks of {size}");
                }
            }
        }
    }
}
