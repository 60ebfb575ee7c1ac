//! The relay's program: its flags, and its serving until SIGINT or SIGTERM.

mod descriptors;

use std::error::Error;
use std::io::{self, Write};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueEnum};
use sluicegate_relay::{
    Auth, Builtin, Hosts, Limits, Memory, Options, Redis, RedisKey, RedisOptions, RedisPrefix,
    Relay, Role, Secret, ServeOptions, Site, Upstream, UpstreamOptions, VENDORS, Vendor,
    log_to_stderr, serve, site_router,
};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Relays a model's answers as Server-Sent Events, and stops the model when the reader stops.
///
/// Without --upstream, a small built-in writer answers. With it, the API key is read from the
/// environment: OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_API_KEY, depending on --upstream-kind.
#[derive(Parser)]
#[command(version)]
struct Flags {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to listen on; 0 for any free port
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// A folder of static files to serve at /
    #[arg(long, value_name = "DIR", value_parser = folder)]
    site: Option<PathBuf>,
    /// The base URL of the model's API, such as https://api.example.com/v1
    #[arg(long, value_name = "URL", requires = "model")]
    upstream: Option<String>,
    /// The kind of that API
    #[arg(long, value_name = "KIND", default_value = VENDORS[0].name(), value_parser = vendors(), requires = "upstream")]
    upstream_kind: &'static dyn Vendor,
    /// Other members of each request to the upstream, as a JSON object such as
    /// {"temperature":0,"tools":[…]}
    #[arg(long, value_name = "JSON", default_value = "{}", value_parser = object, requires = "upstream")]
    upstream_parameters: Object,
    /// Time limit for connecting to the upstream
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = time_limit)]
    upstream_connect_timeout: Duration,
    /// Time limit for the upstream's response, and for the pause between two pieces of it
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = time_limit)]
    upstream_read_timeout: Duration,
    /// How many times to retry a request that fails before its first token, after 1, 2, 4 and up to 30
    /// seconds
    #[arg(long, value_name = "N", default_value_t = 4)]
    upstream_retries: u32,
    /// The most tokens of an answer; Anthropic's API requires this
    #[arg(long, value_name = "N", default_value = "4096")]
    max_tokens: NonZeroU32,
    /// Shows the upstream's own error messages to readers and in the log. They may contain the API key
    /// or a prompt: for development only
    #[arg(long)]
    show_upstream_errors: bool,
    /// A model that clients may use; can be repeated. The first one is the default
    #[arg(long, value_name = "NAME", requires = "upstream")]
    model: Vec<String>,
    /// Another origin whose pages may call the relay, such as https://app.example.com; can be repeated
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    allow_origin: Vec<HeaderValue>,
    /// The URL of a Redis server through which several relays share their sessions, such as
    /// redis://127.0.0.1:6379: clients can cancel and resume at any of them. Set it in the environment if
    /// it contains a password
    #[arg(long, value_name = "URL", env = "SLUICEGATE_REDIS", hide_env_values = true)]
    redis: Option<String>,
    /// The prefix of all keys and channels in Redis. Relays with the same prefix share their sessions
    #[arg(long, value_name = "PREFIX", default_value = "sluicegate:")]
    redis_prefix: RedisPrefix,
    /// The secret that signs what the relays store in Redis, at least 32 bytes, so that readers never
    /// receive what others wrote there. Derived from SLUICEGATE_AUTH_SECRET by default, if that is set.
    /// Set it in the environment
    #[arg(long, value_name = "SECRET", env = "SLUICEGATE_REDIS_KEY", hide_env_values = true)]
    redis_key: Option<String>,
    /// How callers are identified: not at all (on a loopback address only), by a signed token in the
    /// Authorization header, or by one in the cookie sluicegate_token. Tokens are JWTs (HS256, with sub
    /// and exp) that are signed with the environment variable SLUICEGATE_AUTH_SECRET
    #[arg(long, value_enum, default_value = "none")]
    auth: AuthKind,
    /// The audience that tokens must have in their claim aud
    #[arg(long, value_name = "NAME")]
    jwt_audience: Option<String>,
    /// The issuer that tokens must have in their claim iss
    #[arg(long, value_name = "NAME")]
    jwt_issuer: Option<String>,
    /// A host name that requests may use besides localhost, 127.0.0.1 and [::1], such as
    /// relay.example.com behind a proxy; can be repeated. If --host is not a loopback address, any name
    /// is accepted unless this is set
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    host_name: Vec<String>,
    /// The roles that a client's messages may have. With user alone, clients can't write messages of the
    /// system or the model
    #[arg(long, value_enum, value_delimiter = ',', default_value = "system,user,assistant")]
    client_roles: Vec<Role>,
    /// The most open connections; beyond it, most requests get 503. Default: as many as the limit of open
    /// files (ulimit -n) allows, at most 10,000
    #[arg(long, value_name = "N")]
    max_connections: Option<NonZeroU32>,
    /// The most open streams per user; beyond it, new ones get 429
    #[arg(long, value_name = "N", default_value_t = 200)]
    max_streams_per_user: usize,
    /// The most connections that read one session at a time; beyond it, new ones get 429
    #[arg(long, value_name = "N", default_value_t = 16)]
    max_readers: usize,
    /// How long a client may read nothing while data waits for it, before its connection is closed
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = time_limit)]
    write_timeout: Duration,
    /// Also accepts questions and disconnects by GET on /api/sse, for old clients
    #[arg(long)]
    legacy_get: bool,
    /// Adds GET /learn/sseChat, the greeting stream of many tutorials
    #[arg(long)]
    tutorial: bool,
    /// The largest request body
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    max_body: usize,
    /// The most answers that are written at a time; beyond it, new ones get 503
    #[arg(long, value_name = "N", default_value = "10000")]
    max_sessions: usize,
    /// The most answers that are written at a time per user; beyond it, new ones get 429
    #[arg(long, value_name = "N", default_value = "100")]
    max_sessions_per_user: usize,
    /// The most ended answers that are remembered per user; beyond it, the user's oldest is forgotten
    #[arg(long, value_name = "N", default_value = "100")]
    max_ended_per_user: usize,
    /// The most session ids that a user may use in ten minutes; beyond it, new ones get 429
    #[arg(long, value_name = "N", default_value = "10000")]
    max_ids_per_user: usize,
    /// The most bytes of an answer that are kept for a client that lost its connection; beyond it, the
    /// oldest are dropped, down to half of it
    #[arg(long, value_name = "BYTES", default_value = "2097152")]
    max_bytes_per_session: usize,
    /// The most bytes that are kept for a user's sessions: half of it for running ones with their
    /// questions, half for ended ones. Beyond it, the user's oldest are dropped, and long questions get 429
    #[arg(long, value_name = "BYTES", default_value = "33554432")]
    max_bytes_per_user: usize,
    /// The same as --max-bytes-per-user, for all users together
    #[arg(long, value_name = "BYTES", default_value = "268435456")]
    max_bytes: usize,
    /// How long an answer may take before it is ended
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = time_limit)]
    max_session_age: Duration,
    /// How long the model continues for a client that lost its connection, before it is stopped
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    resume_grace: Duration,
    /// How often a client of /api/sse gets a heartbeat
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = time_limit)]
    heartbeat: Duration,
    /// How long a client of /api/sse stays connected
    #[arg(long, value_name = "SECONDS", default_value = "1800", value_parser = time_limit)]
    client_timeout: Duration,
    /// The most connected clients of /api/sse; beyond it, new ones get 503
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    max_clients: usize,
    /// The most of them per user, if there are tokens; beyond it, new ones get 429
    #[arg(long, value_name = "N", default_value_t = 100)]
    max_clients_per_user: usize,
    /// The speed of the built-in writer
    #[arg(long, value_name = "N", default_value = "40", conflicts_with = "upstream")]
    tokens_per_second: NonZeroU32,
    /// Adds POST /weather, which drops, stalls or slows a stream at the user's request, for demos
    #[arg(long)]
    weather: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum AuthKind {
    None,
    Bearer,
    Cookie,
}

