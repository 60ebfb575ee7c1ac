//! `cargo xtask bench decoder`: bytes a second, by stream and size of its chunks.

use divan::{Bencher, black_box, counter::BytesCount};
use sluicegate_decoder_bench::{corpus::Corpus, decoders::Decoder};

fn main() {
    divan::main();
}

#[divan::bench(args = Corpus::ALL, consts = [65_536, 16_384, 1460])]
fn sluicegate<const CHUNK: usize>(bencher: Bencher, corpus: Corpus) {
    measure(bencher, Decoder::Sluicegate, corpus, CHUNK);
}

#[divan::bench(args = Corpus::ALL, consts = [65_536, 16_384, 1460])]
fn eventsource_stream<const CHUNK: usize>(bencher: Bencher, corpus: Corpus) {
    measure(bencher, Decoder::EventsourceStream, corpus, CHUNK);
}

#[divan::bench(args = Corpus::ALL, consts = [65_536, 16_384, 1460])]
fn sse_core<const CHUNK: usize>(bencher: Bencher, corpus: Corpus) {
    measure(bencher, Decoder::SseCore, corpus, CHUNK);
}

#[divan::bench(args = Corpus::ALL, consts = [65_536, 16_384, 1460])]
fn sse_stream<const CHUNK: usize>(bencher: Bencher, corpus: Corpus) {
    measure(bencher, Decoder::SseStream, corpus, CHUNK);
}

fn measure(bencher: Bencher, decoder: Decoder, corpus: Corpus, chunk: usize) {
    let chunks = corpus.chunks(corpus.events(), chunk);
    let bytes: usize = chunks.iter().map(bytes::Bytes::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| decoder.decode(black_box(&chunks)));
}
