//! The JSON walker against `serde_json`. From the root of the repository:
//! `mkdir -p fuzz/corpus/json && cargo +nightly fuzz run json fuzz/corpus/json fuzz/seeds/json`
#![no_main]

extern crate alloc;

#[path = "../../src/bytes.rs"]
mod bytes;
#[path = "../../src/json/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the crate uses the rest")]
mod json;
#[path = "../../src/json/oracle.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|input: &str| oracle::assert_agrees(input.as_bytes()));
