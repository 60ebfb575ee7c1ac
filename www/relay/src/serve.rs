//! Serving a router until told to stop.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener as _;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use tower::Layer as _;

use crate::connection::Connections;

/// How long open connections get to end once the shutdown has begun.
const DRAIN: Duration = Duration::from_secs(5);

/// How long a request's head may take to arrive, and how long a connection may have no request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How many connections are taken past the most, for a request that gets a short answer.
pub const SPARE_CONNECTIONS: usize = 16;

/// [`HEAD_TIMEOUT`] of those.
const SPARE_HEAD_TIMEOUT: Duration = Duration::from_secs(2);

/// How many connections are served, and for how long.
pub struct ServeOptions {
    /// How many connections may be open at a time, of which each may hold a request; 16 more get a
    /// short answer. 10,000 by default.
    pub max_connections: usize,
    /// How long a client may read nothing of what is there for it; then its connection is cut. 60
    /// seconds by default.
    pub write_timeout: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self { max_connections: 10_000, write_timeout: Duration::from_secs(60) }
    }
}

/// Whether a request came on a spare connection. Each request has it.
#[derive(Clone, Copy)]
pub struct Crowded(pub bool);

/// The connections past the most, the oldest first.
#[derive(Default)]
struct Spare(VecDeque<AbortHandle>);

impl Spare {
    /// Takes one more, and closes the oldest if there are too many: so the newest has a chance,
    /// however many are silent.
    fn admit(&mut self, connection: AbortHandle) {
        self.0.retain(|connection| !connection.is_finished());
        if self.0.len() == SPARE_CONNECTIONS {
            self.0.pop_front().inspect(AbortHandle::abort);
        }
        self.0.push_back(connection);
    }
}

/// Serves `router` on `listener` until `shutdown` is cancelled; then takes no new connection, and
/// returns when the open ones have ended, after 5 seconds at the latest.
///
/// # Errors
/// None: a connection that fails is closed, and accepting is tried again.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServeOptions,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let mut http_of_spare = http.clone();
    http_of_spare.header_read_timeout(SPARE_HEAD_TIMEOUT).keep_alive(false);
    let slots = Arc::new(Semaphore::new(options.max_connections.min(Semaphore::MAX_PERMITS)));
    let mut spare = Spare::default();
    let mut connections = Connections { listener, write_timeout: options.write_timeout };
    let open = GracefulShutdown::new();
    loop {
        let connection = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            (connection, _) = connections.accept() => connection,
        };
        let slot = Arc::clone(&slots).try_acquire_owned().ok();
        let is_spare = slot.is_none();
        let service = Extension(connection.cut()).layer(router.clone());
        let service = Extension(Crowded(is_spare)).layer(service);
        let http = if is_spare { &http_of_spare } else { &http };
        let serving =
            http.serve_connection(TokioIo::new(connection), TowerToHyperService::new(service));
        let serving = open.watch(serving);
        let task = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::debug!(%error, "a connection failed");
            }
            drop(slot);
        });
        if is_spare {
            spare.admit(task.abort_handle());
        }
    }
    drop(connections);
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(DRAIN) => {}
    }
    Ok(())
}
