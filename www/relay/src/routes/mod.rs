//! The HTTP face: which path does what.

mod begin;
mod caller;
mod chat;
mod chatbot;
mod health;
mod ids;
mod learn;
mod models;
mod resume;
mod stream;
mod weather;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::handler::HandlerWithoutStateExt;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware;
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;
use tower_http::cors::CorsLayer;
use tower_http::services::ServeDir;

use crate::auth::Auth;
use crate::clients::Clients;
use crate::error::ApiError;
use crate::framing::Framing;
use crate::metrics::Metrics;
use crate::pump::Pump;
use crate::request_id;
use crate::sessions::{Memory, Registry, TakenOver};
use crate::upstream::Upstream;
use crate::weather::Weather;

/// What all requests share. A clone is the same relay.
#[derive(Clone)]
pub struct Relay {
    sessions: Arc<dyn Registry>,
    upstream: Arc<Upstream>,
    options: Arc<Options>,
    /// The other origins whose pages may call the relay.
    allowed_origins: Arc<[HeaderValue]>,
    shutdown: CancellationToken,
    metrics: Arc<Metrics>,
    clients: Arc<Clients>,
    weather: Option<Weather>,
}

/// How a relay treats its readers.
pub struct Options {
    /// How long the model goes on writing for a client that lost its connection. 5 seconds by
    /// default.
    pub resume_grace: Duration,
    /// How long a session may take; then it is ended. 10 minutes by default.
    pub max_session_age: Duration,
    /// How many clients of `/api/sse` may be connected at a time. 10,000 by default.
    pub max_clients: usize,
    /// How many of them for one user, where callers have tokens. 100 by default.
    pub max_clients_per_user: usize,
    /// How often such a client gets a heartbeat. Every 20 seconds by default.
    pub heartbeat: Duration,
    /// After what time its connection is completed. 30 minutes by default.
    pub client_timeout: Duration,
    /// The largest request body, in bytes. 1 MiB by default.
    pub max_body: usize,
    /// How callers say who they are. [`Auth::None`] by default.
    pub auth: Auth,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            resume_grace: Duration::from_secs(5),
            max_session_age: Duration::from_secs(600),
            max_clients: 10_000,
            max_clients_per_user: 100,
            heartbeat: Duration::from_secs(20),
            client_timeout: Duration::from_secs(30 * 60),
            max_body: 1 << 20,
            auth: Auth::None,
        }
    }
}

impl Relay {
    /// A relay in front of `upstream`, whose sessions are kept in memory. Cancelling `shutdown` ends
    /// its streams.
    pub fn new(upstream: Upstream, shutdown: CancellationToken) -> Self {
        Self {
            sessions: Arc::<Memory>::default(),
            upstream: Arc::new(upstream),
            options: Arc::default(),
            allowed_origins: Arc::default(),
            shutdown,
            metrics: Arc::default(),
            clients: Arc::default(),
            weather: None,
        }
    }

    /// With other options than the default ones.
    #[must_use]
    pub fn with_options(self, options: Options) -> Self {
        Self { options: Arc::new(options), ..self }
    }

    /// With sessions that are kept elsewhere.
    #[must_use]
    pub fn with_registry(self, sessions: Arc<dyn Registry>) -> Self {
        Self { sessions, ..self }
    }

    /// The options in force.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Lets this relay go on with the sessions that its registry takes over.
    fn take_over(self) {
        let sessions = Arc::downgrade(&self.sessions);
        let Self { upstream, options, shutdown, metrics, .. } = self;
        let work = move |taken: TakenOver| {
            let Some(sessions) = sessions.upgrade() else { return };
            let (upstream, options) = (Arc::clone(&upstream), Arc::clone(&options));
            let TakenOver { session, chat } = taken;
            let (shutdown, metrics) = (shutdown.clone(), Arc::clone(&metrics));
            let framing = Framing::default();
            let pump =
                Pump { sessions, session, upstream, chat, framing, options, shutdown, metrics };
            tokio::spawn(pump.run(None));
        };
        self.sessions.take_over_with(Box::new(work));
    }

    /// With the route `POST /weather`, which disturbs streams at their users' request.
    #[must_use]
    pub fn with_weather(self) -> Self {
        Self { weather: Some(Weather::default()), ..self }
    }
}

/// What is served beside the relay's own routes, and to whom.
#[derive(Default)]
pub struct Site {
    /// A folder of static files, served at `/`. None by default.
    pub folder: Option<PathBuf>,
    /// The other origins whose pages may call the relay. None by default.
    pub allowed_origins: Vec<HeaderValue>,
}

/// The relay's routes. An unknown path or method is answered with a JSON error, as everything else
/// that goes wrong.
pub fn router(mut relay: Relay, site: Site) -> Router {
    let with_credentials = matches!(relay.options.auth, Auth::Cookie(_));
    relay.allowed_origins = site.allowed_origins.as_slice().into();
    relay.clone().take_over();
    let mut router = Router::new();
    if relay.weather.is_some() {
        router = router.route("/weather", post(weather::change));
    }
    let mut router = router
        .route("/chat", post(chat::open))
        .route("/chat/cancel", post(chat::cancel))
        .route("/healthz", get(health::healthz))
        .route("/metrics", get(health::metrics))
        .route("/models", get(models::list))
        .route("/chat/{session_id}", get(resume::resume))
        .route("/sessions", get(chat::list))
        .route("/learn/sseChat", get(learn::sse_chat))
        .route("/api/sse/connect/{client_id}", get(chatbot::connect))
        .route("/api/sse/chat/{client_id}/{message}", get(chatbot::chat).post(chatbot::chat))
        .route("/api/sse/ack/{client_id}/{message_id}", post(chatbot::ack))
        .route(
            "/api/sse/disconnect/{client_id}",
            get(chatbot::disconnect).post(chatbot::disconnect),
        )
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(relay);
    router = match site.folder {
        Some(folder) => router.fallback_service(
            ServeDir::new(folder)
                .call_fallback_on_method_not_allowed(true)
                .fallback(not_found.into_service()),
        ),
        None => router.fallback(not_found),
    };
    if !site.allowed_origins.is_empty() {
        router = router.layer(cors(site.allowed_origins, with_credentials));
    }
    router.layer(middleware::from_fn(request_id::name))
}

fn cors(allowed_origins: Vec<HeaderValue>, with_credentials: bool) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(allowed_origins)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([header::RETRY_AFTER, HeaderName::from_static("x-request-id")])
        .allow_credentials(with_credentials)
}

async fn not_found() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "not-found", "there is nothing at this path")
}

async fn method_not_allowed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "this path takes another method",
    )
}