/// The environment variable with the secret that signs users' tokens.
const AUTH_SECRET: &str = "SLUICEGATE_AUTH_SECRET";

/// A JSON object.
type Object = serde_json::Map<String, serde_json::Value>;

fn object(text: &str) -> Result<Object, String> {
    serde_json::from_str(text).map_err(|error| format!("it is no JSON object: {error}"))
}

fn vendors() -> impl TypedValueParser<Value = &'static dyn Vendor> {
    let values = VENDORS.map(|vendor| PossibleValue::new(vendor.name()).help(vendor.help()));
    PossibleValuesParser::new(values).map(|name| {
        *VENDORS.iter().find(|vendor| vendor.name() == name).expect("one of the possible values")
    })
}

fn folder(path: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(path);
    if path.is_dir() { Ok(path) } else { Err("it is not a folder".into()) }
}

/// Of no time at all, everything would be over at once, or come without a pause.
fn time_limit(text: &str) -> Result<Duration, String> {
    let time = seconds(text)?;
    if time.is_zero() { Err("it has to be more than 0".to_owned()) } else { Ok(time) }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn origin(text: &str) -> Result<HeaderValue, String> {
    let url = reqwest::Url::parse(text).map_err(|error| error.to_string())?;
    let origin = url.origin().ascii_serialization();
    if origin == "null" || origin != text {
        return Err(format!("it is not an origin, which would be {origin}"));
    }
    HeaderValue::from_str(text).map_err(|error| error.to_string())
}

fn host_name(text: &str) -> Result<String, String> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    if name.is_empty() || !name.bytes().all(is_name) {
        return Err("it is not a host name, which has neither scheme nor port".into());
    }
    Ok(name)
}

