//! The life of one stream, decided without I/O, clock or dice: a driver does what the states ask
//! for, and tells what came of it. The browser's drivers are `engine.rs` for Rust and
//! `pkg/src/stream/driver.ts` for npm.

use super::{
    content_type::format_of,
    lifecycle::{Ending, State},
    retry::{Backoff, RetryPolicy},
};
use crate::sse::{Decoder, EventTooLarge, Format};
use alloc::string::String;

/// What a machine has to know of a stream's options.
pub(crate) struct Terms {
    pub(crate) retry: RetryMode,
    /// Whether the request asks for nothing but an answer (RFC 9110, 9.2.1).
    pub(crate) is_safe: bool,
    /// Whether the request can be sent again: a stream as its body is read only once.
    pub(crate) is_repeatable: bool,
    /// What the body is; `None` is what its content type says.
    pub(crate) format: Option<Format>,
    /// Whether the page knows an event that ends the stream.
    pub(crate) has_done: bool,
    /// The data of that event, if data it is.
    pub(crate) marker: Option<String>,
    /// How the backend can be told to stop.
    pub(crate) cancel: Option<CancelOn>,
}

/// Which streams may be requested again.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum RetryMode {
    Never,
    /// What only asks for an answer: to repeat anything else could run the work twice, ids or not.
    Safe,
    Always,
}

/// What else than `cancel()` notifies the backend.
#[derive(Clone, Copy, Default)]
pub(crate) struct CancelOn {
    pub(crate) abort: bool,
    pub(crate) leave: bool,
    pub(crate) pagehide: bool,
    /// Also a stream whose request had not left yet.
    pub(crate) unsent: bool,
}

/// What to do with a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Read it.
    Read,
    /// 204, which means "stop" ([WHATWG HTML, 9.2.2]).
    ///
    /// [WHATWG HTML, 9.2.2]: https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events-intro
    NoContent,
    /// Its status is no success.
    Refusal,
    /// It is neither an event stream nor NDJSON.
    WrongType,
}

/// Why a stream ends that could go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// `cancel()`.
    Cancel,
    /// `close()`.
    Close,
    /// The consumer has left its loop.
    Leave,
    /// The page goes away.
    Pagehide,
    /// The outside signal.
    Abort,
    /// An error.
    Fail,
    /// The event that ends the stream.
    Done,
    /// The server answered 204.
    NoContent,
    /// The response ended, and will not be asked for again.
    Over,
}

impl Cause {
    /// In the order of their numbers.
    pub(crate) const ALL: [Self; 9] = [
        Self::Cancel,
        Self::Close,
        Self::Leave,
        Self::Pagehide,
        Self::Abort,
        Self::Fail,
        Self::Done,
        Self::NoContent,
        Self::Over,
    ];
}

/// The end of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) ending: Ending,
    /// Whether to tell the backend.
    pub(crate) notify: bool,
}

pub(crate) struct Machine {
    terms: Terms,
    decoder: Decoder,
    backoff: Backoff,
    /// The reconnection time that the backoff knows of.
    reconnection_time: Option<u32>,
    state: State,
    attempt: u32,
    was_sent: bool,
}

impl Machine {
    /// The decoder has the limits and the last event id to start from.
    pub(crate) fn new(terms: Terms, decoder: Decoder) -> Self {
        Self {
            terms,
            decoder,
            backoff: Backoff::new(RetryPolicy::default()),
            reconnection_time: None,
            state: State::Connecting,
            attempt: 0,
            was_sent: false,
        }
    }

    /// Starts with another policy.
    pub(crate) fn set_policy(&mut self, policy: RetryPolicy) {
        self.backoff = Backoff::new(policy);
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    pub(crate) fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// Counted from 1; 0 before the first.
    pub(crate) fn attempt(&self) -> u32 {
        self.attempt
    }

    /// A new attempt begins.
    pub(crate) fn connect(&mut self) {
        self.decoder.reset();
        self.state = State::Connecting;
        self.attempt += 1;
    }

    /// The request is about to leave.
    pub(crate) fn sent(&mut self) {
        self.was_sent = true;
    }

    /// The response's headers are there.
    pub(crate) fn answered(&mut self, status: u16, content_type: &str) -> Answer {
        match status {
            204 => return Answer::NoContent,
            200..300 => {}
            _ => return Answer::Refusal,
        }
        match self.terms.format.or_else(|| format_of(content_type)) {
            Some(format) => {
                self.decoder.set_format(format);
                Answer::Read
            }
            None => Answer::WrongType,
        }
    }

    /// The response is what was asked for.
    pub(crate) fn opened(&mut self) {
        self.state = State::Open;
    }

    /// Decodes a chunk. Gives whether the `done` marker was in it: it and what follows is dropped.
    ///
    /// # Errors
    /// As [`Decoder::push`]. The events before the large one are there.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> (bool, Result<(), EventTooLarge>) {
        let pushed = self.decoder.push(chunk);
        let marker = self.terms.marker.as_ref();
        let done = marker.and_then(|marker| self.decoder.position(marker));
        if self.decoder.retry() != self.reconnection_time {
            self.reconnection_time = self.decoder.retry();
            let milliseconds = self.reconnection_time.map_or(0.0, f64::from);
            self.backoff.set_reconnection_time(milliseconds);
        }
        if let Some(index) = done {
            self.decoder.truncate(index);
        }
        self.note_events();
        (done.is_some(), pushed)
    }

