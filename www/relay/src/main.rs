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
/// Without --upstream it asks a small built-in writer. With it, the API key is read from
/// OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_API_KEY, after the kind of the upstream.
#[derive(Parser)]
#[command(version)]
struct Flags {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// A folder of static files to serve at /
    #[arg(long, value_name = "DIR", value_parser = folder)]
    site: Option<PathBuf>,
    /// The base of the model's API, such as https://api.example.com/v1
    #[arg(long, value_name = "URL", requires = "model")]
    upstream: Option<String>,
    /// Which vendor's API that is
    #[arg(long, value_name = "KIND", default_value = VENDORS[0].name(), value_parser = vendors(), requires = "upstream")]
    upstream_kind: &'static dyn Vendor,
    /// A JSON object with other members of each request to the upstream, such as
    /// {"temperature":0,"tools":[…]}
    #[arg(long, value_name = "JSON", default_value = "{}", value_parser = object, requires = "upstream")]
    upstream_parameters: Object,
    /// Seconds to wait for a connection to the upstream
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    upstream_connect_timeout: Duration,
    /// Seconds to wait for the upstream's answer, and from one piece of it to the next
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    upstream_read_timeout: Duration,
    /// How often to ask the upstream again before its first token, after 1 second, 2, 4, up to 30
    #[arg(long, value_name = "N", default_value_t = 4)]
    upstream_retries: u32,
    /// The most tokens of an answer, which Anthropic demands to be told
    #[arg(long, value_name = "N", default_value = "4096")]
    max_tokens: NonZeroU32,
    /// Tells readers and the log what the upstream says of an error in its own words, which may quote
    /// the API key or a prompt: for development only
    #[arg(long)]
    show_upstream_errors: bool,
    /// A model that may be asked; may be given several times, the first is asked when a request names
    /// none
    #[arg(long, value_name = "NAME", requires = "upstream")]
    model: Vec<String>,
    /// Another origin whose pages may call the relay, such as https://app.example.com; may be given
    /// several times
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    allow_origin: Vec<HeaderValue>,
    /// A Redis, such as redis://127.0.0.1:6379, through which several relays share their sessions: a
    /// client may cancel and resume at any of them. A password is better given in the environment
    #[arg(long, value_name = "URL", env = "SLUICEGATE_REDIS", hide_env_values = true)]
    redis: Option<String>,
    /// What the names of all keys and channels in Redis begin with: relays with the same prefix share
    /// their sessions, others don't see them
    #[arg(long, value_name = "PREFIX", default_value = "sluicegate:")]
    redis_prefix: RedisPrefix,
    /// What the relays sign with what they keep in Redis, 32 bytes or more, so that nothing that others
    /// have written there reaches a reader. Made of SLUICEGATE_AUTH_SECRET by default, where there is
    /// one. Better given in the environment
    #[arg(long, value_name = "SECRET", env = "SLUICEGATE_REDIS_KEY", hide_env_values = true)]
    redis_key: Option<String>,
    /// How callers say who they are: by naming a user that nobody checks (on a loopback address
    /// only), by a signed token in the Authorization header, or by one in the cookie
    /// sluicegate_token. Tokens are JWTs (HS256, with sub and exp) signed with the environment
    /// variable SLUICEGATE_AUTH_SECRET
    #[arg(long, value_enum, default_value = "none")]
    auth: AuthKind,
    /// The audience that tokens have to be for, in their claim aud
    #[arg(long, value_name = "NAME")]
    jwt_audience: Option<String>,
    /// The issuer that tokens have to be of, in their claim iss
    #[arg(long, value_name = "NAME")]
    jwt_issuer: Option<String>,
    /// A host name that requests may name beside localhost, 127.0.0.1 and [::1], such as
    /// relay.example.com behind a proxy; may be given several times. With a --host that is not a
    /// loopback address any name will do, unless this is given
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    host_name: Vec<String>,
    /// Who the turns in a client's messages may be said by: user, say, so that no client writes the
    /// system's or the model's
    #[arg(long, value_enum, value_delimiter = ',', default_value = "system,user,assistant")]
    client_roles: Vec<Role>,
    /// How many connections may be open at a time; past it most requests are refused with 503. By
    /// default as many as the limit of open files (ulimit -n) allows, at most 10,000
    #[arg(long, value_name = "N")]
    max_connections: Option<NonZeroU32>,
    /// How many streams one user may have open; past it new ones are refused with 429
    #[arg(long, value_name = "N", default_value_t = 200)]
    max_streams_per_user: usize,
    /// How many connections may read one session at a time; past it more are refused with 429
    #[arg(long, value_name = "N", default_value_t = 16)]
    max_readers: usize,
    /// How long a client may read nothing of what is there for it; then its connection is cut
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    write_timeout: Duration,
    /// Lets old clients ask and disconnect by GET on /api/sse, too
    #[arg(long)]
    legacy_get: bool,
    /// Adds GET /learn/sseChat, the greeting stream of many a tutorial
    #[arg(long)]
    tutorial: bool,
    /// The largest request body
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
    max_body: usize,
    /// How many answers may be written at a time; past it new ones are refused with 503
    #[arg(long, value_name = "N", default_value = "10000")]
    max_sessions: usize,
    /// How many of them for one user; past it new ones are refused with 429
    #[arg(long, value_name = "N", default_value = "100")]
    max_sessions_per_user: usize,
    /// How many ended answers of one user are remembered; past it the same user's oldest is forgotten
    #[arg(long, value_name = "N", default_value = "100")]
    max_ended_per_user: usize,
    /// How many session ids one user may take in ten minutes; past it new ones are refused with 429
    #[arg(long, value_name = "N", default_value = "10000")]
    max_ids_per_user: usize,
    /// How many bytes of an answer are kept for a client that lost its connection; past it the oldest go,
    /// down to half of it
    #[arg(long, value_name = "BYTES", default_value = "2097152")]
    max_bytes_per_session: usize,
    /// How many bytes are held for one user's sessions, half of it for those being written, with what they
    /// were asked, and half for the ended ones; past it the same user's oldest go, and long questions are
    /// refused with 429
    #[arg(long, value_name = "BYTES", default_value = "33554432")]
    max_bytes_per_user: usize,
    /// As --max-bytes-per-user, for all users
    #[arg(long, value_name = "BYTES", default_value = "268435456")]
    max_bytes: usize,
    /// How long an answer may take; then it is ended
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    max_session_age: Duration,
    /// How long the model goes on writing for a client that lost its connection; then it is stopped
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    resume_grace: Duration,
    /// How often a client of /api/sse gets a heartbeat
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    heartbeat: Duration,
    /// After what time the connection of such a client is completed
    #[arg(long, value_name = "SECONDS", default_value = "1800", value_parser = seconds)]
    client_timeout: Duration,
    /// How many such clients may be connected at a time; past it new ones are refused with 503
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    max_clients: usize,
    /// How many of them for one user, where there are tokens; past it new ones are refused with 429
    #[arg(long, value_name = "N", default_value_t = 100)]
    max_clients_per_user: usize,
    /// How fast the built-in writer writes
    #[arg(long, value_name = "N", default_value = "40", conflicts_with = "upstream")]
    tokens_per_second: NonZeroU32,
    /// Adds POST /weather, which drops, stalls or slows a stream at its user's request, for demos
    #[arg(long)]
    weather: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum AuthKind {
    None,
    Bearer,
    Cookie,
}

/// The environment variable with what users' tokens are signed with.
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
