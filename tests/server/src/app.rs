//! What all connections share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;

use crate::bench::Corpus;
use crate::http::Stop;
use crate::numbered::Session;
use crate::script::Script;
use crate::sink::Sink;
use crate::store::Store;

pub struct App {
    pub site: Option<PathBuf>,
    pub scripts: Store<Script>,
    pub script_count: AtomicU64,
    pub sessions: Store<Session>,
    pub sinks: Store<Sink>,
    pub open: Store<Counters>,
    pub corpus: Corpus,
    pub counters: Counters,
    pub tls: TlsAcceptor,
    started: Instant,
}

impl App {
    pub fn new(site: Option<PathBuf>, tls: TlsAcceptor) -> App {
        App {
            site,
            scripts: Store::new(),
            script_count: AtomicU64::new(0),
            sessions: Store::new(),
            sinks: Store::new(),
            open: Store::new(),
            corpus: Corpus::default(),
            counters: Counters::default(),
            tls,
            started: Instant::now(),
        }
    }

    /// Milliseconds since the server started, on the monotonic clock: the time of every log.
    pub fn milliseconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1000.0
    }
}

/// How many streams were asked for, are open, and were given up by the client.
#[derive(Default)]
pub struct Counters {
    pub requests: AtomicU64,
    open: AtomicU64,
    client_closed: AtomicU64,
}

impl Counters {
    pub fn to_json(&self) -> Value {
        json!({
            "requests": self.requests.load(Relaxed),
            "open": self.open.load(Relaxed),
            "clientClosed": self.client_closed.load(Relaxed),
        })
    }

    /// Counts one stream as open while `stream` runs.
    pub async fn count<T>(&self, stream: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
        self.open.fetch_add(1, Relaxed);
        let result = stream.await;
        self.open.fetch_sub(1, Relaxed);
        if matches!(result, Err(Stop::ClientGone)) {
            self.client_closed.fetch_add(1, Relaxed);
        }
        result
    }
}

/// Microseconds since 1970, now.
pub fn unix_micros() -> u64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    since.as_micros() as u64
}