    /// Drops the event of this index and all behind it: the driver found the one that ends the
    /// stream.
    pub(crate) fn truncate(&mut self, index: usize) {
        self.decoder.truncate(index);
    }

    /// The connection broke: what was decoded last is nobody's any more.
    pub(crate) fn broke(&mut self) {
        self.decoder.reset();
    }

    /// The response has ended. Its last line may be an event.
    pub(crate) fn finish(&mut self) {
        self.decoder.finish();
        self.note_events();
    }

    fn note_events(&mut self) {
        if self.decoder.event_count() > 0 {
            self.backoff.succeeded();
        }
    }

    /// Whether a response that has ended is to be asked for again.
    pub(crate) fn goes_on(&self) -> bool {
        // NDJSON has no reconnection: its end is its end.
        let is_too_early = self.terms.has_done || self.terms.is_safe;
        is_too_early && self.decoder.is_sse() && self.may_request_again()
    }

    /// Whether to send the request again is safe, or was asked for.
    pub(crate) fn may_request_again(&self) -> bool {
        self.terms.is_repeatable
            && match self.terms.retry {
                RetryMode::Never => false,
                RetryMode::Always => true,
                RetryMode::Safe => self.terms.is_safe,
            }
    }

    /// An attempt failed and there is to be another: the wait before it in milliseconds, or `None`
    /// if this was the last that the policy allows.
    ///
    /// `retry_after` is what the response asked for, `random` is evenly distributed in [0, 1).
    pub(crate) fn wait(&mut self, retry_after: Option<f64>, random: f64) -> Option<f64> {
        let delay = self.backoff.failed(retry_after, random);
        if delay.is_some() {
            self.state = State::Waiting;
        }
        delay
    }

    /// The connection is let go until somebody looks at the page.
    pub(crate) fn pause(&mut self) {
        self.state = State::Waiting;
    }

    /// Ends the stream; `None` if it has ended.
    pub(crate) fn end(&mut self, cause: Cause) -> Option<End> {
        if self.state == State::Closed {
            return None;
        }
        self.state = State::Closed;
        let on = self.terms.cancel.unwrap_or_default();
        let (ending, notify) = match cause {
            Cause::Cancel => (Ending::Cancelled, true),
            Cause::Close => (Ending::Closed, false),
            Cause::Leave if on.leave => (Ending::Cancelled, true),
            Cause::Leave => (Ending::Closed, false),
            Cause::Pagehide => (Ending::Cancelled, on.pagehide),
            Cause::Abort => (Ending::Aborted, on.abort),
            Cause::Fail => (Ending::Failed, false),
            Cause::Done => (Ending::Done, false),
            Cause::NoContent => (Ending::NoContent, false),
            Cause::Over if self.terms.has_done => (Ending::Truncated, false),
            Cause::Over => (Ending::Ended, false),
        };
        let can_notify = self.terms.cancel.is_some() && (self.was_sent || on.unsent);
        Some(End { ending, notify: notify && can_notify })
    }
}

