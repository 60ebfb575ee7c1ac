//! Server-Sent Events over `fetch`, with a `cancel()` that also stops the backend.
#![cfg_attr(not(all(target_arch = "wasm32", feature = "fetch")), no_std)]

extern crate alloc;

pub mod sse;
