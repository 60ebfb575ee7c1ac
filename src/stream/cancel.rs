//! Telling the backend to stop its work.

use super::{context::Context, failure::Failure, template::Endpoint};
use crate::{
    error::{Error, ErrorCode, decimal, text::ErrorText},
    fetch::{Body, Exchange, display_url, http_error, status_of, within},
};
use alloc::rc::Rc;

/// The longest body that still gets `keepalive`: such requests share 64 KiB in flight
/// (Fetch, "HTTP-network-or-cache fetch").
const MAX_KEEPALIVE_BODY: usize = 60 * 1024;

/// The result of [`EventStream::cancel`](crate::EventStream::cancel).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CancelResult {
    /// Whether this call ended the stream; `false` if it had ended before.
    pub aborted: bool,
    /// The result of the notification, if this call sent one.
    pub notification: Option<CancelNotification>,
}

/// The result of notifying the backend.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CancelNotification {
    /// Whether the backend answered with a success status.
    pub notified: bool,
    /// The status of the backend's answer, if there was one.
    pub status: Option<u16>,
    /// The reason why the notification failed.
    pub error: Option<Error>,
}

pub(super) async fn notify(endpoint: &Endpoint, context: &Context) -> CancelNotification {
    match tell(endpoint, context).await {
        Ok(status) => CancelNotification { notified: true, status: Some(status), error: None },
        Err(error) => {
            CancelNotification { notified: false, status: error.status, error: Some(error) }
        }
    }
}

/// Sends one request with an answer of its own. Returns the status of a success.
pub(super) async fn tell(endpoint: &Endpoint, context: &Context) -> Result<u16, Error> {
    let request = endpoint.at(context)?.template.into_request()?;
    request.check()?;
    let (init, _) = request.prepare()?;
    init.keep_alive(MAX_KEEPALIVE_BODY);
    let exchange = Exchange::new()?;
    let answer = async {
        let response = exchange.send(&request, &init).await?;
        let status = status_of(&response);
        if (200..300).contains(&status) {
            return Ok((status, response));
        }
        let mut error = http_error(&request.url, &response).await;
        error.details().retryable = Failure::Http.is_retryable(status);
        Err(error)
    };
    let timeout = endpoint.timeout;
    let (status, response) = within(timeout, answer).await.unwrap_or_else(|| {
        let message = ErrorText::NoAnswer.with(&display_url(&request.url), &decimal(timeout));
        Err(Error::new(ErrorCode::ConnectTimeout, message))
    })?;
    if let Ok(body) = Body::of(&response) {
        Rc::new(exchange).drain(Rc::new(body));
    }
    Ok(status)
}
