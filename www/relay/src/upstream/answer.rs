//! An answer that is being written.

use std::collections::VecDeque;
use std::mem;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use reqwest::Response;
use serde_json::Value;
use sluicegate::llm::{AnswerReader, Delta, TextError};
use sluicegate::sse::{Decoder, Format};
use tokio::time::timeout;

use super::backoff::Backoff;
use super::{Theirs, Upstream, UpstreamError, Vendor};
use crate::chat::Chat;

/// The most bytes that one event of the model's may take.
const MAX_EVENT_SIZE: usize = 1 << 20;

/// The longest reason to stop that is passed on, in bytes.
const LONGEST_REASON: usize = 40;

/// How long the rest of a body may take that follows the end marker. Only a connection whose body was
/// read to its end can be used again.
const REST: Duration = Duration::from_secs(1);

/// An answer, however many requests it took.
pub struct Answer<'a> {
    upstream: &'a Upstream,
    chat: &'a Chat,
    exchange: Option<Exchange>,
    /// Until the first token.
    backoff: Option<Backoff>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(
        upstream: &'a Upstream,
        chat: &'a Chat,
        exchange: Exchange,
        backoff: Backoff,
    ) -> Self {
        Self { upstream, chat, exchange: Some(exchange), backoff: Some(backoff) }
    }

    /// Waits for the next piece; `None` behind the last one, after which this is not to be called
    /// again.
    ///
    /// # Errors
    /// [`UpstreamError`], also if the body ends before the answer does.
    pub async fn next(&mut self) -> Result<Option<Delta>, UpstreamError> {
        loop {
            let exchange = self.exchange.as_mut().expect("nothing is asked after the end");
            match (exchange.next().await, &mut self.backoff) {
                (Err(error), Some(backoff)) => {
                    self.upstream.wait(error, backoff).await?;
                    self.exchange = Some(self.upstream.begin(self.chat, backoff).await?);
                }
                (Ok(None), _) => {
                    let exchange = self.exchange.take().expect("it was there");
                    tokio::spawn(timeout(REST, exchange.read_rest()));
                    return Ok(None);
                }
                (result, _) => {
                    self.backoff = None;
                    return result.map_err(|error| self.upstream.told(error));
                }
            }
        }
    }
}

/// One request's answer.
pub struct Exchange {
    /// Without the response's head, which would keep the whole buffer that it was read into.
    body: BoxStream<'static, reqwest::Result<Bytes>>,
    decoder: Decoder,
    reader: AnswerReader,
    has_begun: bool,
    /// A body without an event, so far: it may be JSON, whatever its content type says.
    start: Vec<u8>,
    /// Read and not yet handed out: what came in one piece with the last one.
    deltas: VecDeque<Delta>,
    /// What is behind them.
    end: Option<Result<(), UpstreamError>>,
}

impl Exchange {
    pub(super) fn new(vendor: &dyn Vendor, response: Response) -> Self {
        Self::of(vendor, response.bytes_stream().boxed())
    }

