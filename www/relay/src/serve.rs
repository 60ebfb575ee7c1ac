//! Serving a router until told to stop.

use std::io;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::serve::Listener as _;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::Layer as _;

use crate::connection::Connections;

/// How long open connections get to end once the shutdown has begun.
const DRAIN: Duration = Duration::from_secs(5);

/// How long a request's head may take to arrive, and how long a connection may have no request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Serves `router` on `listener` until `shutdown` is cancelled; then takes no new connection, and
/// returns when the open ones have ended, after 5 seconds at the latest.
///
/// # Errors
/// None: a connection that fails is closed, and accepting is tried again.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let mut connections = Connections(listener);
    let open = GracefulShutdown::new();
    loop {
        let connection = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            (connection, _) = connections.accept() => connection,
        };
        let service = Extension(ConnectInfo(connection.cut())).layer(router.clone());
        let serving =
            http.serve_connection(TokioIo::new(connection), TowerToHyperService::new(service));
        let serving = open.watch(serving);
        tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::debug!(%error, "a connection failed");
            }
        });
    }
    drop(connections);
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(DRAIN) => {}
    }
    Ok(())
}
