//! `/open/{key}`: a stream that sends one event and then stays open, and who still listens.

use std::sync::atomic::Ordering::Relaxed;

use crate::app::{App, Counters};
use crate::http::{Body, Connection, Request, Stop};

pub async fn stream(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    key: &str,
) -> Result<(), Stop> {
    let counters = app.open.get_or_insert_with(key, Counters::default);
    counters.requests.fetch_add(1, Relaxed);
    let open = async {
        let mut body = Body::events(connection, request, None).await?;
        body.send(connection, b"id: 1\ndata: open\n\n").await?;
        Err(connection.hold().await)
    };
    counters.count(open).await
}

pub async fn counters(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    key: &str,
) -> Result<(), Stop> {
    let counters = app.open.get_or_insert_with(key, Counters::default);
    connection.respond_json(request, &counters.to_json()).await
}
