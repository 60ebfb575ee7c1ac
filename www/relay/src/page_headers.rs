//! What browsers are told of every response: a page of the site may load and do no more than it
//! needs, nobody may frame it, and nothing is taken for another type than it is.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// The site's content security policy: scripts, styles, requests and workers of its own origin only.
///
/// `style-src` is `'self'`, too: no style of a model's making counts. Trusted Types are those that
/// Vue makes for its templates, and DOMPurify of what it has sanitized.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
                      img-src 'self' data:; object-src 'none'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types vue dompurify";

/// `x-dns-prefetch-control`: or the name of a link's host, which a model may have chosen, would be
/// looked up before anybody clicks.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_DNS_PREFETCH_CONTROL, HeaderValue::from_static("off")),
];

/// Adds them to whatever is answered.
pub async fn add(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().extend(HEADERS);
    response
}
