//! What can go wrong, and what is said about it.

pub(crate) mod text;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
mod types;

#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub(crate) use types::decimal;
#[cfg(all(target_arch = "wasm32", feature = "fetch"))]
pub use types::{Error, ErrorCode, ErrorDetails};
