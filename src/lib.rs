//! Server-Sent Events over `fetch`, with a `cancel()` that also stops the backend.
#![no_std]
// What decides over a stream serves two faces, which a build may leave out.
#![cfg_attr(not(all(target_arch = "wasm32", feature = "npm", feature = "fetch")), allow(dead_code))]

extern crate alloc;
// A `cdylib` needs a panic handler: std's, but in the npm build, which has one of its own.
#[cfg(not(any(
    target_os = "none",
    all(target_arch = "wasm32", feature = "npm", not(feature = "std"))
)))]
extern crate std;

pub mod sse;
mod stream;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod error;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod fetch;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod js;
#[cfg(all(target_arch = "wasm32", feature = "npm", not(feature = "std")))]
mod runtime;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub use {
    error::{Error, ErrorCode, ErrorDetails},
    stream::{
        Builder, CancelReport, CancelRequest, Canceller, Ending, Event, EventStream, Notification,
        Outcome, State, retry::RetryPolicy,
    },
};
