use super::*;
use crate::{sse::Format, stream::config::CancelOn};
use alloc::{string::String, vec::Vec};

fn config() -> StreamConfig {
    StreamConfig {
        retry: RetryMode::Safe,
        is_safe: true,
        is_repeatable: true,
        format: None,
        has_done: false,
        marker: None,
        cancel: None,
        connect_timeout: 30_000.0,
        idle_timeout: f64::INFINITY,
        pauses: false,
        asks_retry: false,
        asks_end: false,
    }
}

fn post() -> StreamConfig {
    StreamConfig { is_safe: false, ..config() }
}

fn machine(config: StreamConfig) -> Machine {
    let mut machine = Machine::new(config, Decoder::new(), 0);
    machine.set_policy(RetryPolicy { jitter: 0.0, ..RetryPolicy::default() });
    machine
}

/// A machine whose consumer waits for the next chunk.
fn reading(config: StreamConfig) -> Machine {
    let mut machine = machine(config);
    machine.handle(Input::Pull);
    machine.handle(Input::Open);
    read(&mut machine);
    machine
}

/// From the request on to the first read.
fn read(machine: &mut Machine) {
    assert_eq!(machine.handle(Input::Prepared).action, Action::Send);
    let verdict = machine.judge(200, "text/event-stream");
    assert_eq!(machine.handle(Input::Answered(verdict)).action, Action::Accept);
    assert_eq!(machine.handle(Input::Accepted).action, Action::Read);
}

fn chunk(machine: &mut Machine, bytes: &str) -> Step {
    machine.handle(Input::Bytes { bytes: bytes.as_bytes(), last: true })
}

fn broken() -> Input<'static> {
    Input::Failed { failure: Failure::Network, status: 0, retry_after: None }
}

fn data(machine: &Machine) -> Vec<String> {
    machine.decoder().events().map(|event| event.data.into()).collect()
}

fn ending(step: Step) -> Ending {
    step.end.unwrap_or_else(|| panic!("no end: {step:?}")).ending
}

#[test]
fn statuses_and_types() {
    let mut machine = machine(config());
    let sse = "Text/Event-Stream; charset=utf-8";
    assert_eq!(machine.judge(204, ""), ResponseVerdict::NoContent);
    for status in [0, 300, 400, 404, 408, 425, 429, 499, 500, 599] {
        assert_eq!(machine.judge(status, sse), ResponseVerdict::Refusal, "{status}");
        let may_succeed = matches!(status, 408 | 425 | 429 | 500 | 599);
        assert_eq!(Failure::Http.is_retryable(status), may_succeed, "{status}");
    }
    assert_eq!(machine.judge(200, "text/html"), ResponseVerdict::WrongType);
    assert_eq!(machine.judge(200, ""), ResponseVerdict::WrongType);
    assert_eq!(machine.judge(201, sse), ResponseVerdict::Read);
    assert!(machine.decoder().is_sse());
    assert_eq!(machine.judge(200, "application/x-ndjson"), ResponseVerdict::Read);
    assert!(!machine.decoder().is_sse());
}

#[test]
fn a_known_format_needs_no_type() {
    let mut machine = machine(StreamConfig { format: Some(Format::Ndjson), ..config() });
    assert_eq!(machine.judge(200, "text/plain"), ResponseVerdict::Read);
    assert_eq!(machine.judge(404, "text/plain"), ResponseVerdict::Refusal);
}

#[test]
fn a_post_is_repeated_only_if_asked_for() {
    for (retry, is_repeated) in
        [(RetryMode::Safe, false), (RetryMode::Never, false), (RetryMode::Always, true)]
    {
        let mut machine = reading(StreamConfig { retry, ..post() });
        assert_eq!(chunk(&mut machine, "id: 1\ndata\n\n").action, Action::Deliver);
        machine.handle(Input::Pull);
        let step = machine.handle(broken());
        assert_eq!(step.action, if is_repeated { Action::Sleep } else { Action::End });
        assert!(step.close);
    }
}

#[test]
fn a_post_that_ends_is_at_its_end() {
    let mut machine = reading(StreamConfig { retry: RetryMode::Always, ..post() });
    assert!(machine.handle(Input::BodyEnded).close);
    assert_eq!(ending(machine.handle(Input::Pull)), Ending::Ended);
}

#[test]
fn what_is_read_only_once_is_never_repeated() {
    let config = StreamConfig { retry: RetryMode::Always, is_repeatable: false, ..config() };
    assert_eq!(ending(reading(config).handle(broken())), Ending::Failed);
}

