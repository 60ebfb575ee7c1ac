//! A stream's life: connect, read, wait, reconnect, end, cancel.
//!
//! `machine.rs` decides; all else here is the driver of the Rust face.

pub(crate) mod content_type;
pub(crate) mod lifecycle;
pub(crate) mod machine;
pub(crate) mod message;
pub(crate) mod retry;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod builder;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod cancel;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod engine;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod event_stream;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod signal;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub(crate) mod waiting;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub use {
    builder::{Builder, CancelRequest},
    cancel::{CancelReport, Notification},
    event_stream::{Canceller, Event, EventStream, Outcome},
    lifecycle::{Ending, State},
};
