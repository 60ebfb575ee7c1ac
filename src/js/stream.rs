//! The machine, driven by the npm package: `pkg/src/stream/driver.ts`.

use super::{
    input_buffer::read,
    published::{keep_text, publish, publish_text},
};
use crate::{
    content_type,
    error::text::ErrorText,
    sse::{Decoder, Format},
    stream::{
        border::Flag,
        config::{CancelOn, RetryMode, StreamConfig},
        failure::Failure,
        machine::Machine,
        retry::{RetryPolicy, retry_after},
        step::{Input, Step},
        texts::Texts,
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

#[wasm_bindgen]
pub struct StreamHandle {
    machine: Machine,
    /// Once there are templates.
    texts: Option<Texts>,
}

#[wasm_bindgen]
impl StreamHandle {
    /// `flags` are the bits of `Flag`; the time-outs are in milliseconds, or infinite.
    #[wasm_bindgen(constructor)]
    pub fn new(
        flags: u32,
        max_event_size: usize,
        last_event_id: &str,
        marker: &str,
        connect_timeout: f64,
        idle_timeout: f64,
    ) -> Self {
        let has = |flag: Flag| flags & flag.bit() != 0;
        let format = match (has(Flag::Ndjson), has(Flag::Sse)) {
            (true, _) => Some(Format::Ndjson),
            (_, true) => Some(Format::Sse),
            _ => None,
        };
        let config = StreamConfig {
            retry: match (has(Flag::Never), has(Flag::Always)) {
                (true, _) => RetryMode::Never,
                (_, true) => RetryMode::Always,
                _ => RetryMode::Safe,
            },
            is_safe: has(Flag::Safe),
            is_repeatable: has(Flag::Repeatable),
            format,
            has_done: has(Flag::Done),
            marker: has(Flag::Marker).then(|| marker.into()),
            cancel: has(Flag::Cancel).then(|| CancelOn {
                abort: has(Flag::OnAbort),
                leave: has(Flag::OnReturn),
                pagehide: has(Flag::OnPagehide),
                unsent: has(Flag::OnUnsent),
            }),
            connect_timeout,
            idle_timeout,
            pauses: has(Flag::Pauses),
            asks_retry: has(Flag::AsksRetry),
            asks_end: has(Flag::AsksEnd),
        };
        let mut decoder = Decoder::new()
            .format(format.unwrap_or_default())
            .max_event_size(max_event_size)
            .keep_comments(has(Flag::Comments));
        decoder.set_last_event_id(last_event_id);
        let seed = random() * f64::from(u32::MAX);
        Self { machine: Machine::new(config, decoder, seed as u32), texts: None }
    }

    /// Sets the retry policy; `NaN` is the default.
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
        self.machine.set_policy(RetryPolicy {
            max_attempts: or(max_attempts, default.max_attempts.into()) as u32,
            initial_delay: or(initial_delay, default.initial_delay),
            max_delay: or(max_delay, default.max_delay),
            factor: or(factor, default.factor),
            jitter: or(jitter, default.jitter),
            min_delay: or(min_delay, default.min_delay),
        });
    }

    /// Returns where the address and the length of the last event id are.
    pub fn last_event_id(&self) -> *const usize {
        publish_text(self.machine.decoder().last_event_id())
    }

    /// Returns the number of a `ResponseVerdict`.
    pub fn judge(&mut self, status: u16, content_type: &str) -> u32 {
        self.machine.judge(status, content_type) as u32
    }

    /// Takes the number of an `Input` with its argument, and returns a step.
    pub fn handle(&mut self, input: usize, number: f64) -> u32 {
        self.machine.handle(Input::of(input), number).0
    }

    /// Takes the number of a `Failure`, the response's status and its header `Retry-After`. Returns
    /// a step.
    pub fn failed(&mut self, failure: usize, status: u16, asked: &str) -> u32 {
        let retry_after = retry_after(asked, |date| parse_date(date) - now());
        let failure = Failure::of(failure);
        self.machine.failed(failure, status, retry_after).0
    }

    /// From now on, events that fit into this template are replaced by their text.
    pub fn add_template(&mut self, template: &str, is_alone: bool) {
        self.texts.get_or_insert_default().add(template, is_alone);
    }

    /// Decodes the first `length` bytes of the input buffer. Returns the address of the batch's
    /// words.
    pub fn push(&mut self, length: usize, last: bool) -> *const usize {
        let step = read(length, |bytes| self.machine.push(bytes, last));
        self.publish(step)
    }

    /// As `push`, at the end of the bytes.
    pub fn finish(&mut self) -> *const usize {
        let step = self.machine.handle(Input::BodyEnded, 0.0);
        self.publish(step)
    }

    fn publish(&mut self, step: Step) -> *const usize {
        if let Some(texts) = &mut self.texts {
            texts.read(self.machine.decoder());
        }
        publish(self.machine.decoder(), step, self.texts.as_ref())
    }

    /// The milliseconds of the last step that was timed.
    pub fn timer(&self) -> f64 {
        self.machine.timer()
    }
}

/// Whether the same request may succeed after this failure, given by its number.
#[wasm_bindgen]
pub fn is_retryable(failure: usize, status: u16) -> bool {
    Failure::of(failure).is_retryable(status)
}

/// Returns the flag of the format that a response of this content type holds, or 0.
#[wasm_bindgen]
pub fn format_of(content_type: &str) -> u32 {
    match content_type::format_of(content_type) {
        Some(Format::Sse) => Flag::Sse.bit(),
        Some(Format::Ndjson) => Flag::Ndjson.bit(),
        None => 0,
    }
}

/// Returns where the address and the length of an error's text are.
#[wasm_bindgen]
pub fn error_text(number: usize, first: &str, second: &str) -> *const usize {
    keep_text(ErrorText::of(number).with(first, second))
}