#[test]
fn a_get_that_ends_is_requested_again() {
    let mut again = reading(config());
    assert_eq!(again.handle(Input::BodyEnded).action, Action::Deliver);
    let step = again.handle(Input::Pull);
    assert_eq!((step.action, step.failure), (Action::Sleep, Some(Failure::Ended)));

    let mut never = reading(StreamConfig { retry: RetryMode::Never, ..config() });
    never.handle(Input::BodyEnded);
    assert_eq!(ending(never.handle(Input::Pull)), Ending::Ended);

    let mut ndjson = reading(StreamConfig { format: Some(Format::Ndjson), ..config() });
    ndjson.handle(Input::BodyEnded);
    assert_eq!(ending(ndjson.handle(Input::Pull)), Ending::Ended);
}

#[test]
fn the_marker_ends_the_stream_behind_the_events_before_it() {
    let promised = || StreamConfig { has_done: true, marker: Some("[DONE]".into()), ..post() };
    let mut machine = reading(promised());
    chunk(&mut machine, "data: 1\n\n");
    machine.handle(Input::Pull);
    let step = chunk(&mut machine, "data: 2\n\ndata: [DONE]\n\ndata: 3\n\n");
    assert_eq!((step.action, step.close), (Action::Deliver, true));
    assert_eq!(data(&machine), ["2"]);
    assert_eq!(ending(machine.handle(Input::Pull)), Ending::Done);

    let mut truncated = reading(promised());
    truncated.handle(Input::BodyEnded);
    assert_eq!(ending(truncated.handle(Input::Pull)), Ending::Truncated);
}

#[test]
fn the_last_line_of_ndjson_may_be_the_marker() {
    let config = StreamConfig {
        format: Some(Format::Ndjson),
        has_done: true,
        marker: Some("[DONE]".into()),
        ..config()
    };
    let mut machine = reading(config);
    chunk(&mut machine, "1\n[DONE]");
    machine.handle(Input::Pull);
    machine.handle(Input::BodyEnded);
    assert_eq!(data(&machine), [""; 0]);
    assert_eq!(ending(machine.handle(Input::Pull)), Ending::Done);
}

#[test]
fn a_chunk_in_pieces_is_delivered_at_once() {
    let mut machine = reading(config());
    let piece = Input::Bytes { bytes: b"data: 1\n\n", last: false };
    assert_eq!(machine.handle(piece), Step::WAIT);
    assert_eq!(chunk(&mut machine, "da").action, Action::Deliver);
    machine.handle(Input::Pull);
    assert_eq!(chunk(&mut machine, "ta").action, Action::Read, "nothing to deliver");
}

#[test]
fn what_the_page_throws_comes_behind_the_events() {
    let mut machine = reading(StreamConfig { retry: RetryMode::Always, ..config() });
    chunk(&mut machine, "data: 1\n\n");
    let step = machine.handle(Input::Threw);
    assert_eq!((step.action, step.close), (Action::Wait, true));
    assert_eq!(ending(machine.handle(Input::Pull)), Ending::Failed);
}

#[test]
fn waits_as_the_server_says_and_gives_up_as_the_policy_says() {
    let mut machine = machine(config());
    let policy = RetryPolicy { max_attempts: 2, jitter: 0.0, ..RetryPolicy::default() };
    machine.set_policy(policy);
    machine.handle(Input::Pull);
    machine.handle(Input::Open);
    read(&mut machine);
    chunk(&mut machine, "retry: 700\n");
    machine.handle(Input::Pull);
    let step = machine.handle(broken());
    assert_eq!((step.action, step.timer), (Action::Sleep, 700.0));
    assert_eq!(machine.state(), State::Waiting);
    assert_eq!(machine.handle(Input::Timer { late: 0.0 }).action, Action::Prepare);
    machine.handle(Input::Prepared);
    let end = machine.handle(broken()).end.unwrap();
    assert_eq!((end.ending, end.is_exhausted), (Ending::Failed, true));
}

#[test]
fn the_page_decides_about_retries_if_it_wants_to() {
    for (verdict, expected) in [
        (RetryVerdict::No, None),
        (RetryVerdict::Usual, Some(1_000.0)),
        (RetryVerdict::After(5.0), Some(5.0)),
    ] {
        let mut machine = reading(StreamConfig { asks_retry: true, ..config() });
        assert_eq!(machine.handle(broken()).action, Action::AskRetry);
        let step = machine.handle(Input::Decided(verdict));
        assert_eq!((step.action == Action::Sleep).then_some(step.timer), expected);
    }
    let mut ended = reading(StreamConfig { asks_end: true, ..config() });
    ended.handle(Input::BodyEnded);
    assert_eq!(ended.handle(Input::Pull).action, Action::AskEnd);
    assert_eq!(ending(ended.handle(Input::EndAccepted)), Ending::Ended);
}

