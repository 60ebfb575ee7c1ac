//! Plays one response of a script.

use std::fmt::Write;

use super::Script;
use super::format::{Framing, HeadersDelay, Pump, Response, Step};
use h2::Reason;

use crate::http::{self, Body, Connection, CutBy, Head, Request, Stop};

/// Bytes to which repeated texts and pumped events are gathered before they are sent.
const PIECE: usize = 16 * 1024;

/// Bytes of the body that a truncated length promises and the steps do not send.
const MISSING: u64 = 64;

pub async fn response(
    script: &Script,
    response: &Response,
    connection: &mut Connection,
    request: &Request,
) -> Result<(), Stop> {
    let mut body = match response.headers_delay {
        HeadersDelay::Ms(ms) => {
            connection.pause(ms).await?;
            let Response { encoding, cut, .. } = *response;
            let head = head(response, request);
            Body::start(connection, request, head, framing(response), encoding, cut).await?
        }
        HeadersDelay::Never(_) => Body::bare(connection),
    };
    let played = match steps(script, response, &mut body, connection).await {
        Ok(true) => body.finish(connection).await,
        Ok(false) => Err(connection.hold().await),
        Err(stop) => Err(stop),
    };
    match (played, response.cut.map(|cut| cut.by)) {
        (Err(Stop::Cut), Some(CutBy::End)) => body.terminate(connection).await,
        (Err(Stop::Cut), Some(CutBy::Close)) => Err(Stop::Close),
        (Err(Stop::Cut), _) => Err(Stop::Reset(Reason::INTERNAL_ERROR)),
        (played, _) => played,
    }
}

/// Plays them until they are over. Returns whether the body ends then; otherwise the connection is
/// held.
async fn steps(
    script: &Script,
    response: &Response,
    body: &mut Body,
    connection: &mut Connection,
) -> Result<bool, Stop> {
    for step in &response.steps {
        match step {
            Step::Send { send } => body.send(connection, send.as_bytes()).await?,
            Step::SendBytes { send_bytes } => body.send(connection, send_bytes).await?,
            Step::Drip { drip, every_ms } => {
                for byte in drip.as_bytes().chunks(1) {
                    body.send(connection, byte).await?;
                    connection.pause(*every_ms).await?;
                }
            }
            Step::Delay { delay } => connection.pause(*delay).await?,
            Step::Stall { .. } => return Err(connection.hold().await),
            Step::Reset { reset } => return Err(Stop::Reset(reset.or(Reason::INTERNAL_ERROR))),
            Step::GoAway { goaway } => {
                let code = goaway.or(Reason::NO_ERROR);
                if connection.go_away(code) && code != Reason::NO_ERROR {
                    return Err(Stop::GoneAway);
                }
            }
            Step::Close { .. } => return Err(Stop::Close),
            Step::End { .. } => return Ok(true),
            Step::WaitFor { wait_for } => {
                let signal = script.signal(wait_for);
                if let Ok(permit) = connection.wait(signal.acquire()).await? {
                    permit.forget();
                }
            }
            Step::Repeat { repeat, send } => {
                send_repeatedly(body, connection, send, *repeat).await?;
            }
            Step::Pump { pump } => send_events(body, connection, pump).await?,
        }
    }
    Ok(matches!(response.headers_delay, HeadersDelay::Ms(_)))
}

fn head(response: &Response, request: &Request) -> Head {
    let mut head = Head::new(response.status);
    if !response.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
        head = head.with("content-type", "text/event-stream");
    }
    if !response.headers.keys().any(|name| name.eq_ignore_ascii_case("cache-control")) {
        head = head.with("cache-control", "no-store");
    }
    for (name, value) in &response.headers {
        if let Some(value) = value {
            head = head.with(name, value);
        }
    }
    if response.cors { head.allow_origin(request) } else { head }
}

fn framing(response: &Response) -> http::Framing {
    let length = || response.content_length().unwrap_or_default();
    match response.framing {
        Framing::Chunked => http::Framing::Chunked,
        Framing::Length => http::Framing::Length(length()),
        Framing::TruncatedLength => http::Framing::Length(length().saturating_add(MISSING)),
        Framing::Close => http::Framing::Close,
    }
}

async fn send_repeatedly(
    body: &mut Body,
    connection: &mut Connection,
    text: &str,
    times: u64,
) -> Result<(), Stop> {
    if text.is_empty() {
        return Ok(());
    }
    let at_once = (PIECE / text.len()).max(1);
    let piece = text.repeat(at_once.min(times.try_into().unwrap_or(usize::MAX)));
    let mut left = times;
    while left >= at_once as u64 {
        body.send(connection, piece.as_bytes()).await?;
        left -= at_once as u64;
    }
    body.send(connection, &piece.as_bytes()[..left as usize * text.len()]).await
}

async fn send_events(
    body: &mut Body,
    connection: &mut Connection,
    pump: &Pump,
) -> Result<(), Stop> {
    let width = pump.data_bytes;
    let mut piece = String::new();
    for k in 1..=pump.events {
        // Writing to memory can't fail.
        let _ = write!(piece, "id: {k}\ndata: {k:0width$}\n\n");
        if piece.len() >= PIECE {
            body.send(connection, piece.as_bytes()).await?;
            piece.clear();
        }
    }
    body.send(connection, piece.as_bytes()).await
}
