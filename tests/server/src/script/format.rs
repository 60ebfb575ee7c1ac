//! A script's JSON. `README.md` explains it to those who write scripts.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer};

use crate::http::{Cut, Encoding};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Description {
    pub attempts: Vec<Response>,
    #[serde(default)]
    pub after_last: AfterLast,
    /// Whether preflights are granted.
    #[serde(default = "yes")]
    pub preflight: bool,
}

#[derive(Deserialize, Default, PartialEq)]
pub enum AfterLast {
    #[default]
    #[serde(rename = "repeat")]
    Repeat,
    #[serde(rename = "404")]
    NotFound,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Response {
    #[serde(default = "ok")]
    pub status: u16,
    /// Null leaves out a header that there would be by default.
    #[serde(default)]
    pub headers: BTreeMap<String, Option<String>>,
    #[serde(default)]
    pub steps: Vec<Step>,
    #[serde(default)]
    pub framing: Framing,
    #[serde(default)]
    pub encoding: Option<Encoding>,
    #[serde(default)]
    pub cut: Option<Cut>,
    #[serde(default)]
    pub headers_delay: HeadersDelay,
    /// Whether pages of other origins may read the response.
    #[serde(default = "yes")]
    pub cors: bool,
}

#[derive(Deserialize, Clone, Copy, Default, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Framing {
    #[default]
    Chunked,
    Length,
    TruncatedLength,
    Close,
}

/// What precedes the head.
#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(untagged, expecting = "headersDelay is a number of milliseconds or \"never\"")]
pub enum HeadersDelay {
    Ms(u64),
    Never(Never),
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Never {
    Never,
}

impl Default for HeadersDelay {
    fn default() -> HeadersDelay {
        HeadersDelay::Ms(0)
    }
}

#[derive(Deserialize)]
#[serde(
    untagged,
    rename_all_fields = "camelCase",
    deny_unknown_fields,
    expecting = "a step is one of { send }, { sendBytes }, { drip, everyMs }, { delay }, \
                 { stall: true }, { reset: true or a code }, { goaway: true or a code }, \
                 { close: true }, { end: true }, { waitFor }, { repeat, send }, \
                 { pump: { events, dataBytes } }"
)]
pub enum Step {
    Send {
        send: String,
    },
    SendBytes {
        #[serde(deserialize_with = "from_base64")]
        send_bytes: Vec<u8>,
    },
    Drip {
        drip: String,
        #[serde(default)]
        every_ms: u64,
    },
    Delay {
        delay: u64,
    },
    Stall {
        #[serde(rename = "stall")]
        _stall: True,
    },
    Reset {
        reset: Code,
    },
    GoAway {
        goaway: Code,
    },
    Close {
        #[serde(rename = "close")]
        _close: True,
    },
    End {
        #[serde(rename = "end")]
        _end: True,
    },
    WaitFor {
        wait_for: String,
    },
    Repeat {
        repeat: u64,
        send: String,
    },
    Pump {
        pump: Pump,
    },
}

/// Events `id: k`, their data the number k with zeros before it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pump {
    pub events: u64,
    /// How long the data is.
    #[serde(default)]
    pub data_bytes: usize,
}

/// The only value that a step without an argument takes.
#[derive(Deserialize, Clone, Copy)]
#[serde(try_from = "bool")]
pub struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<True, &'static str> {
        if value { Ok(True) } else { Err("expected true") }
    }
}

/// A code of HTTP/2's, or true for the usual one.
#[derive(Deserialize, Clone, Copy)]
#[serde(untagged)]
pub enum Code {
    Usual(True),
    Number(u32),
}

impl Code {
    pub fn or(self, usual: h2::Reason) -> h2::Reason {
        match self {
            Code::Usual(_) => usual,
            Code::Number(code) => code.into(),
        }
    }
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    BASE64_STANDARD.decode(text).map_err(serde::de::Error::custom)
}

fn ok() -> u16 {
    200
}

fn yes() -> bool {
    true
}

/// The longest data of a pumped event.
const MAX_PUMPED: usize = 1024 * 1024;

impl Description {
    /// Finds what the JSON's types let through.
    pub fn check(&self) -> Result<(), String> {
        if self.attempts.is_empty() {
            return Err("a script needs at least one attempt".into());
        }
        for (index, response) in self.attempts.iter().enumerate() {
            response.check().map_err(|problem| format!("attempt {index}: {problem}"))?;
        }
        Ok(())
    }
}

impl Response {
    fn check(&self) -> Result<(), String> {
        if !(200..=999).contains(&self.status) {
            return Err(format!("{} is not a final status", self.status));
        }
        for (name, value) in &self.headers {
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                return Err(format!("{name:?} is not a header's name"));
            }
            if value.as_ref().is_some_and(|value| value.contains(['\r', '\n', '\0'])) {
                return Err(format!("header {name} has a line break or a NUL"));
            }
        }
        let is_untold = self.encoding.is_some() || self.content_length().is_none();
        if self.promises_length() && (is_untold || self.cut.is_some()) {
            return Err("a content-length can't be told for encoding, cut and pump".into());
        }
        for step in &self.steps {
            if let Step::Pump { pump } = step
                && pump.data_bytes > MAX_PUMPED
            {
                return Err(format!("dataBytes is at most {MAX_PUMPED}"));
            }
        }
        Ok(())
    }

    fn promises_length(&self) -> bool {
        matches!(self.framing, Framing::Length | Framing::TruncatedLength)
    }

    /// The bytes that all steps send; none with a `pump`, or where there are too many to count.
    pub fn content_length(&self) -> Option<u64> {
        let mut sum: u64 = 0;
        for step in &self.steps {
            let bytes = match step {
                Step::Send { send } => send.len() as u64,
                Step::SendBytes { send_bytes } => send_bytes.len() as u64,
                Step::Drip { drip, .. } => drip.len() as u64,
                Step::Repeat { repeat, send } => repeat.checked_mul(send.len() as u64)?,
                Step::Pump { .. } => return None,
                _ => 0,
            };
            sum = sum.checked_add(bytes)?;
        }
        Some(sum)
    }
}
