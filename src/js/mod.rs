//! The only exports to JavaScript: options in, batches and errors out.

mod decoder;
mod error;
mod host;
mod options;
mod stream;