#[test]
fn only_failures_of_the_network_end_their_wait_when_it_is_back() {
    let failed = |failure, status, retry_after| {
        let mut machine = machine(config());
        machine.handle(Input::Open);
        machine.handle(Input::Prepared);
        machine.handle(Input::Failed { failure, status, retry_after });
        machine.handle(Input::Returned).action
    };
    assert_eq!(failed(Failure::Network, 0, None), Action::Prepare);
    assert_eq!(failed(Failure::Http, 503, Some(60_000.0)), Action::Wait);
    assert_eq!(failed(Failure::Http, 503, None), Action::Wait);
}

#[test]
fn an_overdue_timer_lets_the_bytes_go_first() {
    let mut machine = reading(StreamConfig { idle_timeout: 2_000.0, ..config() });
    let step = machine.handle(Input::Timer { late: 60_000.0 });
    assert_eq!((step.action, step.timer), (Action::Wait, 2_000.0));
    let step = machine.handle(Input::Timer { late: 3.0 });
    assert_eq!((step.action, step.failure), (Action::Sleep, Some(Failure::IdleTimeout)));
}

#[test]
fn where_all_timers_are_late_the_limit_holds_all_the_same() {
    let mut machine = reading(StreamConfig { idle_timeout: 2_000.0, ..config() });
    let late = Input::Timer { late: 60_000.0 };
    assert_eq!(machine.handle(late).action, Action::Wait);
    assert_eq!(machine.handle(late).failure, Some(Failure::IdleTimeout));

    let mut machine = reading(StreamConfig { idle_timeout: 2_000.0, ..config() });
    machine.handle(late);
    chunk(&mut machine, ": alive\n");
    assert_eq!(machine.handle(late).action, Action::Wait, "bytes came in between");
}

#[test]
fn pauses_while_hidden_and_goes_on_by_id() {
    let mut machine = reading(StreamConfig { pauses: true, ..config() });
    let step = machine.handle(Input::Hidden);
    assert_eq!((step.action, step.close), (Action::Wait, true));
    assert_eq!(machine.state(), State::Waiting);
    assert_eq!(machine.handle(Input::Shown).action, Action::Prepare);

    let mut post = reading(StreamConfig { pauses: true, ..post() });
    assert_eq!(post.handle(Input::Hidden), Step::WAIT, "it could not go on");
}

#[test]
fn a_page_that_is_gone_takes_its_streams_along() {
    let on = CancelOn { pagehide: true, ..CancelOn::default() };
    let left = |cancel, persisted| {
        let step =
            reading(StreamConfig { cancel, ..config() }).handle(Input::PageLeft { persisted });
        step.end.map(|end| (end.ending, end.notify))
    };
    assert_eq!(left(None, true), None);
    assert_eq!(left(None, false), Some((Ending::Closed, false)));
    assert_eq!(left(Some(on), true), Some((Ending::Cancelled, true)));
    assert_eq!(left(Some(CancelOn::default()), false), Some((Ending::Closed, false)));
}

#[test]
fn ends_once() {
    let mut machine = machine(config());
    assert_eq!(ending(machine.handle(Input::Stop(Cause::Cancel))), Ending::Cancelled);
    assert_eq!(machine.state(), State::Closed);
    assert_eq!(machine.handle(Input::Stop(Cause::Fail)), Step::WAIT);
}

#[test]
fn notifies_for_what_was_asked_and_sent() {
    let all = CancelOn { abort: true, leave: true, pagehide: true, unsent: false };
    let end = |on: Option<CancelOn>, is_sent: bool, cause| {
        let mut machine = machine(StreamConfig { cancel: on, ..config() });
        machine.handle(Input::Open);
        if is_sent {
            machine.handle(Input::Prepared);
        }
        let End { ending, notify, .. } = machine.handle(Input::Stop(cause)).end.unwrap();
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

#[test]
fn a_stream_that_is_never_opened_decodes() {
    let mut machine = machine(config());
    assert_eq!(chunk(&mut machine, "data: 1\n\n"), Step::WAIT);
    assert_eq!(data(&machine), ["1"]);
}