#[tokio::main]
async fn main() -> ExitCode {
    log_to_stderr();
    match run(Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            tracing::error!("{error}{cause}");
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: Flags) -> Result<(), Box<dyn Error>> {
    let auth = auth(&flags)?;
    // A session's connection to its model comes on top, and the built-in one is in this process.
    let each = if flags.upstream.is_some() { 2 } else { 3 };
    let max_connections = descriptors::connections(flags.max_connections, each)?;
    let shutdown = CancellationToken::new();
    let (url, models) = match &flags.upstream {
        Some(url) => (url.clone(), flags.model.clone()),
        None => {
            let builtin = Builtin::start(flags.tokens_per_second, shutdown.clone()).await?;
            tracing::info!("no --upstream: the built-in one writes, at {}", builtin.url());
            (builtin.url(), Builtin::MODELS.map(str::to_owned).into())
        }
    };
    let upstream = Upstream::new(UpstreamOptions {
        vendor: flags.upstream_kind,
        parameters: flags.upstream_parameters,
        url,
        models,
        key: flags.upstream.and_then(|_| key(flags.upstream_kind)),
        max_tokens: flags.max_tokens.get(),
        connect_timeout: flags.upstream_connect_timeout,
        read_timeout: flags.upstream_read_timeout,
        retries: flags.upstream_retries,
        show_errors: flags.show_upstream_errors,
    })?;
    let listener = TcpListener::bind((flags.host, flags.port))
        .await
        .map_err(|error| format!("cannot listen on {}:{}: {error}", flags.host, flags.port))?;
    let address = listener.local_addr()?;
    let site = Site { folder: flags.site };
    let options = Options {
        resume_grace: flags.resume_grace,
        max_session_age: flags.max_session_age,
        max_body: flags.max_body,
        auth,
        heartbeat: flags.heartbeat,
        client_timeout: flags.client_timeout,
        max_clients: flags.max_clients,
        allowed_origins: flags.allow_origin,
        hosts: hosts(flags.host, flags.host_name),
        max_streams_per_user: flags.max_streams_per_user,
        max_readers: flags.max_readers,
        client_roles: flags.client_roles,
        legacy_get: flags.legacy_get,
        tutorial: flags.tutorial,
        max_clients_per_user: flags.max_clients_per_user,
    };
    // A session outlives its reader's connection by a while.
    let limits = Limits {
        sessions: flags.max_sessions.min(max_connections),
        sessions_per_user: flags.max_sessions_per_user,
        ended_per_user: flags.max_ended_per_user,
        ids_per_user: flags.max_ids_per_user,
        bytes_per_session: flags.max_bytes_per_session,
        bytes_per_user: flags.max_bytes_per_user,
        bytes: flags.max_bytes,
    };
    let mut relay = Relay::new(upstream, shutdown.clone()).with_options(options);
    relay = relay.with_registry(match flags.redis {
        Some(url) => {
            let key = redis_key(flags.redis_key, flags.auth)?;
            let options = RedisOptions { url, prefix: flags.redis_prefix, key };
            Arc::new(Redis::new(options, limits)?)
        }
        None => Arc::new(Memory::new(limits)),
    });
    if flags.weather {
        relay = relay.with_weather();
    }
    let router = site_router(relay, site);
    tokio::spawn(stop_on_signal(
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
        shutdown.clone(),
    ));
    writeln!(io::stdout(), "listening on http://{address}")?;
    let options = ServeOptions { max_connections, write_timeout: flags.write_timeout };
    Ok(serve(listener, router, options, shutdown).await?)
}

fn key(vendor: &dyn Vendor) -> Option<String> {
    std::env::var(vendor.key_variable()).ok().filter(|key| !key.is_empty())
}

fn auth(flags: &Flags) -> Result<Auth, String> {
    if flags.auth == AuthKind::None {
        if !flags.host.is_loopback() {
            return Err(format!(
                "without users' tokens anyone who reaches {} could read and cancel for anyone: give \
                 --auth bearer or --auth cookie, or a loopback --host",
                flags.host
            ));
        }
        if flags.jwt_audience.is_some() || flags.jwt_issuer.is_some() {
            return Err("--jwt-audience and --jwt-issuer are for tokens: give --auth bearer or \
                        --auth cookie"
                .into());
        }
        return Ok(Auth::None);
    }
    let secret = std::env::var_os(AUTH_SECRET).unwrap_or_default();
    let secret = Secret::new(secret.as_encoded_bytes()).map_err(|error| {
        format!("{AUTH_SECRET}: {error}; it is what users' tokens are signed with")
    })?;
    let secret = match &flags.jwt_audience {
        Some(audience) => secret.with_audience(audience),
        None => secret,
    };
    let secret = match &flags.jwt_issuer {
        Some(issuer) => secret.with_issuer(issuer),
        None => secret,
    };
    Ok(match flags.auth {
        AuthKind::Cookie => Auth::Cookie(secret),
        _ => Auth::Bearer(secret),
    })
}

fn hosts(address: IpAddr, mut names: Vec<String>) -> Hosts {
    if names.is_empty() && !address.is_loopback() {
        return Hosts::Any;
    }
    if address.is_loopback() {
        names.push(address.to_string());
    }
    Hosts::Only(names)
}

/// What is signed with in Redis: the key that was given, or the secret of the tokens.
fn redis_key(given: Option<String>, auth: AuthKind) -> Result<Option<RedisKey>, String> {
    let secret = match given {
        Some(key) => key.into(),
        None if auth == AuthKind::None => return Ok(None),
        None => std::env::var_os(AUTH_SECRET).unwrap_or_default(),
    };
    let key = RedisKey::new(secret.as_encoded_bytes());
    key.map(Some).map_err(|error| format!("--redis-key, or SLUICEGATE_REDIS_KEY: {error}"))
}

async fn stop_on_signal(
    mut interrupt: tokio::signal::unix::Signal,
    mut terminate: tokio::signal::unix::Signal,
    shutdown: CancellationToken,
) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("shutting down");
    shutdown.cancel();
}
