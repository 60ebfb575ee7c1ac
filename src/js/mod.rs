//! The stream for JavaScript (feature `js`): `openStream` and the class `EventStream`, exported by an app's own module.
//!
//! An app that compiles to a module of its own shares its streams with the page's scripts:
//!
//! ```no_run
//! use sluicegate::{Error, EventStream, js};
//! use wasm_bindgen::prelude::wasm_bindgen;
//!
//! /// Scripts read it with `for await`.
//! #[wasm_bindgen]
//! pub fn answers() -> Result<js::EventStream, Error> {
//!     EventStream::builder("/answers").open().map(js::EventStream::from)
//! }
//! ```
//!
//! Scripts may also open streams themselves, by [`openStream(url, options)`](open_stream). Both are
//! exported as soon as the app depends on the crate with this feature.

mod event_stream;
mod options;
mod reader;
mod types;
mod values;

pub use event_stream::EventStream;

use crate::error::Error;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Opens a stream: `openStream(url, options)` in JavaScript.
///
/// `url` is a string or a `URL`. `options` are those options of the npm package's `openStream` that the
/// module's TypeScript declarations list. The request is sent with the first `next()`.
///
/// # Errors
/// [`InvalidOptions`](crate::ErrorCode::InvalidOptions) if an option has a wrong value or the URL does
/// not parse. The message says what to change.
#[wasm_bindgen(js_name = openStream, skip_typescript)]
pub fn open_stream(url: &JsValue, options: JsValue) -> Result<EventStream, Error> {
    Ok(options::builder(url, options)?.open()?.into())
}
