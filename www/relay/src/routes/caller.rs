//! Who sent a request, and whether a page of another origin made them.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{Relay, ids};
use crate::auth::Auth;
use crate::error::ApiError;

/// The sender of a request, as far as its token tells. Extracting it answers 401 without a good one,
/// and 403 where a page of an origin that is not allowed made a browser send its cookie.
pub struct Caller(Option<String>);

impl Caller {
    /// The user that the caller acts as. `claimed` is the user that the request itself names, in
    /// `field`: it has to, if there are no tokens, and may not be another than that of the token.
    pub fn acts_as(self, field: &str, claimed: Option<String>) -> Result<String, ApiError> {
        let user = match (self.0, claimed) {
            (Some(user), Some(claimed)) if user != claimed => {
                tracing::warn!(user, claimed, "refused: a token of another user");
                return Err(ApiError::new(
                    StatusCode::FORBIDDEN,
                    "not-your-user",
                    format!("the token is not of the user in {field}"),
                ));
            }
            (Some(user), _) | (None, Some(user)) => user,
            (None, None) => return Err(ApiError::invalid(format!("missing field `{field}`"))),
        };
        ids::check(field, &user)?;
        Ok(user)
    }

    /// The user of the token; `None` if there are no tokens.
    pub fn user(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl FromRequestParts<Relay> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, relay: &Relay) -> Result<Self, ApiError> {
        let auth = &relay.options.auth;
        // A browser sends cookies whoever asks it to.
        if matches!(auth, Auth::Cookie(_)) && !is_own_page(&parts.headers, &relay.allowed_origins) {
            tracing::warn!("refused: a page of another origin");
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "cross-origin",
                "pages of this origin may not use the relay",
            ));
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let user = auth.user(&parts.headers, since.as_secs_f64());
        user.map(Self).map_err(|error| ApiError::unauthorized(error.to_string()))
    }
}

/// Whether a request is no page's, of our own origin, or of an allowed one.
fn is_own_page(headers: &HeaderMap, allowed: &[HeaderValue]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        // A GET of the same origin comes without, and so does one that an `<img>` elsewhere makes.
        let site = headers.get("sec-fetch-site");
        return site.is_none_or(|site| site == "same-origin" || site == "none");
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own = |origin: &str| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_some() && authority == host
    };
    allowed.contains(origin) || origin.to_str().is_ok_and(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_origins_are_told_from_our_own() {
        let allowed = [HeaderValue::from_static("https://app.test")];
        for (headers, own) in [
            (&[("host", "relay.test")][..], true),
            (&[("host", "relay.test"), ("origin", "https://relay.test")], true),
            (&[("host", "relay.test:1"), ("origin", "http://relay.test:1")], true),
            (&[("host", "relay.test"), ("origin", "https://app.test")], true),
            (&[("host", "relay.test"), ("origin", "https://evil.test")], false),
            (&[("host", "relay.test"), ("origin", "null")], false),
            (&[("origin", "null")], false),
            (&[("host", "relay.test"), ("origin", "https://relay.test:8443")], false),
            (&[("host", "relay.test"), ("sec-fetch-site", "same-origin")], true),
            (&[("host", "relay.test"), ("sec-fetch-site", "none")], true),
            (&[("host", "relay.test"), ("sec-fetch-site", "same-site")], false),
            (&[("host", "relay.test"), ("sec-fetch-site", "cross-site")], false),
        ] {
            let map = headers.iter().map(|(name, value)| {
                let name: header::HeaderName = name.parse().unwrap();
                (name, HeaderValue::from_static(value))
            });
            assert_eq!(is_own_page(&map.collect(), &allowed), own, "{headers:?}");
        }
    }
}
