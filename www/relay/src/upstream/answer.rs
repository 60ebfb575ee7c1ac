//! An answer that is being written.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use reqwest::Response;
use sluicegate::sse::Decoder;
use tokio::time::timeout;

use super::backoff::Backoff;
use super::text::{Joiner, Text};
use super::{Part, Theirs, Upstream, UpstreamError, UpstreamKind};
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

    /// Waits for the next part. [`Part::End`] is the last one, after it this is not to be called
    /// again.
    ///
    /// # Errors
    /// [`UpstreamError`], also if the body ends before the answer does.
    pub async fn next(&mut self) -> Result<Part, UpstreamError> {
        loop {
            let exchange = self.exchange.as_mut().expect("nothing is asked after the end");
            match (exchange.next().await, &mut self.backoff) {
                (Err(error), Some(backoff)) => {
                    self.upstream.wait(error, backoff).await?;
                    self.exchange = Some(self.upstream.begin(self.chat, backoff).await?);
                }
                (Ok(Part::End), _) => {
                    let exchange = self.exchange.take().expect("it was there");
                    tokio::spawn(timeout(REST, exchange.read_rest()));
                    return Ok(Part::End);
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
    kind: UpstreamKind,
    /// Without the response's head, which would keep the whole buffer that it was read into.
    body: BoxStream<'static, reqwest::Result<Bytes>>,
    decoder: Decoder,
    joiner: Joiner,
    has_ended: bool,
    /// Parsed and not yet handed out: what came in one piece with the last part.
    parts: VecDeque<Result<Part, UpstreamError>>,
}

impl Exchange {
    pub(super) fn new(kind: UpstreamKind, response: Response) -> Self {
        Self {
            kind,
            body: response.bytes_stream().boxed(),
            decoder: Decoder::new().format(kind.format()).max_event_size(MAX_EVENT_SIZE),
            joiner: Joiner::default(),
            has_ended: false,
            parts: VecDeque::new(),
        }
    }

    async fn next(&mut self) -> Result<Part, UpstreamError> {
        loop {
            if let Some(part) = self.parts.pop_front() {
                return part;
            }
            if self.has_ended {
                return Err(UpstreamError::Truncated);
            }
            let pushed = match self.body.next().await {
                Some(Ok(chunk)) => self.decoder.push(&chunk),
                Some(Err(error)) => return Err(UpstreamError::interrupted(error)),
                None => {
                    self.has_ended = true;
                    self.decoder.finish();
                    Ok(())
                }
            };
            for event in self.decoder.events() {
                match self.kind.parse(&event) {
                    Ok(parts) => {
                        let joined =
                            parts.into_iter().flat_map(|part| join(&mut self.joiner, part));
                        self.parts.extend(joined.flatten().map(Ok));
                    }
                    Err(error) => self.parts.push_back(Err(error)),
                }
            }
            if pushed.is_err() {
                let what = "an event over 1 MiB";
                let error = UpstreamError::Malformed { what, why: Theirs::default() };
                self.parts.push_back(Err(error));
            }
        }
    }

    async fn read_rest(mut self) {
        while let Some(Ok(_)) = self.body.next().await {}
    }
}

/// A reason as it goes out: the vendor's if that is a short word, since a sentence may say anything.
fn plain(reason: String) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let is_word = (1..=LONGEST_REASON).contains(&reason.len()) && reason.bytes().all(is_plain);
    if is_word { reason } else { "other".to_owned() }
}

/// A part as it goes out, behind the text that waited for more of itself.
fn join(joiner: &mut Joiner, part: Part<Text>) -> [Option<Part>; 2] {
    let token = |text: String| (!text.is_empty()).then_some(Part::Token(text));
    match part {
        Part::Token(text) => [token(joiner.push(text)), None],
        Part::Finish(reason) => [token(joiner.finish()), Some(Part::Finish(plain(reason)))],
        Part::End => [token(joiner.finish()), Some(Part::End)],
    }
}
