//! The format of scenarios, for players in Rust. README.md explains it. What is only compared stays JSON.
#![allow(dead_code, reason = "no player needs all of it")]

use serde::{Deserialize, Serialize};
use serde_json::Value;
// The crate that the native player is in has no prelude of `std`.
use std::{collections::BTreeMap, string::String, vec::Vec};

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub title: String,
    /// Why players leave it out.
    #[serde(default)]
    pub skip: BTreeMap<String, String>,
    #[serde(default)]
    pub options: Options,
    /// The attempts, or "unreachable".
    pub server: Value,
    #[serde(default)]
    pub endpoint: Endpoint,
    #[serde(default)]
    pub consumer: Vec<Move>,
    pub expect: Expectation,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Endpoint {
    Answer(Answer),
    Address(Address),
}

impl Default for Endpoint {
    fn default() -> Self {
        Self::Answer(Answer { status: 200, delay_ms: 0 })
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    #[serde(default = "ok")]
    pub status: u16,
    #[serde(default)]
    pub delay_ms: u32,
}

fn ok() -> u16 {
    200
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Address {
    Unreachable,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Move {
    Take(u32),
    TakeAll(bool),
    Signal(String),
    Until(Condition),
    StandUntil(Condition),
    Check(Value),
    Cancel(Value),
    CancelSoon(bool),
    Close(bool),
    Leave(bool),
    Abort(String),
    Page(String),
    /// Takes the events that come within so many milliseconds, or `most` of them.
    Read {
        within: f64,
        most: usize,
    },
    /// Asks for nothing for so many milliseconds.
    Stand(f64),
    /// Nothing runs in the page for so many milliseconds.
    Freeze(f64),
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    Requests(usize),
    Over(usize),
    State(String),
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expectation {
    pub events: Vec<Value>,
    pub outcome: String,
    pub error: Option<Value>,
    pub notified: Option<bool>,
    pub last_event_id: Option<String>,
    pub requests: Option<Vec<Value>>,
    #[serde(default)]
    pub notifications: Vec<Value>,
    pub dropped: Option<u32>,
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    pub method: Option<String>,
    pub headers: BTreeMap<String, String>,
    pub body: Option<Value>,
    pub done: Option<String>,
    pub done_when: Option<DoneWhen>,
    pub retry: Option<Retry>,
    pub connect_timeout: Option<u64>,
    pub idle_timeout: Option<u64>,
    pub max_event_size: Option<usize>,
    pub last_event_id: Option<String>,
    pub format: Option<BodyFormat>,
    pub when_hidden: Option<String>,
    /// The job, known from the start.
    pub job: Option<String>,
    /// What the data of the event begins with that names the job.
    pub job_in: Option<String>,
    /// What stands before the cursor in the data of events.
    pub cursor_in: Option<String>,
    pub resume: Option<Resume>,
    pub cancel: Option<Cancel>,
    pub native: Native,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DoneWhen {
    pub r#type: Option<String>,
    pub data: Option<String>,
    pub last_event_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Retry {
    Switch(bool),
    Policy(BTreeMap<String, f64>),
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyFormat {
    Sse,
    Ndjson,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Cancel {
    pub method: Option<String>,
    pub headers: BTreeMap<String, String>,
    pub body: Option<Value>,
    pub timeout: Option<u64>,
    pub on: Vec<String>,
    /// Whether a function makes the request, of the position.
    pub position: bool,
}

/// The resuming request.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Resume {
    pub method: Option<String>,
    pub replays: bool,
}

/// What only the native player can play.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Native {
    /// Of the randomness of delays.
    pub seed: u32,
    /// The body is a stream: the request can't be repeated.
    pub once: bool,
    /// The first pull opens the stream, as in Rust.
    pub opened_by_pull: bool,
    /// The most bytes that a driver hands over at once; 0 is no limit.
    pub piece: usize,
    /// Milliseconds by which timers are late.
    pub late: f64,
    /// What the page's functions do, call by call; in the end they do nothing. `prepare` stands for `headers` and `body`,
    /// `on_events` for those that see events.
    pub prepare: Vec<Reply>,
    pub on_open: Vec<Reply>,
    pub on_retry: Vec<Reply>,
    pub on_events: Vec<Reply>,
    /// `None`: the page does not decide about retries.
    pub should_retry: Option<Vec<Decision>>,
    /// `None`: the page does not decide what the end of a response means. `false` is a failure to recover from.
    pub body_ended: Option<Vec<bool>>,
    /// The driver hands on the bytes, cut where blocks end.
    pub hands_on_bytes: bool,
}

/// What a function of the page does.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reply {
    /// The milliseconds that its promise takes.
    pub takes: f64,
    pub throws: bool,
    /// How it ends the stream.
    pub stops: Option<Stop>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Stop {
    Cancel,
    Close,
    Leave,
    Abort,
    /// As a facade does that has found an error, or the end.
    Fail,
    Finish,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    Yes,
    No,
    After(f64),
    Throws,
}
