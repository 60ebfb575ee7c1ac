//! The machine, driven by the npm package: `pkg/src/stream-handle.ts`.
//!
//! The module imports nothing: no call runs inside another one, so each has the machine for itself.

use super::{
    input::{read, take_text},
    published::{keep_text, publish, publish_text},
};
use crate::{
    content_type,
    sse::{Decoder, Format},
    stream::{
        border::Flag,
        config::{CancelOn, Resume, RetryMode, StreamConfig},
        failure::Failure,
        machine::Machine,
        retry::{RetryPolicy, retry_after},
        step::Input,
    },
};
use alloc::boxed::Box;
use core::arch::wasm32::unreachable;

/// The address of a stream's machine; null once JavaScript has freed it.
type Handle = *mut Machine;

fn machine<'a>(handle: Handle) -> &'a mut Machine {
    // SAFETY: JavaScript has addresses from `open_stream` only, and none that it has freed. The
    // borrow ends with the call.
    unsafe { handle.as_mut() }.unwrap_or_else(|| unreachable())
}

/// `flags` are the bits of `Flag`; the time-outs are in milliseconds, or infinite. `seed` is random.
#[unsafe(no_mangle)]
pub extern "C" fn open_stream(
    flags: u32,
    max_event_size: usize,
    seed: u32,
    connect_timeout: f64,
    idle_timeout: f64,
) -> Handle {
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
        marker: None,
        cancel: has(Flag::Cancel).then(|| CancelOn {
            abort: has(Flag::OnAbort),
            leave: has(Flag::OnReturn),
            pagehide: has(Flag::OnPagehide),
            unsent: has(Flag::OnUnsent),
        }),
        cancel_needs_job: has(Flag::CancelNeedsJob),
        resume: has(Flag::Resumes)
            .then(|| Resume { replays: has(Flag::Replays), is_first: has(Flag::ResumesFirst) }),
        finds_job: has(Flag::FindsJob),
        connect_timeout,
        idle_timeout,
        pauses: has(Flag::Pauses),
        asks_retry: has(Flag::AsksRetry),
        asks_end: has(Flag::AsksEnd),
        hands_on_bytes: has(Flag::HandsOnBytes),
    };
    let decoder = Decoder::new()
        .format(format.unwrap_or_default())
        .max_event_size(max_event_size)
        .keep_comments(has(Flag::Comments));
    Box::into_raw(Box::new(Machine::new(config, decoder, seed)))
}

/// Sets the retry policy; `NaN` is the default.
#[unsafe(no_mangle)]
pub extern "C" fn set_policy(
    handle: Handle,
    max_attempts: f64,
    initial_delay: f64,
    max_delay: f64,
    factor: f64,
    jitter: f64,
    min_delay: f64,
) {
    let or = |number: f64, default| if number.is_nan() { default } else { number };
    let default = RetryPolicy::default();
    machine(handle).set_policy(RetryPolicy {
        max_attempts: or(max_attempts, default.max_attempts.into()) as u32,
        initial_delay: or(initial_delay, default.initial_delay),
        max_delay: or(max_delay, default.max_delay),
        factor: or(factor, default.factor),
        jitter: or(jitter, default.jitter),
        min_delay: or(min_delay, default.min_delay),
    });
}

/// Frees a stream.
#[unsafe(no_mangle)]
pub extern "C" fn free_stream(handle: Handle) {
    // SAFETY: `open_stream` made a box of it, and no call uses it any more.
    drop(unsafe { Box::from_raw(machine(handle)) });
}

/// Sets the id to start from to the text before this call.
#[unsafe(no_mangle)]
pub extern "C" fn set_last_event_id(handle: Handle) {
    machine(handle).set_last_event_id(&take_text());
}

/// Sets the data of the event that ends the stream to the text before this call.
#[unsafe(no_mangle)]
pub extern "C" fn set_marker(handle: Handle) {
    machine(handle).set_marker(take_text());
}

/// Returns where the address and the length of the last event id are.
#[unsafe(no_mangle)]
pub extern "C" fn last_event_id(handle: Handle) -> *const usize {
    publish_text(machine(handle).decoder().last_event_id())
}

/// Returns the bytes of whole blocks that the responses have brought; 0 without a resuming request.
#[unsafe(no_mangle)]
pub extern "C" fn whole_bytes(handle: Handle) -> f64 {
    machine(handle).bytes() as f64
}

/// Returns the bytes of whole blocks of this response, or of those of them that are dropped.
#[unsafe(no_mangle)]
pub extern "C" fn response_bytes(handle: Handle, dropped: u32) -> f64 {
    machine(handle).response_bytes(dropped != 0) as f64
}

/// The text before this call is the content type. Returns the number of a `ResponseVerdict`.
#[unsafe(no_mangle)]
pub extern "C" fn judge(handle: Handle, status: u32) -> u32 {
    machine(handle).judge(status as u16, &take_text()) as u32
}

/// Takes the number of an `Input` with its argument, and returns a step.
#[unsafe(no_mangle)]
pub extern "C" fn handle(handle: Handle, input: usize, number: f64) -> u32 {
    machine(handle).handle(Input::of(input), number).0
}

/// Takes the number of a `Failure` and the response's status. The text before this call is its
/// header `Retry-After`; if that is a date, it is `until` milliseconds away, else that is `NaN`.
/// Returns a step.
#[unsafe(no_mangle)]
pub extern "C" fn failed(handle: Handle, failure: usize, status: u32, until: f64) -> u32 {
    let retry_after = retry_after(&take_text(), |_| until);
    machine(handle).failed(Failure::of(failure), status as u16, retry_after).0
}

/// From now on, events that fit into a template are replaced by their text. The text before this
/// call is the template.
#[unsafe(no_mangle)]
pub extern "C" fn add_template(handle: Handle, is_alone: bool) {
    machine(handle).add_template(take_text().into(), is_alone);
}

/// Decodes the first `length` bytes of the input buffer. Returns the address of the batch's words.
#[unsafe(no_mangle)]
pub extern "C" fn push(handle: Handle, length: usize, last: bool) -> *const usize {
    let machine = machine(handle);
    let step = read(length, |bytes| machine.push(bytes, last));
    publish(machine.decoder(), step)
}

/// As `push`, at the end of the bytes. Unless `completes` is 0, the last event of an event stream may lack
/// its blank line, if nothing follows.
#[unsafe(no_mangle)]
pub extern "C" fn finish(handle: Handle, completes: f64) -> *const usize {
    let machine = machine(handle);
    let step = machine.handle(Input::BodyEnded, completes);
    publish(machine.decoder(), step)
}

/// The milliseconds of the last step that was timed.
#[unsafe(no_mangle)]
pub extern "C" fn timer(handle: Handle) -> f64 {
    machine(handle).timer()
}

/// Whether the same request may succeed after this failure, given by its number.
#[unsafe(no_mangle)]
pub extern "C" fn is_retryable(failure: usize, status: u32) -> bool {
    Failure::of(failure).is_retryable(status as u16)
}

/// Returns the flag of the format that a response holds whose content type is the text before this
/// call, or 0.
#[unsafe(no_mangle)]
pub extern "C" fn format_of() -> u32 {
    match content_type::format_of(&take_text()) {
        Some(Format::Sse) => Flag::Sse.bit(),
        Some(Format::Ndjson) => Flag::Ndjson.bit(),
        None => 0,
    }
}

/// Returns where the address and the length of what messages call a content type are. The text
/// before this call is the header.
#[unsafe(no_mangle)]
pub extern "C" fn displayed_type() -> *const usize {
    keep_text(content_type::displayed(&take_text()).into())
}
