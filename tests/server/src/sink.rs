//! `/sink/{key}`: keeps what it is sent, such as cancel and ack notifications.

use serde_json::{Value, json};

use crate::app::{App, unix_micros};
use crate::http::{Connection, Head, Request, Stop, bad_request};
use crate::store::Log;

pub struct Sink(Log<Value>);

pub async fn receive(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    key: &str,
) -> Result<(), Stop> {
    let (received_ms, received_micros) = (app.milliseconds(), unix_micros());
    let status: u16 = request.number("status", 200)?;
    if !(200..=599).contains(&status) {
        return Err(bad_request(format!("not a final status: {status}")));
    }
    let delay = request.number("delayMs", 0)?;
    app.sinks.get_or_insert_with(key, || Sink(Log::new())).0.push(json!({
        "protocol": request.protocol,
        "method": request.method,
        "path": request.target,
        "headers": request.headers_json(),
        "body": request.body_text(),
        "receivedMs": received_ms,
        "receivedUnixMicros": received_micros,
    }));
    connection.pause(delay).await?;
    let head = Head::open(request, status).with("content-type", "text/plain");
    connection.respond(request, head, b"").await
}

pub async fn log(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    key: &str,
) -> Result<(), Stop> {
    let requests = app.sinks.get(key).map_or_else(Vec::new, |sink| sink.0.map(Value::clone));
    connection.respond_json(request, &json!({ "requests": requests })).await
}