    /// Reads a response that is JSON instead of a stream: some gateways do not stream, and some send their
    /// errors with a good status. `None` if nothing in it is understood.
    ///
    /// # Errors
    /// [`UpstreamError`], also the one that the response reports.
    pub(super) async fn of_json(
        vendor: &dyn Vendor,
        mut response: Response,
    ) -> Result<Option<Self>, UpstreamError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(UpstreamError::interrupted)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_EVENT_SIZE {
                let what = "an answer over 1 MiB in one piece";
                return Err(UpstreamError::Malformed { what, why: Theirs::default() });
            }
        }
        let Ok(json) = serde_json::from_slice::<Value>(&body) else { return Ok(None) };
        let mut exchange = Self::of(vendor, stream::empty().boxed());
        // On one line, it is an event of either format.
        let name = if vendor.lines() == Format::Sse { "data: " } else { "" };
        exchange.take_whole(&json, name);
        match exchange.end {
            Some(Err(error @ UpstreamError::Reported { .. })) => Err(error),
            Some(Err(_)) => Ok(None),
            _ => Ok(Some(exchange)),
        }
    }

    fn of(vendor: &dyn Vendor, body: BoxStream<'static, reqwest::Result<Bytes>>) -> Self {
        Self {
            body,
            decoder: Decoder::new().format(vendor.lines()).max_event_size(MAX_EVENT_SIZE),
            reader: AnswerReader::new(vendor.format()),
            has_begun: false,
            start: Vec::new(),
            deltas: VecDeque::new(),
            end: None,
        }
    }

    async fn next(&mut self) -> Result<Option<Delta>, UpstreamError> {
        loop {
            if let Some(delta) = self.deltas.pop_front() {
                return Ok(Some(delta));
            }
            if let Some(end) = self.end.take() {
                return end.map(|()| None);
            }
            match self.body.next().await {
                Some(Ok(chunk)) => self.take(&chunk),
                Some(Err(error)) => return Err(UpstreamError::interrupted(error)),
                None => self.finish(),
            }
        }
    }

    fn take(&mut self, chunk: &[u8]) {
        let pushed = self.decoder.push(chunk);
        self.read();
        if pushed.is_err() && self.end.is_none() {
            let what = "an event over 1 MiB";
            self.end = Some(Err(UpstreamError::Malformed { what, why: Theirs::default() }));
        }
        if self.has_begun {
            self.start = Vec::new();
        } else if self.start.len() < MAX_EVENT_SIZE {
            self.start.extend_from_slice(chunk);
        }
    }

    /// Reads JSON that is the whole answer. `name` goes before it where lines have names.
    fn take_whole(&mut self, json: &Value, name: &str) {
        self.take(format!("{name}{json}\n\n").as_bytes());
        self.finish();
        self.end = Some(match self.end.take() {
            Some(Err(error @ UpstreamError::Reported { .. })) => Err(error),
            _ if self.deltas.is_empty() => {
                let what = "nothing that is of its API";
                Err(UpstreamError::Malformed { what, why: Theirs::new(json) })
            }
            _ => Ok(()),
        });
    }

    /// The body has ended. Its last event may lack its blank line; if it is cut off, so is the answer.
    fn finish(&mut self) {
        let _ = self.decoder.push(b"\n\n");
        self.read();
        let start = mem::take(&mut self.start);
        if !self.has_begun
            && let Ok(json) = serde_json::from_slice(&start)
        {
            return self.take_whole(&json, "data: ");
        }
        if matches!(self.end, Some(Err(UpstreamError::Malformed { .. }))) {
            self.end = Some(Err(UpstreamError::Truncated));
        }
        if self.end.is_some() {
            return;
        }
        let deltas = &mut self.deltas;
        let finished = self.reader.finish(|delta| deltas.push_back(passed_on(delta)));
        self.end = Some(Err(match finished {
            Err(error) if self.has_begun => unread(error),
            _ => UpstreamError::Truncated,
        }));
    }

    /// Reads the events that are there, up to the answer's end.
    fn read(&mut self) {
        for event in self.decoder.events() {
            self.has_begun = true;
            let deltas = &mut self.deltas;
            match self.reader.read(&event, |delta| deltas.push_back(passed_on(delta))) {
                Ok(false) => {}
                Ok(true) => return self.end = Some(Ok(())),
                // An answer that is nothing but its end marker is an empty one.
                Err(TextError::UnknownFormat { start }) if start == event.data => {
                    return self.end = Some(Ok(()));
                }
                Err(error) => return self.end = Some(Err(unread(error))),
            }
        }
    }

    async fn read_rest(mut self) {
        while let Some(Ok(_)) = self.body.next().await {}
    }
}

/// A piece as it goes out: a refusal is a text as any other.
fn passed_on(delta: Delta) -> Delta {
    match delta {
        Delta::Refusal(text) => Delta::Text(text),
        Delta::Finish(reason) => Delta::Finish(plain(reason)),
        delta => delta,
    }
}

/// What an answer is that cannot be read on.
fn unread(error: TextError) -> UpstreamError {
    let malformed = |what, start| UpstreamError::Malformed { what, why: Theirs::new(start) };
    match error {
        TextError::Upstream { message, retryable } => {
            UpstreamError::Reported { message: Theirs::new(message), transient: retryable }
        }
        TextError::BrokenJson { start } => malformed("an event that is broken JSON", start),
        TextError::UnknownFormat { start } => malformed("nothing that is of its API", start),
        error => malformed("what cannot be read", error.to_string()),
    }
}

/// A reason as it goes out: the vendor's if that is a short word, since a sentence may say anything.
fn plain(reason: String) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let is_word = (1..=LONGEST_REASON).contains(&reason.len()) && reason.bytes().all(is_plain);
    if is_word { reason } else { "other".to_owned() }
}
