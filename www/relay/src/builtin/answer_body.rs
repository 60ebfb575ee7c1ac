//! An answer as the chunks of the OpenAI streaming protocol, one token at a time.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_stream::Stream;

use super::Counters;

/// The body of one answer. It writes only when it is polled, so a slow reader slows it, and it is
/// dropped when its connection closes.
pub struct AnswerBody {
    model: String,
    created: u64,
    tokens: std::vec::IntoIter<String>,
    next: Next,
    interval: Interval,
    counters: Arc<Counters>,
}

enum Next {
    Role,
    Token,
    Nothing,
}

impl AnswerBody {
    pub fn new(
        model: String,
        tokens: Vec<String>,
        pace: Duration,
        counters: Arc<Counters>,
    ) -> Self {
        counters.requests.fetch_add(1, Ordering::SeqCst);
        counters.open.fetch_add(1, Ordering::SeqCst);
        let mut interval = tokio::time::interval(pace);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            model,
            created: since.as_secs(),
            tokens: tokens.into_iter(),
            next: Next::Role,
            interval,
            counters,
        }
    }

    fn chunk(&self, delta: Value, finish_reason: Option<&str>) -> String {
        let chunk = json!({
            "id": "chatcmpl-builtin",
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }],
        });
        format!("data: {chunk}\n\n")
    }
}

impl Stream for AnswerBody {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let bytes = match self.next {
            Next::Role => {
                self.next = Next::Token;
                self.chunk(json!({ "role": "assistant", "content": "" }), None)
            }
            Next::Token => {
                ready!(self.interval.poll_tick(cx));
                match self.tokens.next() {
                    Some(token) => {
                        self.counters.tokens.fetch_add(1, Ordering::SeqCst);
                        self.chunk(json!({ "content": token }), None)
                    }
                    None => {
                        self.next = Next::Nothing;
                        self.chunk(json!({}), Some("stop")) + "data: [DONE]\n\n"
                    }
                }
            }
            Next::Nothing => return Poll::Ready(None),
        };
        Poll::Ready(Some(Ok(bytes.into())))
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.counters.open.fetch_sub(1, Ordering::SeqCst);
    }
}
