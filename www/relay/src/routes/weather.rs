//! `POST /weather`: makes the network bad for a session.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::caller::Caller;
use super::{Relay, ids};
use crate::error::ApiError;
use crate::json_body::JsonBody;
use crate::weather::{Kind, WeatherError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WeatherBody {
    user_id: Option<String>,
    session_id: String,
    weather: Kind,
}

/// Changes the weather of the connection that carries the session now, and answers 204. 404 if there
/// is none, 403 for another user's session.
pub async fn change(
    State(relay): State<Relay>,
    caller: Caller,
    JsonBody(body): JsonBody<WeatherBody>,
) -> Result<StatusCode, ApiError> {
    let user = caller.acts_as("userId", body.user_id)?;
    ids::check_session(&body.session_id)?;
    let weather = relay.weather.expect("the route is there with the weather only");
    match weather.change(&body.session_id, &user, body.weather) {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(WeatherError::Unknown) => Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "session-not-found",
            "no connection carries this session",
        )),
        Err(WeatherError::NotYours) => {
            tracing::warn!(id = body.session_id, user, "weather by another user");
            Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "not-your-session",
                "it is another user's session",
            ))
        }
    }
}
