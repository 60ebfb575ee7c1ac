//! The crate's Rust API in a browser, against the test server (tests/server/README.md).
//!
//! `cargo xtask test wasm` starts that server and passes its URL at compile time.
#![cfg(all(target_arch = "wasm32", feature = "fetch", feature = "serde"))]

mod cancelling;
mod dropping;
mod errors;
mod events;
mod hooks;
mod reconnecting;
mod scenarios;
mod support;
mod utf8;
mod views;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
