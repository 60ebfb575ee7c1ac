//! The format of scenarios, for players in Rust. README.md explains it. What is only compared stays JSON.
#![allow(dead_code, reason = "no player needs all of it")]

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
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

#[derive(Deserialize)]
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

#[derive(Deserialize)]
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

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub enum Address {
    Unreachable,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub enum Move {
    Take(u32),
    TakeAll(bool),
    Signal(String),
    Until(Condition),
    StandUntil(Condition),
    Check(Value),
    Cancel(Value),
    Close(bool),
    Leave(bool),
    Abort(String),
    Page(String),
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    Requests(usize),
    Over(usize),
    State(String),
}

#[derive(Deserialize)]
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

#[derive(Deserialize, Default)]
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
    pub cancel: Option<Cancel>,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DoneWhen {
    pub r#type: Option<String>,
    pub data: Option<String>,
    pub last_event_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum Retry {
    Switch(bool),
    Policy(BTreeMap<String, f64>),
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub enum BodyFormat {
    Sse,
    Ndjson,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Cancel {
    pub method: Option<String>,
    pub headers: BTreeMap<String, String>,
    pub body: Option<Value>,
    pub timeout: Option<u64>,
    pub on: Vec<String>,
}
