//! The format of tests/scenarios, as its README describes it.

use super::server::{Act, Attempt};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, format, string::String, vec, vec::Vec};

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub(super) title: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) skip: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) options: Options,
    pub(super) server: Script,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) endpoint: EndpointScript,
    #[serde(default)]
    pub(super) consumer: Vec<Move>,
    pub(super) expect: Expectation,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Options {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) method: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) headers: Option<Value>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) body: Option<Value>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) done: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) done_when: Option<EventPattern>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) retry: Option<Retry>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) connect_timeout: Option<f64>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) idle_timeout: Option<f64>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) max_event_size: Option<usize>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) last_event_id: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) format: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) when_hidden: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) cancel: Option<CancelOptions>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) native: Native,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EventPattern {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub(super) event_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_event_id: Option<String>,
}

impl EventPattern {
    pub(super) fn matches(&self, event: &super::Event) -> bool {
        let is = |wanted: &Option<String>, value: &String| {
            wanted.as_ref().is_none_or(|wanted| wanted == value)
        };
        is(&self.event_type, &event.event_type)
            && is(&self.data, &event.data)
            && is(&self.last_event_id, &event.last_event_id)
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Retry {
    Whether(bool),
    Policy(Policy),
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Policy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) initial_delay: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_delay: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) jitter: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_delay: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CancelOptions {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) method: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) headers: Option<Value>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) body: Option<Value>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) timeout: Option<f64>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) on: Vec<String>,
}

/// What only the native player can play.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Native {
    /// Of the machine's randomness.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) seed: u32,
    /// The body is a stream: the request can't be repeated.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) once: bool,
    /// The first pull opens the stream, as in Rust.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) opened_by_pull: bool,
    /// The most bytes that a driver hands over at once; 0 is no limit.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) piece: usize,
    /// Milliseconds by which timers are late.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) late: f64,
    /// What the page's functions do, call by call; in the end they do nothing.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) prepare: Vec<Reply>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) on_open: Vec<Reply>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) on_retry: Vec<Reply>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) on_events: Vec<Reply>,
    /// Absent: the page does not decide about retries.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) should_retry: Option<Vec<Decision>>,
    /// Absent: the page does not decide what the end of a response means.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) body_ended: Option<Vec<bool>>,
}

/// What a function of the page does.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Reply {
    /// The milliseconds that its promise takes.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) takes: f64,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) throws: bool,
    /// It ends the stream.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) stops: Option<Stop>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Stop {
    Cancel,
    Close,
    Leave,
    Abort,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Decision {
    Yes,
    No,
    After(f64),
    Throws,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Script {
    Attempts(Vec<Response>),
    /// `"unreachable"`.
    Text(String),
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Response {
    #[serde(default = "ok", skip_serializing_if = "is_ok")]
    status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, Option<String>>,
    #[serde(default)]
    steps: Vec<ServerStep>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    framing: Option<String>,
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "what is compressed on the way arrives all the same")]
    gzip: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    headers_delay: Option<HeadersDelay>,
}

fn ok() -> u16 {
    200
}

fn is_ok(status: &u16) -> bool {
    *status == 200
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
enum HeadersDelay {
    After(f64),
    /// `"never"`.
    Text(String),
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase", deny_unknown_fields)]
enum ServerStep {
    Repeat { repeat: usize, send: String },
    Send { send: String },
    SendBytes { send_bytes: String },
    Drip { drip: String, every_ms: Option<f64> },
    Pump { pump: Pump },
    Delay { delay: f64 },
    WaitFor { wait_for: String },
    Stall { stall: bool },
    End { end: bool },
    Close { close: bool },
    Reset { reset: bool },
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pump {
    events: usize,
    #[serde(default)]
    data_bytes: usize,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase", deny_unknown_fields)]
pub(super) enum EndpointScript {
    Answers {
        #[serde(default = "ok")]
        status: u16,
        #[serde(default)]
        delay_ms: f64,
    },
    /// `"unreachable"`.
    Text(String),
}

impl Default for EndpointScript {
    fn default() -> Self {
        Self::Answers { status: 200, delay_ms: 0.0 }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(super) enum Move {
    Take(usize),
    TakeAll(bool),
    Signal(String),
    Until(Condition),
    StandUntil(Condition),
    Check { state: Option<String>, last_event_id: Option<String> },
    Cancel(Report),
    Close(bool),
    Leave(bool),
    Abort(String),
    Page(Page),
    /// Takes the events that come within so many milliseconds, or `most` of them.
    Read { within: f64, most: usize },
    /// Asks for nothing for so many milliseconds.
    Stand(f64),
    /// Nothing runs in the page for so many milliseconds.
    Freeze(f64),
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Page {
    Hide,
    Show,
    Online,
    Pageshow,
    Pagehide,
    /// It is left for good.
    Gone,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Condition {
    Requests(usize),
    Over(usize),
    State(String),
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Report {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) aborted: Option<bool>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) notified: Option<bool>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) error: Option<ExpectedError>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ExpectedError {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) code: Option<String>,
    #[serde(skip_serializing_if = "is_default", deserialize_with = "even_null")]
    pub(super) status: Option<Value>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) attempt: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) retryable: Option<bool>,
    /// The drivers': not looked at here.
    #[serde(skip_serializing)]
    message: Option<String>,
    #[serde(skip_serializing)]
    body: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) cause: Option<std::boxed::Box<ExpectedError>>,
}

/// `null` is a value, too.
fn even_null<'a, D: serde::Deserializer<'a>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Expectation {
    pub(super) events: Vec<ExpectedEvent>,
    pub(super) outcome: String,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) reason: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) error: Option<ExpectedError>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) notified: Option<bool>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) dropped: usize,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) last_event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) requests: Option<Vec<ExpectedRequest>>,
    pub(super) notifications: Vec<ExpectedRequest>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum ExpectedEvent {
    Data(String),
    Pattern(EventPattern),
}

