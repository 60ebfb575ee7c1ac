//! Server-Sent Events over `fetch`, with a `cancel()` that also stops the backend.
#![no_std]

extern crate alloc;
// A `cdylib` needs std's panic handler; targets without an OS have no `cdylib` and no std.
#[cfg(not(target_os = "none"))]
extern crate std;

pub mod sse;
pub mod stream;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod error;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod fetch;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod js;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub use error::{Error, ErrorCode};
