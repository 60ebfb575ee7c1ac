//! The format of scenarios. What is only compared stays JSON.

use serde::Deserialize;
use serde_json::Value;
use sluicegate::{Builder, CancelRequest, Error, EventStream, RetryPolicy, sse::Format};
use std::{collections::BTreeMap, time::Duration};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub title: String,
    #[serde(default)]
    pub skip: Skip,
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

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    pub rust: Option<String>,
    #[serde(rename = "npm")]
    _npm: Option<String>,
    #[serde(rename = "native")]
    _native: Option<String>,
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
    /// The Rust API does not say it.
    #[serde(rename = "dropped")]
    _dropped: Option<u32>,
    /// Of an outside signal.
    #[serde(rename = "reason")]
    _reason: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    method: Option<String>,
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    done: Option<String>,
    done_when: Option<DoneWhen>,
    retry: Option<Retry>,
    connect_timeout: Option<u64>,
    idle_timeout: Option<u64>,
    max_event_size: Option<usize>,
    last_event_id: Option<String>,
    format: Option<BodyFormat>,
    when_hidden: Option<String>,
    cancel: Option<Cancel>,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DoneWhen {
    r#type: Option<String>,
    data: Option<String>,
    last_event_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Retry {
    Switch(bool),
    Policy(Policy),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Policy {
    max_attempts: Option<u32>,
    initial_delay: Option<f64>,
    max_delay: Option<f64>,
    factor: Option<f64>,
    jitter: Option<f64>,
    min_delay: Option<f64>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum BodyFormat {
    Sse,
    Ndjson,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Cancel {
    method: Option<String>,
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    timeout: Option<u64>,
    on: Vec<String>,
}

impl Options {
    /// A stream with these options, not opened yet.
    pub fn builder(&self, url: &str, endpoint: &str) -> Result<Builder, String> {
        if self.when_hidden.is_some() {
            return Err("the Rust API has no `whenHidden`: skip this scenario".into());
        }
        let mut builder = EventStream::builder(url);
        if let Some(method) = &self.method {
            builder = builder.method(method);
        }
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        builder = match &self.body {
            Some(Value::String(text)) => builder.body(text.as_str()),
            Some(json) => builder.json(json).map_err(refused)?,
            None => builder,
        };
        if let Some(marker) = &self.done {
            builder = builder.done(marker);
        }
        if let Some(DoneWhen { r#type, data, last_event_id }) = self.done_when.clone() {
            builder = builder.done_when(move |event| {
                r#type.as_ref().is_none_or(|r#type| r#type == event.event_type)
                    && data.as_ref().is_none_or(|data| data == event.data)
                    && last_event_id.as_ref().is_none_or(|id| id == event.last_event_id)
            });
        }
        builder = match &self.retry {
            Some(Retry::Switch(false)) => builder.no_retry(),
            Some(Retry::Switch(true)) => builder.retry(RetryPolicy::default()),
            Some(Retry::Policy(policy)) => builder.retry(policy.read()),
            None => builder,
        };
        if let Some(timeout) = self.connect_timeout {
            builder = builder.connect_timeout(Duration::from_millis(timeout));
        }
        if let Some(timeout) = self.idle_timeout {
            builder = builder.idle_timeout(Duration::from_millis(timeout));
        }
        if let Some(bytes) = self.max_event_size {
            builder = builder.max_event_size(bytes);
        }
        if let Some(id) = &self.last_event_id {
            builder = builder.last_event_id(id);
        }
        builder = match self.format {
            Some(BodyFormat::Sse) => builder.format(Format::Sse),
            Some(BodyFormat::Ndjson) => builder.format(Format::Ndjson),
            None => builder,
        };
        match &self.cancel {
            Some(cancel) => Ok(builder.cancel(cancel.request(endpoint)?)),
            None => Ok(builder),
        }
    }
}

impl Policy {
    fn read(&self) -> RetryPolicy {
        let default = RetryPolicy::default();
        RetryPolicy {
            max_attempts: self.max_attempts.unwrap_or(default.max_attempts),
            initial_delay: self.initial_delay.unwrap_or(default.initial_delay),
            max_delay: self.max_delay.unwrap_or(default.max_delay),
            factor: self.factor.unwrap_or(default.factor),
            jitter: self.jitter.unwrap_or(default.jitter),
            min_delay: self.min_delay.unwrap_or(default.min_delay),
        }
    }
}

impl Cancel {
    fn request(&self, endpoint: &str) -> Result<CancelRequest, String> {
        if !self.on.is_empty() {
            return Err("the Rust API's CancelRequest has no `on`: skip this scenario".into());
        }
        let mut request = CancelRequest::to(endpoint);
        if let Some(method) = &self.method {
            request = request.method(method);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request = match &self.body {
            Some(Value::String(text)) => request.body(text.as_str()),
            Some(json) => request.json(json).map_err(refused)?,
            None => request,
        };
        Ok(match self.timeout {
            Some(timeout) => request.timeout(Duration::from_millis(timeout)),
            None => request,
        })
    }
}

fn refused(error: Error) -> String {
    format!("the options are refused: {error}")
}
