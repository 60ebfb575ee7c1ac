//! A name for each request, to find its lines in the logs of every server that it passed.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;
use uuid::Uuid;

/// Takes the id from `X-Request-Id`, or makes one. Returns it in the response, and in every line that
/// is logged meanwhile. One that is longer than 64 bytes, or holds anything but letters, digits,
/// `-`, `_` and `.`, is not taken: it could pass for something else in a log.
pub async fn name(request: Request, next: Next) -> Response {
    let header = HeaderName::from_static("x-request-id");
    let given = request.headers().get(&header).filter(|id| is_plain(id.as_bytes())).cloned();
    let id = given.unwrap_or_else(|| {
        let made = Uuid::new_v4().to_string();
        HeaderValue::try_from(made).expect("a UUID has hexadecimal digits and dashes")
    });
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
    let mut response = next.run(request).instrument(span).await;
    response.headers_mut().insert(header, id);
    response
}

fn is_plain(id: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    (1..=64).contains(&id.len()) && id.iter().all(plain)
}
