//! Server-Sent Events over `fetch`, with a `cancel()` that also stops the backend.
#![no_std]

extern crate alloc;
// A `cdylib` needs std's panic handler; targets without an OS have no `cdylib` and no std.
#[cfg(not(target_os = "none"))]
extern crate std;

pub mod sse;
