//! From a request to what answers it.

use std::sync::atomic::Ordering::Relaxed;

use crate::app::App;
use crate::http::{Connection, Head, Request, Stop};
use crate::{bench, echo, numbered, open, script, sink, site};

pub async fn answer(app: &App, connection: &mut Connection, request: &Request) -> Result<(), Stop> {
    app.counters.requests.fetch_add(1, Relaxed);
    match dispatch(app, connection, request).await {
        Err(Stop::Refused(status, message)) => {
            let head =
                Head::open(request, status).with("content-type", "text/plain; charset=utf-8");
            connection.respond(request, head, format!("{message}\n").as_bytes()).await
        }
        result => result,
    }
}

async fn dispatch(app: &App, connection: &mut Connection, request: &Request) -> Result<(), Stop> {
    let path = request.path().trim_start_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    let asks_leave = request.header("access-control-request-method").is_some();
    // A browser repeats a request by itself if a connection that served before breaks ahead of the
    // head. So that this does not blur the faults, only what is under test keeps its connections.
    connection.keep_alive &= request.method != "OPTIONS"
        && matches!(segments[0], "s" | "numbered" | "open" | "sink" | "bench");
    let streams = &app.counters;
    match (request.method.as_str(), segments.as_slice()) {
        // A script may refuse its preflights.
        ("OPTIONS", ["s", id, ..]) if asks_leave => {
            script::preflight(app, connection, request, id).await
        }
        ("OPTIONS", _) if asks_leave => {
            connection.respond(request, Head::preflight(request), &[]).await
        }
        ("POST", ["scripts"]) => script::register(app, connection, request).await,
        ("GET", ["scripts", id, "log"]) => script::log(app, connection, request, id).await,
        ("POST", ["scripts", id, "signal", name]) => {
            script::signal(app, connection, request, id, name).await
        }
        (_, ["s", id, ..]) => streams.count(script::play(app, connection, request, id)).await,
        ("GET", ["numbered", key, "log"]) => numbered::log(app, connection, request, key).await,
        (_, ["numbered", key]) => {
            streams.count(numbered::stream(app, connection, request, key)).await
        }
        ("GET", ["sink", key, "log"]) => sink::log(app, connection, request, key).await,
        (_, ["sink", key]) => sink::receive(app, connection, request, key).await,
        ("GET", ["counters"]) => connection.respond_json(request, &streams.to_json()).await,
        ("GET", ["open", key, "counters"]) => open::counters(app, connection, request, key).await,
        (_, ["open", key]) => streams.count(open::stream(app, connection, request, key)).await,
        ("GET", ["bench", "stream"]) => {
            streams.count(bench::stream(app, connection, request)).await
        }
        ("GET", ["bench", "start"]) => streams.count(bench::start(connection, request)).await,
        ("GET", ["bench", "latency"]) => streams.count(bench::latency(connection, request)).await,
        (_, ["bench", "chat"]) => streams.count(bench::chat(connection, request)).await,
        (_, ["echo"]) | ("POST", ["upload"]) => echo::echo(connection, request).await,
        ("GET" | "HEAD", ["site" | "csp" | "no-wasm" | "isolated", ..]) => {
            site::file(app, connection, request, path).await
        }
        (method, _) => Err(Stop::Refused(404, format!("no such route: {method} /{path}"))),
    }
}
