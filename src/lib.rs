//! Server-Sent Events over `fetch`, with a `cancel()` that also stops the backend.
//!
//! `EventStream` is a `futures::Stream` for Rust in the browser: Leptos, Yew, Dioxus. It exists on wasm32 only.
//! [`sse`] is the decoder alone, without I/O, for every target:
//!
//! ```
//! let mut decoder = sluicegate::sse::Decoder::new();
//! decoder.push(b"data: hello\n\n")?;
//! let data: Vec<_> = decoder.events().map(|event| event.data.to_owned()).collect();
//! assert_eq!(data, ["hello"]);
//! # Ok::<(), sluicegate::sse::EventTooLarge>(())
//! ```
//!
//! [`llm`] reads the text of a model's answer from its events, in the formats of many vendors.
//!
//! # Features
//!
//! - `std` (default): links the standard library; without it the crate needs `alloc` only.
//! - `fetch` (default): `EventStream`, over the browser's `fetch`.
//! - `serde` (default): `Event::json` and `Builder::json`.
//! - `gloo-net`: `EventStream::from_request` and `decode` accept the requests and responses of `gloo_net`, and its
//!   errors convert into `Error`.
//! - `js`: exports `openStream` and `EventStream` from an app's own module to JavaScript. Needs
//!   `wasm-bindgen` 0.2.130.
//! - `npm`: the exports for the npm package. Not for Rust users.
#![no_std]
// The code that drives a stream serves two APIs, either of which a build may leave out.
#![cfg_attr(not(all(target_arch = "wasm32", feature = "npm", feature = "fetch")), allow(dead_code))]

extern crate alloc;
// A `cdylib` needs a panic handler: std's, but in the npm build, which has one of its own.
#[cfg(not(any(
    target_os = "none",
    all(target_arch = "wasm32", feature = "npm", not(feature = "std"))
)))]
extern crate std;

#[cfg(any(
    all(test, not(target_arch = "wasm32")),
    all(target_arch = "wasm32", feature = "npm", not(feature = "std"))
))]
mod allocator;
mod bytes;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod cases;
mod content_type;
mod error;
mod json;
pub mod llm;
mod numbered;
pub mod sse;
mod stream;

/// The README's examples, to be compiled.
#[cfg(all(doctest, target_arch = "wasm32", feature = "fetch", feature = "serde"))]
#[doc = include_str!("README.md")]
struct Readme;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod fetch;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub mod js;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod npm;
#[cfg(all(target_arch = "wasm32", feature = "npm", not(feature = "std")))]
mod runtime;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub use {
    error::{Error, ErrorCode, ErrorDetails},
    stream::{
        AckRequest, Batches, Builder, CancelNotification, CancelRequest, CancelResult, Canceller,
        Context, Event, EventStream, Frames, Outcome, OutcomeType, ResumeRequest, RetryDecision,
        RetryInfo, State, StopReason, StreamStats, TextStream, decode, retry::RetryPolicy,
    },
};
