//! The decoder of event streams, against the standard and against a naive decoder.
#![cfg(not(target_arch = "wasm32"))]

mod connections;
mod interpreting;
mod limits;
mod linear;
mod ndjson;
mod oracle;
mod parsing;
mod properties;
mod seeds;
mod table;
mod types;