/// Whether a request that was answered with this may succeed later.
pub(crate) fn is_unavailable(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        Terms {
            retry: RetryMode::Safe,
            is_safe: true,
            is_repeatable: true,
            format: None,
            has_done: false,
            marker: None,
            cancel: None,
        }
    }

    fn machine(terms: Terms) -> Machine {
        Machine::new(terms, Decoder::new())
    }

    fn post() -> Terms {
        Terms { is_safe: false, ..terms() }
    }

    #[test]
    fn statuses_and_types() {
        let mut machine = machine(terms());
        let sse = "Text/Event-Stream; charset=utf-8";
        assert_eq!(machine.answered(204, ""), Answer::NoContent);
        for (status, may_succeed) in [
            (0, false),
            (300, false),
            (400, false),
            (404, false),
            (499, false),
            (408, true),
            (425, true),
            (429, true),
            (500, true),
            (599, true),
        ] {
            assert_eq!(machine.answered(status, sse), Answer::Refusal, "{status}");
            assert_eq!(is_unavailable(status), may_succeed, "{status}");
        }
        assert_eq!(machine.answered(200, "text/html"), Answer::WrongType);
        assert_eq!(machine.answered(200, ""), Answer::WrongType);
        assert_eq!(machine.answered(201, sse), Answer::Read);
        assert!(machine.decoder().is_sse());
        assert_eq!(machine.answered(200, "application/x-ndjson"), Answer::Read);
        assert!(!machine.decoder().is_sse());
    }

    #[test]
    fn a_known_format_needs_no_type() {
        let mut machine = machine(Terms { format: Some(Format::Ndjson), ..terms() });
        assert_eq!(machine.answered(200, "text/plain"), Answer::Read);
        assert_eq!(machine.answered(404, "text/plain"), Answer::Refusal);
    }

    #[test]
    fn a_post_is_repeated_only_if_asked_for() {
        for (retry, is_repeated) in
            [(RetryMode::Safe, false), (RetryMode::Never, false), (RetryMode::Always, true)]
        {
            let mut machine = machine(Terms { retry, ..post() });
            machine.connect();
            assert_eq!(machine.may_request_again(), is_repeated);
            machine.push(b"id: 1\ndata\n\n").1.unwrap();
            assert_eq!(machine.may_request_again(), is_repeated, "ids are no proof of resuming");
            assert!(!machine.goes_on(), "its end is no failure");
        }
    }

    #[test]
    fn what_is_read_only_once_is_never_repeated() {
        let terms = Terms { retry: RetryMode::Always, is_repeatable: false, ..terms() };
        assert!(!machine(terms).may_request_again());
    }

    #[test]
    fn a_get_that_ends_is_asked_for_again() {
        assert!(machine(terms()).goes_on());
        let mut never = machine(Terms { retry: RetryMode::Never, ..terms() });
        assert!(!never.goes_on());
        assert_eq!(never.end(Cause::Over).unwrap().ending, Ending::Ended);
        let mut ndjson = machine(terms());
        ndjson.answered(200, "application/jsonl");
        assert!(!ndjson.goes_on());
    }

    #[test]
    fn a_promised_marker() {
        let promised = Terms { has_done: true, marker: Some("[DONE]".into()), ..post() };
        let mut machine = machine(promised);
        assert!(!machine.goes_on(), "it is a POST");
        assert!(!machine.push(b"data: 1\n\n").0);
        let (is_done, pushed) = machine.push(b"data: 2\n\ndata: [DONE]\n\ndata: 3\n\n");
        assert!(is_done && pushed.is_ok());
        let data: alloc::vec::Vec<_> = machine.decoder().events().map(|event| event.data).collect();
        assert_eq!(data, ["2"]);
        assert_eq!(machine.end(Cause::Over).unwrap().ending, Ending::Truncated);
    }

    #[test]
    fn waits_as_the_server_says_and_gives_up_as_the_policy_says() {
        let policy = RetryPolicy { max_attempts: 2, ..RetryPolicy::default() };
        let mut machine = machine(terms());
        machine.set_policy(policy);
        machine.push(b"retry: 700\n").1.unwrap();
        assert_eq!(machine.wait(None, 0.0), Some(700.0));
        assert_eq!(machine.state(), State::Waiting);
        machine.connect();
        assert_eq!(machine.wait(None, 0.0), None);
        machine.push(b"data\n\n").1.unwrap();
        assert_eq!(machine.wait(Some(5_000.0), 0.0), Some(5_000.0));
    }

    #[test]
    fn ends_once() {
        let mut machine = machine(terms());
        let end = End { ending: Ending::Cancelled, notify: false };
        assert_eq!(machine.end(Cause::Cancel), Some(end));
        assert_eq!(machine.state(), State::Closed);
        assert_eq!(machine.end(Cause::Fail), None);
    }

    #[test]
    fn notifies_for_what_was_asked_and_sent() {
        let all = CancelOn { abort: true, leave: true, pagehide: true, unsent: false };
        let end = |on: Option<CancelOn>, is_sent: bool, cause| {
            let mut machine = machine(Terms { cancel: on, ..terms() });
            if is_sent {
                machine.sent();
            }
            let End { ending, notify } = machine.end(cause).unwrap();
            (ending, notify)
        };
        let none = Some(CancelOn::default());
        assert_eq!(end(none, true, Cause::Cancel), (Ending::Cancelled, true));
        assert_eq!(end(none, false, Cause::Cancel), (Ending::Cancelled, false));
        assert_eq!(end(None, true, Cause::Cancel), (Ending::Cancelled, false));
        assert_eq!(end(none, true, Cause::Leave), (Ending::Closed, false));
        assert_eq!(end(none, true, Cause::Abort), (Ending::Aborted, false));
        assert_eq!(end(Some(all), true, Cause::Leave), (Ending::Cancelled, true));
        assert_eq!(end(Some(all), true, Cause::Abort), (Ending::Aborted, true));
        assert_eq!(end(Some(all), true, Cause::Pagehide), (Ending::Cancelled, true));
        assert_eq!(end(Some(all), true, Cause::Close), (Ending::Closed, false));
        assert_eq!(end(Some(all), true, Cause::Fail), (Ending::Failed, false));
        let unsent = Some(CancelOn { unsent: true, ..all });
        assert_eq!(end(unsent, false, Cause::Abort), (Ending::Aborted, true));
    }
}
