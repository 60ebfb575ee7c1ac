//! What the relay counts, for whoever watches it.

use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::sessions::State;
use crate::upstream::UpstreamError;

/// The MIME type of what [`Metrics::text`] returns.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Of the time to the first token, in seconds.
const BUCKETS: [f64; 11] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0];

const ENDS: [State; 5] =
    [State::Completed, State::Cancelled, State::ClientGone, State::UpstreamError, State::Expired];

type Label = [(&'static str, &'static str); 1];

/// The figures since this process started.
pub struct Metrics {
    registry: Registry,
    sessions: Family<Label, Counter>,
    live: Gauge,
    tokens: Counter,
    first_token: Histogram,
    upstream_errors: Family<Label, Counter>,
    clients: Gauge,
    acknowledged: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("sluicegate"),
            sessions: Family::default(),
            live: Gauge::default(),
            tokens: Counter::default(),
            first_token: Histogram::new(BUCKETS),
            upstream_errors: Family::default(),
            clients: Gauge::default(),
            acknowledged: Counter::default(),
        };
        // A rate needs the 0 before the first 1.
        for state in ENDS {
            drop(metrics.sessions.get_or_create(&[("outcome", state.name())]));
        }
        let Self {
            registry,
            sessions,
            live,
            tokens,
            first_token,
            upstream_errors,
            clients,
            acknowledged,
        } = &mut metrics;
        registry.register("sessions", "Ended sessions, by outcome", sessions.clone());
        registry.register("sessions_live", "Answers being written now", live.clone());
        registry.register("tokens", "Tokens relayed", tokens.clone());
        registry.register_with_unit(
            "upstream_first_token",
            "From a question to its answer's first token, other attempts included",
            Unit::Seconds,
            first_token.clone(),
        );
        registry.register(
            "upstream_errors",
            "Answers that failed, by the code that readers are told",
            upstream_errors.clone(),
        );
        registry.register("clients", "Clients connected to /api/sse", clients.clone());
        registry.register(
            "acknowledged_messages",
            "Messages that clients of /api/sse have acknowledged",
            acknowledged.clone(),
        );
        metrics
    }
}

impl Metrics {
    /// A session has begun.
    pub fn began(&self) {
        self.live.inc();
    }

    /// A session goes on in another process.
    pub fn left(&self) {
        self.live.dec();
    }

    /// A session has ended.
    pub fn ended(&self, state: State) {
        self.live.dec();
        self.sessions.get_or_create(&[("outcome", state.name())]).inc();
    }

    /// A session has ended because of this.
    pub fn failed(&self, error: &UpstreamError) {
        self.upstream_errors.get_or_create(&[("code", error.code())]).inc();
    }

    /// A token was relayed.
    pub fn token(&self) {
        self.tokens.inc();
    }

    /// The first token of an answer has come, so long after the question.
    pub fn first_token(&self, after: Duration) {
        self.first_token.observe(after.as_secs_f64());
    }

    /// A client of `/api/sse` has connected.
    pub fn connected(&self) {
        self.clients.inc();
    }

    /// A client of `/api/sse` has gone.
    pub fn disconnected(&self) {
        self.clients.dec();
    }

    /// A client of `/api/sse` has acknowledged a message.
    pub fn acknowledged(&self) {
        self.acknowledged.inc();
    }

    /// All figures in OpenMetrics' text format, which Prometheus reads.
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a String takes all that is written");
        text
    }
}
