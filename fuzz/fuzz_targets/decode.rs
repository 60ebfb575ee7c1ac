//! The decoder under any split, against the naive one of the tests. From the root of the
//! repository:
//! `mkdir -p fuzz/corpus/decode && cargo +nightly fuzz run decode fuzz/corpus/decode fuzz/seeds/decode`
#![no_main]

#[path = "../../tests/sse/oracle.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|input: &[u8]| oracle::assert_input_agrees(input));
