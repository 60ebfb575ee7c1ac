//! Who sent a request.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::{Relay, ids};
use crate::error::ApiError;

/// The sender of a request, as far as its token tells. Extracting it answers 401 without a good one.
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
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let user = relay.options.auth.user(parts, since.as_secs_f64()).await;
        user.map(Self).map_err(|error| ApiError::unauthorized(error.to_string()))
    }
}
