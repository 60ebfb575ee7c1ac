//! `/scripts` and `/s/{id}`: responses written down by a test, played one per attempt.

mod format;
mod log;
mod play;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::sync::Semaphore;

use crate::app::App;
use crate::http::{Connection, Head, Request, Stop, bad_request};
use crate::store::Log;
use format::{AfterLast, Description};
use log::Entry;

/// A registered script, how far it has been played, and what its clients did.
pub struct Script {
    description: Description,
    requests: AtomicUsize,
    preflights: AtomicU64,
    signals: Mutex<HashMap<String, Arc<Semaphore>>>,
    log: Log<Arc<Entry>>,
}

impl Script {
    fn new(description: Description) -> Script {
        Script {
            description,
            requests: AtomicUsize::new(0),
            preflights: AtomicU64::new(0),
            signals: Mutex::default(),
            log: Log::new(),
        }
    }

    /// Holds a permit for each signal of that name that no `waitFor` has used up.
    fn signal(&self, name: &str) -> Arc<Semaphore> {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        signals.entry(name.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(0))).clone()
    }
}

fn find(app: &App, id: &str) -> Result<Arc<Script>, Stop> {
    app.scripts.get(id).ok_or_else(|| Stop::Refused(404, format!("no such script: {id}")))
}

pub async fn register(
    app: &App,
    connection: &mut Connection,
    request: &Request,
) -> Result<(), Stop> {
    let description: Description = serde_json::from_slice(&request.body)
        .map_err(|error| bad_request(format!("not a script: {error}")))?;
    description.check().map_err(bad_request)?;
    let id = (app.script_count.fetch_add(1, Relaxed) + 1).to_string();
    app.scripts.get_or_insert_with(&id, || Script::new(description));
    connection.respond_json(request, &json!({ "id": id })).await
}

pub async fn preflight(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    id: &str,
) -> Result<(), Stop> {
    let script = find(app, id)?;
    script.preflights.fetch_add(1, Relaxed);
    let head = if script.description.preflight { Head::preflight(request) } else { Head::new(403) };
    connection.respond(request, head, &[]).await
}

pub async fn play(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    id: &str,
) -> Result<(), Stop> {
    let script = find(app, id)?;
    let attempt = script.requests.fetch_add(1, Relaxed);
    let entry = Arc::new(Entry::new(request, connection.written(), app.milliseconds()));
    script.log.push(entry.clone());
    let attempts = &script.description.attempts;
    let last = attempts.len() - 1;
    let result = if attempt > last && script.description.after_last == AfterLast::NotFound {
        let head = Head::open(request, 404).with("content-type", "text/plain");
        connection.respond(request, head, b"the script is over\n").await
    } else {
        play::response(&script, &attempts[attempt.min(last)], connection, request).await
    };
    entry.end(&result, app.milliseconds());
    result
}

pub async fn log(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    id: &str,
) -> Result<(), Stop> {
    let script = find(app, id)?;
    let log = json!({
        "requests": script.log.map(|entry| entry.to_json()),
        "preflights": script.preflights.load(Relaxed),
    });
    connection.respond_json(request, &log).await
}

pub async fn signal(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    id: &str,
    name: &str,
) -> Result<(), Stop> {
    find(app, id)?.signal(name).add_permits(1);
    connection.respond(request, Head::open(request, 204), &[]).await
}
