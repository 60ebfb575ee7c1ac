//! What a script's clients sent and how each response ended.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use crate::http::{Request, Stop};

/// Bytes of a request's body that the log keeps.
const MAX_BODY: usize = 64 * 1024;

pub struct Entry {
    protocol: &'static str,
    method: String,
    path: String,
    headers: Value,
    body: String,
    started_ms: f64,
    written: Arc<AtomicU64>,
    /// The outcome, and when.
    ended: OnceLock<(&'static str, f64)>,
}

impl Entry {
    pub fn new(request: &Request, written: Arc<AtomicU64>, started_ms: f64) -> Entry {
        let body = &request.body[..request.body.len().min(MAX_BODY)];
        Entry {
            protocol: request.protocol,
            method: request.method.clone(),
            path: request.target.clone(),
            headers: request.headers_json(),
            body: String::from_utf8_lossy(body).into_owned(),
            started_ms,
            written,
            ended: OnceLock::new(),
        }
    }

    pub fn end(&self, result: &Result<(), Stop>, now_ms: f64) {
        let outcome = match result {
            Ok(()) => "completed",
            Err(Stop::ClientGone) => "client-closed",
            Err(Stop::Reset(_)) => "reset",
            Err(Stop::Close | Stop::GoneAway | Stop::Cut | Stop::Refused(..)) => "closed",
        };
        // Set once: each response has one end.
        let _ = self.ended.set((outcome, now_ms));
    }

    pub fn to_json(&self) -> Value {
        let (outcome, closed_ms) = self.ended.get().map_or(("open", None), |(o, ms)| (o, Some(ms)));
        json!({
            "protocol": self.protocol,
            "method": self.method,
            "path": self.path,
            "headers": self.headers,
            "body": self.body,
            "startedMs": self.started_ms,
            "writtenBytes": self.written.load(Relaxed),
            "outcome": outcome,
            "closedMs": closed_ms,
        })
    }
}
