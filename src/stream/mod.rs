//! A stream's life: connect, read, wait, reconnect, end, cancel.
//!
//! `machine.rs` decides; `driver.rs` does what it says, for the Rust API.

pub(crate) mod border;
pub(crate) mod config;
pub(crate) mod failure;
pub(crate) mod lifecycle;
pub(crate) mod machine;
pub(crate) mod retry;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod simulation;
pub(crate) mod step;
pub(crate) mod texts;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod builder;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod cancel;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod driver;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod ending;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod event_stream;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod text_stream;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub use {
    builder::{Builder, CancelRequest},
    cancel::{CancelNotification, CancelResult},
    event_stream::{Canceller, Event, EventStream, Outcome, StreamStats},
    lifecycle::{OutcomeType, State},
    text_stream::TextStream,
};
