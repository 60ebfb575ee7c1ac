//! The HTTP face: which path does what.

mod begin;
mod caller;
mod chat;
mod chatbot;
mod health;
mod hooks;
mod ids;
mod learn;
mod models;
mod resume;
mod stream;
mod ui_chat;
mod weather;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::{Handler, HandlerWithoutStateExt};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use tokio_util::sync::CancellationToken;
use tower_http::cors::CorsLayer;
use tower_http::services::ServeDir;

use crate::auth::Auth;
use crate::chat::{Chat, Role};
use crate::clients::Clients;
use crate::error::ApiError;
use crate::gate::{Gate, Hosts};
use crate::metrics::Metrics;
use crate::page_headers;
use crate::pump::Pump;
use crate::request_id;
use crate::serve::Crowded;
use crate::sessions::{Memory, Registry, TakenOver};
use crate::slots::Slots;
use crate::upstream::Upstream;
use crate::weather::Weather;
pub use hooks::Question;
use hooks::QuestionHook;

/// What all requests share. A clone is the same relay.
#[derive(Clone)]
pub struct Relay {
    sessions: Arc<dyn Registry>,
    upstream: Arc<Upstream>,
    options: Arc<Options>,
    shutdown: CancellationToken,
    metrics: Arc<Metrics>,
    clients: Arc<Clients>,
    /// The open streams of each user.
    streams: Slots,
    /// The connections that read each session.
    readers: Slots,
    weather: Option<Weather>,
    question: Option<QuestionHook>,
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
    /// How callers say who they are. [`Auth::None`] by default, which takes no request that a proxy
    /// brought.
    pub auth: Auth,
    /// The other origins whose pages may call the relay. None by default.
    pub allowed_origins: Vec<HeaderValue>,
    /// Which host names requests have to name. Those of this machine by default.
    pub hosts: Hosts,
    /// How many streams one user may have open. 200 by default.
    pub max_streams_per_user: usize,
    /// How many connections may read a session at a time. 16 by default.
    pub max_readers: usize,
    /// Who the turns in a client's `messages` may be said by. Anyone by default.
    pub client_roles: Vec<Role>,
    /// Whether clients of old may ask and disconnect by GET on `/api/sse`. Not by default.
    pub legacy_get: bool,
    /// Whether there is `GET /learn/sseChat`. Not by default.
    pub tutorial: bool,
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
            allowed_origins: Vec::new(),
            hosts: Hosts::default(),
            max_streams_per_user: 200,
            max_readers: 16,
            client_roles: vec![Role::System, Role::User, Role::Assistant],
            legacy_get: false,
            tutorial: false,
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
            shutdown,
            metrics: Arc::default(),
            clients: Arc::default(),
            streams: Slots::default(),
            readers: Slots::default(),
            weather: None,
            question: None,
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
            let TakenOver { session, chat, framing } = taken;
            let (shutdown, metrics) = (shutdown.clone(), Arc::clone(&metrics));
            let pump = Pump { sessions, session, upstream, chat, options, shutdown, metrics };
            tokio::spawn(pump.run(framing, None));
        };
        self.sessions.take_over_with(Box::new(work));
    }

    /// With questions as `decide` makes them of what clients ask: it may add a system's turn, choose
    /// the model and its parameters, or refuse with an [`ApiError`].
    #[must_use]
    pub fn with_question<F>(self, decide: impl Fn(Question) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Chat, ApiError>> + Send + 'static,
    {
        Self { question: Some(QuestionHook::new(decide)), ..self }
    }

    /// With the route `POST /weather`, which disturbs streams at their users' request.
    #[must_use]
    pub fn with_weather(self) -> Self {
        Self { weather: Some(Weather::default()), ..self }
    }
}

/// What is served beside the relay's own routes.
#[derive(Default)]
pub struct Site {
    /// A folder of static files, served at `/`. None by default.
    pub folder: Option<PathBuf>,
}

/// The relay's routes, to be merged into an app or nested in it.
///
/// ```no_run
/// # use sluicegate_relay::{Auth, Options, Relay, Upstream, UpstreamOptions, router};
/// # async fn app() -> Result<(), Box<dyn std::error::Error>> {
/// let upstream = Upstream::new(UpstreamOptions::new("https://api.example.com/v1", ["a-model"]))?;
/// let auth = Auth::app(async |request| request.extensions.get::<String>().cloned());
/// let relay = Relay::new(upstream, Default::default())
///     .with_options(Options { auth, ..Options::default() });
/// let app = axum::Router::new().merge(router(relay));
/// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// axum::serve(listener, app).await?;
/// # Ok(())
/// # }
/// ```
pub fn router(relay: Relay) -> Router {
    let gate = gate(&relay);
    let options = Arc::clone(&relay.options);
    layered(routes(relay, &gate), gate, &options)
}

