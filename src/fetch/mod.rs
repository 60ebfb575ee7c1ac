//! One HTTP exchange over the browser's `fetch`: the request, what is wrong with its response, its
//! chunks, and the guard that aborts it.

mod body;
mod exchange;
mod globals;
mod listener;
mod request;
mod response;
mod signal;
mod waiting;

pub(crate) use body::{Body, ReadError};
pub(crate) use exchange::{Exchange, discard, reason_of_abort};
pub(crate) use globals::page_is_hidden;
pub(crate) use listener::{EventListener, PageEvent, Timer};
pub(crate) use request::{
    Init, Request, display_url, encode_body, headers_of, is_stream, resolve_url, tag_of,
};
pub(crate) use response::{http_error, reason_of, status_of, type_error};
pub(crate) use signal::Signal;
pub(crate) use waiting::{Returned, next_frame, now, sleep_until_back, within};
