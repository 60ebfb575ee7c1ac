//! The text of a model's answer, in the formats in which vendors stream it. Free of I/O.
//!
//! [`TextReader`] reads the events of a stream, [`Format::text`] a single one:
//!
//! ```
//! use sluicegate::{llm::Format, sse::Decoder};
//!
//! let mut decoder = Decoder::new();
//! decoder.push(b"data: {\"response\":\"Hello\",\"done\":false}\n\n")?;
//! let event = decoder.events().next().unwrap();
//! assert_eq!(Format::Ollama.text(&event)?, "Hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod at;
mod error;
mod format;
mod formats;
mod half;
mod problem;
mod reader;
mod rules;

pub use error::TextError;
pub use format::Format;
pub use reader::TextReader;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
