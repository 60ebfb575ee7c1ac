//! `/numbered/{key}`: numbered events, with faults that only the seed decides on.

mod plan;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::App;
use crate::http::{Body, Connection, Encoding, Head, Request, Stop, bad_request};
use crate::random::Random;
use crate::store::Log;
use plan::{Fault, Plan, event};

const MAX_EVENTS: u64 = 100_000;

/// How long a stall lasts when the client does not end it.
const STALL: Duration = Duration::from_secs(10);

/// The attempts of one client under one key.
pub struct Session {
    attempts: AtomicU64,
    /// The last event of which anything was sent.
    sent: AtomicU64,
    log: Log<Value>,
}

impl Session {
    fn new() -> Session {
        Session { attempts: AtomicU64::new(0), sent: AtomicU64::new(0), log: Log::new() }
    }
}

pub async fn stream(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    key: &str,
) -> Result<(), Stop> {
    let seed = request.number("seed", 1)?;
    let events = request.number("events", 200)?;
    if !(1..=MAX_EVENTS).contains(&events) {
        return Err(bad_request(format!("events is 1 to {MAX_EVENTS}")));
    }
    let faults = Fault::parse_list(request.query("fault").as_deref()).map_err(bad_request)?;
    let session = app.sessions.get_or_insert_with(key, Session::new);
    let received = last_event_id(request, session.sent.load(Relaxed))?;
    let attempt = session.attempts.fetch_add(1, Relaxed);
    let plan = Plan::new(seed, attempt, received + 1, events, &faults);
    session.log.push(json!({
        "attempt": attempt,
        "lastEventId": request.header("last-event-id"),
        "fault": plan.fault.map(Fault::name),
        "at": plan.fault.filter(|fault| fault.breaks_event()).map(|_| plan.last),
        "drip": plan.drip,
    }));
    if let Some(Fault::Status(status)) = plan.fault {
        let head =
            Head::open(request, status).with("content-type", "text/plain").with("retry-after", "0");
        return connection.respond(request, head, b"not now\n").await;
    }
    session.sent.fetch_max(plan.last, Relaxed);
    let encoding = encoding(request)?;
    play(&plan, Random::new(seed ^ attempt), connection, request, encoding).await
}

fn encoding(request: &Request) -> Result<Option<Encoding>, Stop> {
    let Some(name) = request.query("encoding") else { return Ok(None) };
    let known = [Encoding::Gzip, Encoding::Br, Encoding::Zstd];
    let found = known.into_iter().find(|encoding| encoding.name() == name);
    found.map(Some).ok_or_else(|| bad_request(format!("unknown encoding {name}")))
}

/// What the client says to have received: nothing, or an event that was indeed sent.
fn last_event_id(request: &Request, sent: u64) -> Result<u64, Stop> {
    let Some(id) = request.header("last-event-id") else { return Ok(0) };
    match id.parse() {
        Ok(id) if id <= sent => Ok(id),
        _ => Err(bad_request(format!("last-event-id {id} was never sent; the last was {sent}"))),
    }
}

async fn play(
    plan: &Plan,
    mut random: Random,
    connection: &mut Connection,
    request: &Request,
    encoding: Option<Encoding>,
) -> Result<(), Stop> {
    let mut body = Body::events(connection, request, encoding).await?;
    if plan.fault == Some(Fault::HeadersOnly) {
        return Err(Stop::Close);
    }
    let mut whole = String::from("retry: 1\n\n");
    let before_fault = if plan.fault.is_some() { plan.last } else { plan.last + 1 };
    for k in plan.first..before_fault {
        if plan.drip == Some(k) {
            send_in_pieces(&mut body, connection, &mut random, &whole).await?;
            whole.clear();
            for byte in event(k).as_bytes().chunks(1) {
                body.send(connection, byte).await?;
                connection.pause(1).await?;
            }
        } else {
            whole.push_str(&event(k));
        }
    }
    if plan.fault.is_none() {
        whole.push_str("event: done\ndata: [DONE]\n\n");
    }
    send_in_pieces(&mut body, connection, &mut random, &whole).await?;
    let Some(fault) = plan.fault else { return body.finish(connection).await };
    let broken = event(plan.last);
    let (begin, rest) = broken.as_bytes().split_at(plan.cut);
    if fault == Fault::Truncated {
        body.send_unfinished_chunk(connection, begin, rest.len()).await?;
        return Err(Stop::Close);
    }
    body.send(connection, begin).await?;
    match fault {
        Fault::End => body.finish(connection).await,
        Fault::Reset => {
            // A browser drops what it has not read when the reset comes; mostly, it shall have read.
            if random.below(4) > 0 {
                connection.pause(20).await?;
            }
            Err(Stop::Reset(h2::Reason::INTERNAL_ERROR))
        }
        Fault::Stall => {
            connection.wait(tokio::time::sleep(STALL)).await?;
            Err(Stop::Close)
        }
        _ => Err(Stop::Close),
    }
}

/// Cuts `text` into chunks anywhere, inside characters too.
async fn send_in_pieces(
    body: &mut Body,
    connection: &mut Connection,
    random: &mut Random,
    text: &str,
) -> Result<(), Stop> {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(1 + random.below(400)));
        body.send(connection, piece).await?;
        rest = after;
    }
    Ok(())
}

pub async fn log(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    key: &str,
) -> Result<(), Stop> {
    let attempts = app.sessions.get(key).map_or_else(Vec::new, |s| s.log.map(Value::clone));
    connection.respond_json(request, &json!({ "attempts": attempts })).await
}
