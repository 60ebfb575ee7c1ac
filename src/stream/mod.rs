//! A stream's life: connect, read, wait, reconnect, end, cancel.

pub mod retry;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod ack;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod cancel;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod endpoint;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod engine;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod lifecycle;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod settings;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod signal;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod waiting;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub(crate) use {
    ack::{Ack, Acks},
    cancel::{Cancel, CancelOn, Notification},
    endpoint::{CancelContext, Endpoint},
    engine::{CancelReport, Engine},
    lifecycle::{Ending, Outcome, State},
    settings::{Done, Hooks, RetryInfo, RetryMode, Settings, Verdict},
};
