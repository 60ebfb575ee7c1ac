//! Bytes to events: the parser of [WHATWG HTML, 9.2.5 and 9.2.6], incremental and free of I/O.
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
mod batch;
pub(crate) mod copy;
mod decoder;
mod intern;
mod lines;
mod utf16;
mod utf8;

pub use batch::{EventRef, Item};
pub(crate) use decoder::number;
pub use decoder::{DEFAULT_MAX_EVENT_SIZE, Decoder, EventTooLarge, Format};
