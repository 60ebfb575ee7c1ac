//! A stream's life: connect, read, wait, reconnect, end, cancel.

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod ack;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod builder;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod cancel;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod endpoint;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod engine;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod event_stream;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod lifecycle;
pub(crate) mod retry;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod settings;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod signal;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod waiting;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub use {
    builder::{Builder, CancelRequest},
    cancel::Notification,
    engine::CancelReport,
    event_stream::{Canceller, Event, EventStream},
    lifecycle::{Ending, Outcome, State},
};

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub(crate) use {
    ack::{Ack, Acks},
    cancel::{Cancel, CancelOn},
    endpoint::{CancelContext, Endpoint, credentials_of},
    engine::Engine,
    settings::{
        CONNECT_TIMEOUT, Done, ENDPOINT_TIMEOUT, Hooks, RetryInfo, RetryMode, Settings, Verdict,
    },
};