impl ExpectedEvent {
    pub(super) fn matches(&self, event: &super::Event) -> bool {
        match self {
            Self::Data(data) => *data == event.data,
            Self::Pattern(pattern) => pattern.matches(event),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ExpectedRequest {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) method: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, Option<String>>,
    /// The drivers': not looked at here.
    #[serde(skip_serializing)]
    body: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) outcome: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) waited_ms: Option<f64>,
}

impl Script {
    pub(super) fn attempts(&self) -> Vec<Attempt> {
        match self {
            Self::Attempts(responses) => responses.iter().map(Response::attempt).collect(),
            Self::Text(_) => [Attempt::unreachable()].into(),
        }
    }

    pub(super) fn of<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> Self {
        Self::Attempts(attempts.map(Response::of).collect())
    }
}

impl Response {
    fn attempt(&self) -> Attempt {
        let mut acts: Vec<Act> = self.steps.iter().flat_map(ServerStep::acts).collect();
        match self.framing.as_deref() {
            Some("truncated-length") => acts.push(Act::Close),
            Some("length" | "close" | "chunked") | None => {}
            Some(framing) => panic!("there is no framing {framing}"),
        }
        let header = |name, default: &str| match self.headers.get(name) {
            Some(value) => value.clone().unwrap_or_default(),
            None => default.into(),
        };
        Attempt {
            status: self.status,
            content_type: header("content-type", "text/event-stream"),
            retry_after: header("retry-after", ""),
            head_delay: match &self.headers_delay {
                None => 0.0,
                Some(HeadersDelay::After(delay)) => *delay,
                Some(HeadersDelay::Text(_)) => f64::INFINITY,
            },
            acts,
        }
    }

    fn of(attempt: &Attempt) -> Self {
        let Attempt { status, content_type, retry_after, head_delay, acts } = attempt;
        let mut headers = BTreeMap::new();
        if content_type != "text/event-stream" {
            headers.insert("content-type".into(), Some(content_type.clone()));
        }
        if !retry_after.is_empty() {
            headers.insert("retry-after".into(), Some(retry_after.clone()));
        }
        Self {
            status: *status,
            headers,
            steps: acts.iter().map(ServerStep::of).collect(),
            framing: None,
            gzip: false,
            headers_delay: match *head_delay {
                0.0 => None,
                f64::INFINITY => Some(HeadersDelay::Text("never".into())),
                delay => Some(HeadersDelay::After(delay)),
            },
        }
    }
}

impl ServerStep {
    fn acts(&self) -> Vec<Act> {
        let act = match self {
            Self::Send { send } => Act::Send(send.clone().into_bytes()),
            Self::Repeat { repeat, send } => {
                // 16 KiB per chunk, or one text.
                let texts = (16 * 1024 / send.len()).max(1);
                let chunks = (0..*repeat).step_by(texts);
                let chunk =
                    |from| Act::Send(send.repeat(texts.min(*repeat - from)).into_bytes());
                return chunks.map(chunk).collect();
            }
            Self::SendBytes { send_bytes } => {
                Act::Send(BASE64_STANDARD.decode(send_bytes).expect("base64"))
            }
            Self::Drip { drip, every_ms } => {
                let delay = Act::Delay(every_ms.unwrap_or(0.0));
                return drip.bytes().flat_map(|byte| [Act::Send(vec![byte]), delay.clone()]).collect();
            }
            Self::Pump { pump: Pump { events, data_bytes } } => {
                let event = |number| format!("id: {number}\ndata: {number:0>data_bytes$}\n\n");
                return (1..=*events).map(|number| Act::Send(event(number).into())).collect();
            }
            Self::Delay { delay } => Act::Delay(*delay),
            Self::WaitFor { wait_for } => Act::WaitFor(wait_for.clone()),
            Self::Stall { .. } => Act::Stall,
            Self::End { .. } => Act::End,
            Self::Close { .. } => Act::Close,
            Self::Reset { .. } => Act::Reset,
        };
        vec![act]
    }

    fn of(act: &Act) -> Self {
        match act {
            Act::Send(bytes) => match String::from_utf8(bytes.clone()) {
                Ok(send) => Self::Send { send },
                Err(_) => Self::SendBytes { send_bytes: BASE64_STANDARD.encode(bytes) },
            },
            Act::Delay(delay) => Self::Delay { delay: *delay },
            Act::WaitFor(name) => Self::WaitFor { wait_for: name.clone() },
            Act::Stall => Self::Stall { stall: true },
            Act::End => Self::End { end: true },
            Act::Close => Self::Close { close: true },
            Act::Reset => Self::Reset { reset: true },
        }
    }
}
