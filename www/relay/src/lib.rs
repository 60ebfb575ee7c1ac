//! A relay between a reader and a language model: the model's tokens go out as Server-Sent Events,
//! and when the reader stops, by a request or by going away, the relay's own request to the model
//! is aborted too.
//!
//! [`Relay`] holds what the routes share, [`router`] makes the routes, [`serve`] serves them.
//! [`Upstream`] is the model's API, and [`Builtin`] a small server of that same API, for when there
//! is no model to ask.

mod auth;
mod builtin;
mod chat;
mod clients;
mod connection;
mod error;
mod foreign;
mod frame;
mod framing;
mod gate;
mod json_body;
mod logging;
mod metrics;
mod page_headers;
mod pump;
mod request_id;
mod routes;
mod serve;
mod sessions;
mod slots;
mod ui_messages;
mod upstream;
mod weather;

pub use auth::{Auth, Secret, TooShort, UserHook};
pub use builtin::{Builtin, Counts};
pub use chat::{Call, Chat, Message, Role};
pub use error::ApiError;
pub use gate::Hosts;
pub use logging::log_to_stderr;
pub use routes::{Options, Question, Relay, Site, router, site_router};
pub use serve::{ServeOptions, serve};
pub use sessions::{
    BadKey, BadPrefix, BadUrl, Limits, Memory, Redis, RedisKey, RedisOptions, RedisPrefix, Registry,
};
pub use upstream::{
    Anthropic, Ollama, OpenAiChat, OpenAiResponses, SetupError, Upstream, UpstreamOptions, VENDORS,
    Vendor,
};