/// The relay's routes beside a site. An unknown path or method is answered with a JSON error, as
/// everything else that goes wrong.
pub fn site_router(relay: Relay, site: Site) -> Router {
    let gate = gate(&relay);
    let options = Arc::clone(&relay.options);
    let router = routes(relay, &gate);
    let router = match site.folder {
        Some(folder) => router.fallback_service(
            ServeDir::new(folder)
                .call_fallback_on_method_not_allowed(true)
                .fallback(not_found.into_service()),
        ),
        None => router.fallback(not_found),
    };
    layered(router, gate, &options)
}

fn gate(relay: &Relay) -> Arc<Gate> {
    let Options { hosts, allowed_origins, auth, .. } = &*relay.options;
    let has_users = !matches!(auth, Auth::None);
    Arc::new(Gate::new(hosts.clone(), allowed_origins.clone(), has_users))
}

/// With what all requests go through.
fn layered(router: Router, gate: Arc<Gate>, options: &Options) -> Router {
    let mut router = router.layer(middleware::from_fn(spare_for_few));
    if !options.allowed_origins.is_empty() {
        let with_credentials = matches!(options.auth, Auth::Cookie(_) | Auth::App(_));
        router = router.layer(cors(options.allowed_origins.clone(), with_credentials));
    }
    router
        .layer(middleware::from_fn_with_state(gate, check_way))
        .layer(middleware::from_fn(page_headers::add))
        .layer(middleware::from_fn(request_id::name))
}

fn routes(relay: Relay, gate: &Arc<Gate>) -> Router {
    relay.clone().take_over();
    let Options { legacy_get, tutorial, .. } = *relay.options;
    let mut chat_in_path = post(chatbot::chat_in_path);
    let mut disconnect = post(chatbot::disconnect);
    if legacy_get {
        chat_in_path = chat_in_path.merge(only_get(chatbot::chat_in_path));
        disconnect = disconnect.merge(only_get(chatbot::disconnect));
    }
    let mut router = Router::new();
    if relay.weather.is_some() {
        router = router.route("/weather", post(weather::change));
    }
    if tutorial {
        router = router.route("/learn/sseChat", only_get(learn::sse_chat));
    }
    router
        .route("/api/chat", post(ui_chat::ask))
        .route("/api/chat/{chat_id}/stream", only_get(ui_chat::stream))
        .route("/api/chat/{chat_id}/stop", post(ui_chat::stop))
        .route("/chat", post(chat::open))
        .route("/chat/cancel", post(chat::cancel))
        .route("/healthz", get(health::healthz))
        .route("/metrics", get(health::metrics))
        .route("/models", get(models::list))
        .route("/chat/{session_id}", only_get(resume::resume))
        .route("/sessions", get(chat::list))
        .route("/api/sse/connect/{client_id}", only_get(chatbot::connect))
        .route("/api/sse/chat/{client_id}", post(chatbot::chat))
        .route("/api/sse/chat/{client_id}/{message}", chat_in_path)
        .route("/api/sse/ack/{client_id}/{message_id}", post(chatbot::ack))
        .route("/api/sse/disconnect/{client_id}", disconnect)
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(middleware::from_fn_with_state(Arc::clone(gate), check_page))
        .with_state(relay)
}

/// For what a HEAD must not do: left to itself, axum calls the handler of GET.
fn only_get<T: 'static>(handler: impl Handler<T, Relay>) -> MethodRouter<Relay> {
    get(handler).head(method_not_allowed)
}

async fn check_way(
    State(gate): State<Arc<Gate>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    gate.check_way(&request)?;
    Ok(next.run(request).await)
}

async fn check_page(
    State(gate): State<Arc<Gate>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    gate.check_page(&request)?;
    Ok(next.run(request).await)
}

/// When to connect again after there were too many connections, in seconds.
const CROWDED_RETRY_AFTER: u32 = 5;

/// Refuses what comes on a spare connection, except health checks and requests that free connections.
async fn spare_for_few(request: Request, next: Next) -> Result<Response, ApiError> {
    let crowded = request.extensions().get::<Crowded>().is_some_and(|crowded| crowded.0);
    let path = request.uri().path();
    let is_stop = path.starts_with("/api/chat/") && path.ends_with("/stop")
        || path.starts_with("/api/sse/disconnect/");
    let is_for_few = is_stop || matches!(path, "/healthz" | "/metrics" | "/chat/cancel");
    if crowded && !is_for_few {
        return Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too-many-connections",
            "the relay has as many connections as it takes: connect again later",
        )
        .retry_after(CROWDED_RETRY_AFTER));
    }
    Ok(next.run(request).await)
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
