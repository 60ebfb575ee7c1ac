//! Bytes to events: the incremental parser of [WHATWG HTML, 9.2.5 and 9.2.6], without I/O.
//!
//! ```
//! use sluicegate::sse::Decoder;
//!
//! let mut decoder = Decoder::new();
//! decoder.push(b"event: greet\ndata: hel")?;
//! assert_eq!(decoder.events().count(), 0);
//! decoder.push(b"lo\n\n")?;
//! let event = decoder.events().next().unwrap();
//! assert_eq!((event.event_type, event.data), ("greet", "hello"));
//! # Ok::<(), sluicegate::sse::EventTooLarge>(())
//! ```
//!
//! [WHATWG HTML, 9.2.5 and 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

mod ascii;
pub(crate) mod batch;
mod block_ends;
mod comments;
mod decoder;
mod fields;
mod intern;
mod interpreter;
mod items;
mod last_event_id;
mod limit;
mod line_ends;
mod lines;
mod ndjson;
mod texts;
mod utf16;
mod utf8;

pub(crate) use block_ends::BlockEnds;
pub use decoder::{Decoder, Format};
pub(crate) use fields::number;
pub use items::{EventRef, Item};
pub use limit::{DEFAULT_MAX_EVENT_SIZE, EventTooLarge};
