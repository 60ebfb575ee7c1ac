//! One HTTP exchange over the browser's `fetch`: the request, the checks of its response, its
//! chunks, and the guard that aborts it.

mod beacon;
mod body;
mod exchange;
mod globals;
mod listener;
mod request;
mod response;

pub(crate) use beacon::{knows_keepalive, send_beacon};
pub(crate) use body::Body;
pub(crate) use exchange::{Exchange, discard};
pub(crate) use globals::{get, is_hidden, now};
pub(crate) use listener::{EventListener, Timer};
pub(crate) use request::{
    ACCEPT, Attempt, Init, Request, Source, display_url, encode_body, headers_of, resolve_url,
    set_default, settle,
};
pub(crate) use response::{FormatOption, check, check_status, essence_of, format_of, retry_after};
