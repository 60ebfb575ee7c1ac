//! `/bench/`: streams whose speed is the client's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::app::{App, unix_micros};
use crate::http::{Body, Connection, Request, Stop, bad_request};
use crate::random::Random;

/// The most events that a corpus has: about 240 MB.
const MAX_EVENTS: usize = 1_000_000;

/// The corpus that was asked for last, with its number of events.
#[derive(Default)]
pub struct Corpus(Mutex<Option<(usize, Arc<Vec<u8>>)>>);

impl Corpus {
    fn openai(&self, events: usize) -> Arc<Vec<u8>> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((count, corpus)) if *count == events => corpus.clone(),
            _ => {
                let corpus = Arc::new(openai(events));
                *last = Some((events, corpus.clone()));
                corpus
            }
        }
    }
}

/// `events` events: chunks of a chat completion of random words, the last one `[DONE]`.
fn openai(events: usize) -> Vec<u8> {
    let mut random = Random::new(2026);
    let mut corpus = Vec::with_capacity(events * 245);
    for _ in 1..events {
        corpus.extend_from_slice(
            br#"data: {"id":"chatcmpl-CkV2qYh7Zt0xWn4mRb9sJpLd3","object":"chat.completion.chunk","created":1760000000,"model":"gpt-5-2025-08-07","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":""#,
        );
        push_word(&mut corpus, &mut random);
        corpus.extend_from_slice(br#""},"finish_reason":null}]}"#);
        corpus.extend_from_slice(b"\n\n");
    }
    corpus.extend_from_slice(b"data: [DONE]\n\n");
    corpus
}

/// A word of one to ten letters after a space; now and then a JSON escape instead.
fn push_word(corpus: &mut Vec<u8>, random: &mut Random) {
    match random.below(24) {
        0 => corpus.extend_from_slice(br"\n"),
        1 => corpus.extend_from_slice(br#" \""#),
        _ => {
            corpus.push(b' ');
            let length = 1 + random.below(10);
            corpus.extend((0..length).map(|_| b'a' + random.below(26) as u8));
        }
    }
}

pub async fn stream(app: &App, connection: &mut Connection, request: &Request) -> Result<(), Stop> {
    let name = request.query("corpus").unwrap_or_else(|| "openai".into());
    if name != "openai" {
        return Err(bad_request(format!("unknown corpus {name}")));
    }
    let events = request.number("events", 200_000)?;
    let chunk = request.number("chunk", 65_536)?;
    if !(1..=MAX_EVENTS).contains(&events) || chunk == 0 {
        return Err(bad_request(format!("events is 1 to {MAX_EVENTS}, chunk at least 1")));
    }
    let corpus = app.corpus.openai(events);
    let mut body = Body::events(connection, request, None).await?;
    for piece in corpus.chunks(chunk) {
        body.send(connection, piece).await?;
    }
    body.finish(connection).await
}

/// One event, after `delay` milliseconds: when the request was there.
pub async fn start(connection: &mut Connection, request: &Request) -> Result<(), Stop> {
    let received = unix_micros();
    connection.pause(request.number("delay", 0)?).await?;
    let mut body = Body::events(connection, request, None).await?;
    body.send(connection, format!("data: {received}\n\n").as_bytes()).await?;
    body.finish(connection).await
}

/// A model's answer as the AI SDK's UI message stream: so many tokens, so many a second.
pub async fn chat(connection: &mut Connection, request: &Request) -> Result<(), Stop> {
    let rate: f64 = request.number("rate", 1000.0)?;
    let events: u64 = request.number("events", 10_000)?;
    let period = period_of(rate)?;
    let mut body = Body::events(connection, request, None).await?;
    let start = r#"data: {"type":"start","messageId":"m"}

data: {"type":"text-start","id":"t"}

"#;
    body.send(connection, start.as_bytes()).await?;
    let mut random = Random::new(2026);
    let mut ticks = interval_at(Instant::now() + period, period);
    // What is late is made up for: the rate is that of the whole.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for _ in 0..events {
        connection.wait(ticks.tick()).await?;
        let mut event = br#"data: {"type":"text-delta","id":"t","delta":""#.to_vec();
        push_word(&mut event, &mut random);
        event.extend_from_slice(b"\"}\n\n");
        body.send(connection, &event).await?;
    }
    let end = r#"data: {"type":"text-end","id":"t"}

data: {"type":"finish","finishReason":"stop"}

data: [DONE]

"#;
    body.send(connection, end.as_bytes()).await?;
    body.finish(connection).await
}

fn period_of(rate: f64) -> Result<Duration, Stop> {
    if (0.01..=10_000.0).contains(&rate) {
        Ok(Duration::from_secs_f64(1.0 / rate))
    } else {
        Err(bad_request("rate is 0.01 to 10000 events a second"))
    }
}

pub async fn latency(connection: &mut Connection, request: &Request) -> Result<(), Stop> {
    let rate: f64 = request.number("rate", 50.0)?;
    let events: u64 = request.number("events", 200)?;
    let period = period_of(rate)?;
    let mut body = Body::events(connection, request, None).await?;
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..events {
        connection.wait(ticks.tick()).await?;
        let event = format!("data: {}\n\n", unix_micros());
        body.send(connection, event.as_bytes()).await?;
    }
    body.finish(connection).await
}

#[cfg(test)]
mod tests {
    use super::openai;

    #[test]
    fn the_corpus_is_what_the_benchmark_says() {
        let corpus = String::from_utf8(openai(20_000)).expect("ASCII");
        assert_eq!(corpus.matches("\n\n").count(), 20_000);
        let average = corpus.len() / 20_000;
        assert!((235..=245).contains(&average), "{average} bytes an event");
        for event in corpus.split_terminator("\n\n").take(200) {
            let data = event.strip_prefix("data: ").expect("one data line");
            serde_json::from_str::<serde_json::Value>(data).expect("JSON");
        }
        assert!(corpus.ends_with("data: [DONE]\n\n"));
    }
}
