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

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod acks;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod attempt;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod batches;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod builder;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod cancel;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod context;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod delivering;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod driver;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod ending;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod event_stream;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod from_fetch;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod hooks;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod settings;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod stopping;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod template;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod text_stream;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub use {
    batches::{Batches, Frames},
    builder::Builder,
    cancel::{CancelNotification, CancelResult},
    context::{Context, RetryDecision, RetryInfo, StopReason},
    event_stream::{Canceller, Event, EventStream, Outcome, StreamStats},
    from_fetch::decode,
    lifecycle::{OutcomeType, State},
    template::{AckRequest, CancelRequest, ResumeRequest},
    text_stream::TextStream,
};
