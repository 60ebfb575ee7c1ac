//! Errors as JavaScript has them.

use super::host::Host;
use crate::error::{Error, ErrorCode};
use wasm_bindgen::JsValue;

/// A `StreamError`, or the very value that the page's own code threw.
pub(super) fn to_js(error: &Error, host: &Host) -> JsValue {
    if matches!(error.code, ErrorCode::Aborted | ErrorCode::Callback) {
        return error.cause.clone();
    }
    let cause = match &error.source {
        Some(source) => to_js(source, host),
        None => error.cause.clone(),
    };
    host.error(
        error.code.as_str(),
        &error.message,
        error.status,
        error.headers.clone(),
        error.body.clone(),
        error.attempt,
        error.retryable,
        &cause,
    )
}
