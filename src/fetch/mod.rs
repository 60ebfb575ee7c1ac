//! One HTTP exchange over the browser's `fetch`: the request, what is wrong with its response, its
//! chunks, and the guard that aborts it.

mod body;
mod exchange;
mod globals;
mod listener;
mod request;
mod response;

pub(crate) use body::{Body, ReadError};
pub(crate) use exchange::{Exchange, discard};
pub(crate) use listener::{EventListener, Timer};
pub(crate) use request::{Request, display_url, encode_body, headers_of, resolve_url, tag_of};
pub(crate) use response::{http_error, type_error};
