//! Readers of a model's answer, in the formats in which vendors stream it, without I/O.
//!
//! [`TextReader`] reads the text of a stream of events. [`AnswerReader`] also reads reasoning, tool calls
//! and the reason why the model stopped. [`Format::text`] returns the text of a single event:
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

mod answer;
mod at;
mod call_values;
mod calls;
mod error;
mod extras;
mod format;
mod formats;
mod half;
mod problem;
mod reader;
mod rules;
mod told;

pub use answer::{AnswerReader, Delta};
pub use error::TextError;
pub use format::Format;
pub use reader::TextReader;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
