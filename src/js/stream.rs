//! A machine, driven by the npm package: `pkg/src/stream/driver.ts`.

use super::{
    input_buffer::read,
    published::{DONE, TOO_LARGE, keep_text, publish, publish_text},
};
use crate::{
    sse::{Decoder, Format},
    stream::{
        content_type,
        machine::{self, CancelOn, Cause, Machine, RetryMode, Terms},
        message::Message,
        retry::{RetryPolicy, retry_after},
    },
};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = parse)]
    fn parse_date(text: &str) -> f64;
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn now() -> f64;
    #[wasm_bindgen(js_namespace = Math)]
    fn random() -> f64;
}

// What `pkg/src/stream/machine.ts` says of a stream, one bit each.
const NDJSON: u32 = 1;
const SSE: u32 = 1 << 1;
const COMMENTS: u32 = 1 << 2;
const SAFE: u32 = 1 << 3;
const REPEATABLE: u32 = 1 << 4;
const NEVER: u32 = 1 << 5;
const ALWAYS: u32 = 1 << 6;
const HAS_DONE: u32 = 1 << 7;
const HAS_MARKER: u32 = 1 << 8;
const CANCEL: u32 = 1 << 9;
const ON_ABORT: u32 = 1 << 10;
const ON_LEAVE: u32 = 1 << 11;
const ON_PAGEHIDE: u32 = 1 << 12;
const ON_UNSENT: u32 = 1 << 13;

/// The bit of an end that is to be told to the backend.
const NOTIFY: u32 = 1 << 8;

#[wasm_bindgen]
pub struct RawStream(Machine);

#[wasm_bindgen]
impl RawStream {
    #[wasm_bindgen(constructor)]
    pub fn new(flags: u32, max_event_size: usize, last_event_id: &str, marker: &str) -> Self {
        let has = |flag| flags & flag != 0;
        let format = match (has(NDJSON), has(SSE)) {
            (true, _) => Some(Format::Ndjson),
            (_, true) => Some(Format::Sse),
            _ => None,
        };
        let terms = Terms {
            retry: match (has(NEVER), has(ALWAYS)) {
                (true, _) => RetryMode::Never,
                (_, true) => RetryMode::Always,
                _ => RetryMode::Safe,
            },
            is_safe: has(SAFE),
            is_repeatable: has(REPEATABLE),
            format,
            has_done: has(HAS_DONE),
            marker: has(HAS_MARKER).then(|| marker.into()),
            cancel: has(CANCEL).then(|| CancelOn {
                abort: has(ON_ABORT),
                leave: has(ON_LEAVE),
                pagehide: has(ON_PAGEHIDE),
                unsent: has(ON_UNSENT),
            }),
        };
        let mut decoder = Decoder::new()
            .format(format.unwrap_or_default())
            .max_event_size(max_event_size)
            .keep_comments(has(COMMENTS));
        decoder.set_last_event_id(last_event_id);
        Self(Machine::new(terms, decoder))
    }

    /// `NaN` where the default holds.
    pub fn set_policy(
        &mut self,
        max_attempts: f64,
        initial_delay: f64,
        max_delay: f64,
        factor: f64,
        jitter: f64,
        min_delay: f64,
    ) {
        let or = |number: f64, default| if number.is_nan() { default } else { number };
        let default = RetryPolicy::default();
        self.0.set_policy(RetryPolicy {
            max_attempts: or(max_attempts, default.max_attempts.into()) as u32,
            initial_delay: or(initial_delay, default.initial_delay),
            max_delay: or(max_delay, default.max_delay),
            factor: or(factor, default.factor),
            jitter: or(jitter, default.jitter).min(1.0),
            min_delay: or(min_delay, default.min_delay),
        });
    }

    /// A number of `State`.
    pub fn state(&self) -> u32 {
        self.0.state() as u32
    }

    /// Gives where the text's place and its bytes are.
    pub fn last_event_id(&self) -> *const usize {
        publish_text(self.0.decoder().last_event_id())
    }

    /// Gives the number of the attempt.
    pub fn connect(&mut self) -> u32 {
        self.0.connect();
        self.0.attempt()
    }

    pub fn sent(&mut self) {
        self.0.sent();
    }

    /// A number of `Answer`.
    pub fn answered(&mut self, status: u16, content_type: &str) -> u32 {
        self.0.answered(status, content_type) as u32
    }

    pub fn opened(&mut self) {
        self.0.opened();
    }

    /// Decodes the first `length` bytes of the input buffer. Returns the address of the six words of the batch.
    pub fn push(&mut self, length: usize) -> *const usize {
        let (is_done, pushed) = read(length, |chunk| self.0.push(chunk));
        let what = match (is_done, pushed) {
            (true, _) => DONE,
            (_, Err(_)) => TOO_LARGE,
            _ => 0,
        };
        publish(self.0.decoder(), what)
    }

    /// As `push`, at the end of the bytes.
    pub fn finish(&mut self) -> *const usize {
        self.0.finish();
        publish(self.0.decoder(), 0)
    }

    pub fn goes_on(&self) -> bool {
        self.0.goes_on()
    }

    pub fn may_request_again(&self) -> bool {
        self.0.may_request_again()
    }

    /// Milliseconds, or `NaN` after the last attempt. `asked` is the response's `Retry-After`.
    pub fn wait(&mut self, asked: &str) -> f64 {
        let asked = retry_after(asked, |date| parse_date(date) - now());
        self.0.wait(asked, random()).unwrap_or(f64::NAN)
    }

    pub fn pause(&mut self) {
        self.0.pause();
    }

    /// Of a number of `Cause`. Gives a number of `Ending`, with the bit [`NOTIFY`] if it is to be
    /// told to the backend. Called once.
    pub fn end(&mut self, cause: usize) -> u32 {
        let end = self.0.end(Cause::ALL[cause]);
        end.map_or(0, |end| end.ending as u32 | if end.notify { NOTIFY } else { 0 })
    }
}

/// Whether a request that was answered with this status may succeed later.
#[wasm_bindgen]
pub fn is_unavailable(status: u16) -> bool {
    machine::is_unavailable(status)
}

/// What a response of this content type holds: the flag [`SSE`] or [`NDJSON`], or 0.
#[wasm_bindgen]
pub fn format_of(content_type: &str) -> u32 {
    match content_type::format_of(content_type) {
        Some(Format::Sse) => SSE,
        Some(Format::Ndjson) => NDJSON,
        None => 0,
    }
}

/// The text of a number of `Message`: gives where its place and its bytes are.
#[wasm_bindgen]
pub fn message(number: usize, first: &str, second: &str) -> *const usize {
    keep_text(Message::ALL[number].text(first, second))
}
