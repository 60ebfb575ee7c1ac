//! One crate each, used as its documentation shows.

use bytes::Bytes;
use eventsource_stream::Eventsource as _;
use futures_executor::block_on;
use futures_util::{StreamExt as _, stream};
use std::convert::Infallible;

/// What came of the events: the same for all that did the same work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many events there were.
    pub events: usize,
    /// The bytes of all their data.
    pub data: usize,
    /// The bytes of all their types.
    pub types: usize,
    /// Of a byte of each event's data.
    pub hash: u32,
}

impl Sum {
    fn add(&mut self, kind: &str, data: &str) {
        self.events += 1;
        self.data += data.len();
        self.types += kind.len();
        let byte = data.as_bytes().get(data.len() / 2).copied().unwrap_or_default();
        self.hash = (self.hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
}

/// A crate.
#[derive(Clone, Copy, Debug)]
pub enum Decoder {
    /// Ours. Lends events.
    Sluicegate,
    /// What reqwest-eventsource and many clients of models use. Returns owned events.
    EventsourceStream,
    /// Without I/O, as ours. Returns owned events.
    SseCore,
    /// What the MCP SDK for Rust uses. Returns owned events.
    SseStream,
}

impl Decoder {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Sluicegate, Self::EventsourceStream, Self::SseCore, Self::SseStream];

    /// Decodes a stream.
    ///
    /// # Panics
    ///
    /// If a decoder refuses it.
    pub fn decode(self, chunks: &[Bytes]) -> Sum {
        match self {
            Self::Sluicegate => sluicegate(chunks),
            Self::EventsourceStream => block_on(eventsource_stream(chunks)),
            Self::SseCore => sse_core(chunks),
            Self::SseStream => block_on(sse_stream(chunks)),
        }
    }
}

fn sluicegate(chunks: &[Bytes]) -> Sum {
    let mut decoder = sluicegate::sse::Decoder::new();
    let mut sum = Sum::default();
    for chunk in chunks {
        decoder.push(chunk).expect("no event is too large");
        for event in decoder.events() {
            sum.add(event.event_type, event.data);
        }
    }
    sum
}

fn sse_core(chunks: &[Bytes]) -> Sum {
    let mut decoder = sse_core::SseDecoder::new();
    let mut sum = Sum::default();
    for chunk in chunks {
        let mut rest = chunk.clone();
        while let Some(event) = decoder.next(&mut rest) {
            if let sse_core::SseEvent::Message(message) = event.expect("no event is too large") {
                sum.add(&message.event, &message.data);
            }
        }
    }
    sum
}

async fn eventsource_stream(chunks: &[Bytes]) -> Sum {
    let mut events = stream::iter(chunks.iter().cloned().map(Ok::<_, Infallible>)).eventsource();
    let mut sum = Sum::default();
    while let Some(event) = events.next().await {
        let event = event.expect("the stream is well-formed");
        sum.add(&event.event, &event.data);
    }
    sum
}

async fn sse_stream(chunks: &[Bytes]) -> Sum {
    let bytes = stream::iter(chunks.iter().cloned().map(Ok::<_, Infallible>));
    let mut events = sse_stream::SseStream::from_bytes_stream(bytes);
    let mut sum = Sum::default();
    while let Some(event) = events.next().await {
        let event = event.expect("the stream is well-formed");
        sum.add(
            event.event.as_deref().unwrap_or("message"),
            event.data.as_deref().unwrap_or_default(),
        );
    }
    sum
}
