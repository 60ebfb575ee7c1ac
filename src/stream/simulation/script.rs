//! The scripts of the test server, as tests/server/README.md describes them.

use super::server::{Act, Attempt};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, format, string::String, vec, vec::Vec};

/// Returns the attempts of a scenario's server: an array of responses, or `"unreachable"`.
///
/// # Panics
/// If there is something that no server can do.
pub(super) fn attempts(server: &Value) -> Vec<Attempt> {
    if server.is_string() {
        return [Attempt::unreachable()].into();
    }
    let responses = Vec::<Response>::deserialize(server).expect("a list of responses");
    responses.iter().map(Response::attempt).collect()
}

/// Returns what [`attempts`] reads.
pub(super) fn server(attempts: &[Attempt]) -> Value {
    let responses: Vec<Response> = attempts.iter().map(Response::of).collect();
    serde_json::to_value(responses).expect("JSON")
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Response {
    #[serde(default = "ok")]
    status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, Option<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    steps: Vec<ServerStep>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    framing: Option<String>,
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "what is compressed on the way arrives all the same")]
    encoding: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    headers_delay: Option<HeadersDelay>,
}

fn ok() -> u16 {
    200
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
            encoding: None,
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
                let chunk = |from| Act::Send(send.repeat(texts.min(*repeat - from)).into_bytes());
                return chunks.map(chunk).collect();
            }
            Self::SendBytes { send_bytes } => {
                Act::Send(BASE64_STANDARD.decode(send_bytes).expect("base64"))
            }
            Self::Drip { drip, every_ms } => {
                let delay = Act::Delay(every_ms.unwrap_or(0.0));
                return drip
                    .bytes()
                    .flat_map(|byte| [Act::Send(vec![byte]), delay.clone()])
                    .collect();
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
