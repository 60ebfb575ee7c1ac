use super::*;
use crate::{
    sse::Format,
    stream::{
        config::{CancelOn, Resume, RetryMode},
        step::End,
    },
};
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
        hands_on_bytes: false,
        cancel_needs_job: false,
        resume: None,
        finds_job: false,
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

/// What the npm package does before it has the machine: `FIRST_OPENED` and `FIRST_PREPARED`.
#[test]
fn the_first_steps_are_known_beforehand() {
    for bits in 0_u32..1 << 14 {
        let has = |bit: u32| bits >> bit & 1 != 0;
        let config = StreamConfig {
            retry: if has(0) { RetryMode::Always } else { RetryMode::Never },
            is_safe: has(1),
            is_repeatable: has(2),
            format: has(3).then_some(Format::Ndjson),
            has_done: has(4),
            cancel: has(5).then(CancelOn::default),
            connect_timeout: if has(6) { f64::INFINITY } else { 30_000.0 },
            pauses: has(7),
            asks_end: has(8),
            resume: has(9).then_some(Resume { is_first: has(10), replays: has(11) }),
            finds_job: has(12),
            ..config()
        };
        let resumes = has(9) && has(10) && !has(12);
        let opened = Step::FIRST_OPENED.with(if resumes { Step::RESUMES } else { 0 });
        let prepared = if has(6) { Step::new(Action::Send) } else { Step::FIRST_PREPARED };
        let mut machine = machine(config);
        // None of these changes what follows.
        let harmless = [Input::Pull, Input::Hidden, Input::Returned];
        let harm = |machine: &mut Machine| {
            for input in harmless.into_iter().filter(|_| has(13)) {
                assert_eq!(machine.handle(input, 0.0).0, Step::WAIT.0);
            }
        };
        harm(&mut machine);
        assert_eq!(machine.handle(Input::Open, 0.0).0, opened.0, "{bits:b}");
        harm(&mut machine);
        assert_eq!(machine.handle(Input::Prepared, 0.0).0, prepared.0, "{bits:b}");
    }
}

/// A machine whose consumer waits for the next chunk.
fn reading(config: StreamConfig) -> Machine {
    let mut machine = machine(config);
    machine.handle(Input::Pull, 0.0);
    machine.handle(Input::Open, 0.0);
    read(&mut machine);
    machine
}

/// From the request on to the first read.
fn read(machine: &mut Machine) {
    assert_eq!(machine.handle(Input::Prepared, 0.0).action(), Action::Send);
    let verdict = machine.judge(200, "text/event-stream");
    assert_eq!(machine.handle(Input::Answered, verdict as u32 as f64).action(), Action::Accept);
    assert_eq!(machine.handle(Input::Accepted, 0.0).action(), Action::Read);
}

fn chunk(machine: &mut Machine, bytes: &str) -> Step {
    machine.push(bytes.as_bytes(), true)
}

fn break_off(machine: &mut Machine) -> Step {
    machine.failed(Failure::Network, 0, None)
}

fn data(machine: &Machine) -> Vec<String> {
    machine.decoder().events().map(|event| event.data.into()).collect()
}

fn is_nothing(step: Step) -> bool {
    step.action() == Action::Wait && !step.closes() && !step.is_timed()
}

fn ending(step: Step) -> OutcomeType {
    step.ended().unwrap_or_else(|| panic!("no end: {step:?}")).outcome_type
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
        assert_eq!(chunk(&mut machine, "id: 1\ndata\n\n").action(), Action::Deliver);
        machine.handle(Input::Pull, 0.0);
        let step = break_off(&mut machine);
        assert_eq!(step.action(), if is_repeated { Action::Sleep } else { Action::End });
        assert!(step.closes());
    }
}

#[test]
fn a_post_that_ends_is_at_its_end() {
    let mut machine = reading(StreamConfig { retry: RetryMode::Always, ..post() });
    assert!(machine.handle(Input::BodyEnded, 0.0).closes());
    assert_eq!(ending(machine.handle(Input::Pull, 0.0)), OutcomeType::Ended);
}

#[test]
fn the_last_event_may_lack_its_blank_line_where_that_is_asked_for_and_nothing_follows() {
    let has_done =
        |config| StreamConfig { has_done: true, marker: Some("[DONE]".into()), ..config };
    let cases = [
        (post(), "data: a", 1.0, &["a"][..], Some(OutcomeType::Ended)),
        (post(), "data: a\r\n", 1.0, &["a"], Some(OutcomeType::Ended)),
        (post(), "data: a", 0.0, &[], Some(OutcomeType::Ended)),
        (post(), ": a", 1.0, &[], Some(OutcomeType::Ended)),
        (has_done(post()), "data: [DONE]", 1.0, &[], Some(OutcomeType::Done)),
        (has_done(post()), "data: [DONE]\n", 0.0, &[], Some(OutcomeType::Done)),
        (has_done(post()), "id: 1\ndata:[DONE]\r", 0.0, &[], Some(OutcomeType::Done)),
        (has_done(post()), "data: a\ndata: [DONE]", 0.0, &[], Some(OutcomeType::Truncated)),
        (has_done(post()), "data: [DONE", 0.0, &[], Some(OutcomeType::Truncated)),
        (has_done(post()), ": [DONE]", 0.0, &[], Some(OutcomeType::Truncated)),
        (has_done(config()), "data: [DONE]", 0.0, &[], Some(OutcomeType::Done)),
        // It comes again.
        (config(), "data: a", 1.0, &[], None),
        (has_done(config()), "data: a", 0.0, &[], None),
    ];
    for (config, sent, completes, events, end) in cases {
        let mut machine = reading(config);
        chunk(&mut machine, sent);
        machine.handle(Input::BodyEnded, completes);
        assert_eq!(data(&machine), events, "{sent}");
        let step = machine.handle(Input::Pull, 0.0);
        match end {
            Some(end) => assert_eq!(ending(step), end, "{sent}"),
            None => assert_eq!(step.action(), Action::Sleep, "{sent}"),
        }
    }
}

#[test]
fn what_is_read_only_once_is_never_repeated() {
    let config = StreamConfig { retry: RetryMode::Always, is_repeatable: false, ..config() };
    assert_eq!(ending(break_off(&mut reading(config))), OutcomeType::Failed);
}

#[test]
fn a_get_that_ends_is_requested_again() {
    let mut again = reading(config());
    assert_eq!(again.handle(Input::BodyEnded, 0.0).action(), Action::Deliver);
    let step = again.handle(Input::Pull, 0.0);
    assert_eq!((step.action(), step.failure()), (Action::Sleep, Some(Failure::Ended)));

    let mut never = reading(StreamConfig { retry: RetryMode::Never, ..config() });
    never.handle(Input::BodyEnded, 0.0);
    assert_eq!(ending(never.handle(Input::Pull, 0.0)), OutcomeType::Ended);

    let mut ndjson = reading(StreamConfig { format: Some(Format::Ndjson), ..config() });
    ndjson.handle(Input::BodyEnded, 0.0);
    assert_eq!(ending(ndjson.handle(Input::Pull, 0.0)), OutcomeType::Ended);
}

#[test]
fn the_marker_ends_the_stream_behind_the_events_before_it() {
    let promised = || StreamConfig { has_done: true, marker: Some("[DONE]".into()), ..post() };
    let mut machine = reading(promised());
    chunk(&mut machine, "data: 1\n\n");
    machine.handle(Input::Pull, 0.0);
    let step = chunk(&mut machine, "data: 2\n\ndata: [DONE]\n\ndata: 3\n\n");
    assert_eq!((step.action(), step.closes(), step.drains()), (Action::Deliver, true, true));
    assert_eq!(data(&machine), ["2"]);
    assert_eq!(ending(machine.handle(Input::Pull, 0.0)), OutcomeType::Done);

    let mut truncated = reading(promised());
    truncated.handle(Input::BodyEnded, 0.0);
    assert_eq!(ending(truncated.handle(Input::Pull, 0.0)), OutcomeType::Truncated);
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
    machine.handle(Input::Pull, 0.0);
    machine.handle(Input::BodyEnded, 0.0);
    assert_eq!(data(&machine), [""; 0]);
    assert_eq!(ending(machine.handle(Input::Pull, 0.0)), OutcomeType::Done);
}

#[test]
fn a_chunk_in_pieces_is_delivered_at_once() {
    let mut machine = reading(config());
    assert!(is_nothing(machine.push(b"data: 1\n\n", false)));
    assert_eq!(chunk(&mut machine, "da").action(), Action::Deliver);
    machine.handle(Input::Pull, 0.0);
    assert_eq!(chunk(&mut machine, "ta").action(), Action::Read, "nothing to deliver");
}

#[test]
fn what_the_page_throws_comes_behind_the_events() {
    let mut machine = reading(StreamConfig { retry: RetryMode::Always, ..config() });
    chunk(&mut machine, "data: 1\n\n");
    let step = machine.handle(Input::Threw, 0.0);
    assert_eq!((step.action(), step.closes(), step.drains()), (Action::Wait, true, false));
    assert_eq!(ending(machine.handle(Input::Pull, 0.0)), OutcomeType::Failed);
}

#[test]
fn waits_as_the_server_says_and_gives_up_as_the_policy_says() {
    let mut machine = machine(config());
    let policy = RetryPolicy { max_attempts: 2, jitter: 0.0, ..RetryPolicy::default() };
    machine.set_policy(policy);
    machine.handle(Input::Pull, 0.0);
    machine.handle(Input::Open, 0.0);
    read(&mut machine);
    chunk(&mut machine, "retry: 700\n");
    machine.handle(Input::Pull, 0.0);
    let step = break_off(&mut machine);
    assert_eq!((step.action(), machine.timer()), (Action::Sleep, 700.0));
    assert_eq!(machine.state(), State::Waiting);
    assert_eq!(machine.handle(Input::Timer, 0.0).action(), Action::Prepare);
    machine.handle(Input::Prepared, 0.0);
    let end = break_off(&mut machine).ended().unwrap();
    assert_eq!((end.outcome_type, end.is_exhausted), (OutcomeType::Failed, true));
}

#[test]
fn the_page_decides_about_retries_if_it_wants_to() {
    for (verdict, expected) in [(-1.0, None), (f64::NAN, Some(1_000.0)), (5.0, Some(5.0))] {
        let mut machine = reading(StreamConfig { asks_retry: true, ..config() });
        assert_eq!(break_off(&mut machine).action(), Action::AskRetry);
        let step = machine.handle(Input::Decided, verdict);
        assert_eq!((step.action() == Action::Sleep).then_some(machine.timer()), expected);
    }
    let mut ended = reading(StreamConfig { asks_end: true, ..config() });
    ended.handle(Input::BodyEnded, 0.0);
    assert_eq!(ended.handle(Input::Pull, 0.0).action(), Action::AskEnd);
    assert_eq!(ending(ended.handle(Input::EndAccepted, 0.0)), OutcomeType::Ended);
}

#[test]
fn only_failures_of_the_network_end_their_wait_when_it_is_back() {
    let failed = |failure, status, retry_after| {
        let mut machine = machine(config());
        machine.handle(Input::Open, 0.0);
        machine.handle(Input::Prepared, 0.0);
        machine.failed(failure, status, retry_after);
        machine.handle(Input::Returned, 0.0).action()
    };
    assert_eq!(failed(Failure::Network, 0, None), Action::Prepare);
    assert_eq!(failed(Failure::Http, 503, Some(60_000.0)), Action::Wait);
    assert_eq!(failed(Failure::Http, 503, None), Action::Wait);
}

#[test]
fn an_overdue_timer_lets_the_bytes_go_first() {
    let mut machine = reading(StreamConfig { idle_timeout: 2_000.0, ..config() });
    let step = machine.handle(Input::Timer, 60_000.0);
    assert_eq!((step.action(), machine.timer()), (Action::Wait, 2_000.0));
    let step = machine.handle(Input::Timer, 3.0);
    assert_eq!((step.action(), step.failure()), (Action::Sleep, Some(Failure::IdleTimeout)));
}

#[test]
fn where_all_timers_are_late_the_limit_holds_all_the_same() {
    let mut machine = reading(StreamConfig { idle_timeout: 2_000.0, ..config() });
    assert_eq!(machine.handle(Input::Timer, 60_000.0).action(), Action::Wait);
    let step = machine.handle(Input::Timer, 60_000.0);
    assert_eq!(step.failure(), Some(Failure::IdleTimeout));

    let mut machine = reading(StreamConfig { idle_timeout: 2_000.0, ..config() });
    machine.handle(Input::Timer, 60_000.0);
    chunk(&mut machine, ": alive\n");
    let step = machine.handle(Input::Timer, 60_000.0);
    assert_eq!(step.action(), Action::Wait, "bytes came in between");
}

#[test]
fn pauses_while_hidden_and_goes_on_by_id() {
    let mut machine = reading(StreamConfig { pauses: true, ..config() });
    let step = machine.handle(Input::Hidden, 0.0);
    assert_eq!((step.action(), step.closes()), (Action::Wait, true));
    assert_eq!(machine.state(), State::Waiting);
    assert_eq!(machine.handle(Input::Shown, 0.0).action(), Action::Prepare);

    let mut post = reading(StreamConfig { pauses: true, ..post() });
    assert!(is_nothing(post.handle(Input::Hidden, 0.0)), "it could not go on");
}

#[test]
fn a_page_that_is_gone_takes_its_streams_along() {
    let on = CancelOn { pagehide: true, ..CancelOn::default() };
    let left = |cancel, persisted| {
        let step = reading(StreamConfig { cancel, ..config() })
            .handle(Input::PageLeft, f64::from(u8::from(persisted)));
        step.ended().map(|end| (end.outcome_type, end.notify))
    };
    assert_eq!(left(None, true), None);
    assert_eq!(left(None, false), Some((OutcomeType::Closed, false)));
    assert_eq!(left(Some(on), true), Some((OutcomeType::Cancelled, true)));
    assert_eq!(left(Some(CancelOn::default()), false), Some((OutcomeType::Closed, false)));
}

#[test]
fn ends_once() {
    let mut machine = machine(config());
    assert_eq!(ending(machine.handle(Input::Cancel, 0.0)), OutcomeType::Cancelled);
    assert_eq!(machine.state(), State::Closed);
    assert!(is_nothing(machine.handle(Input::Fail, 0.0)));
}

#[test]
fn notifies_for_what_was_asked_and_sent() {
    let all = CancelOn { abort: true, leave: true, pagehide: true, unsent: false };
    let end = |on: Option<CancelOn>, is_sent: bool, cause| {
        let mut machine = machine(StreamConfig { cancel: on, ..config() });
        machine.handle(Input::Open, 0.0);
        if is_sent {
            machine.handle(Input::Prepared, 0.0);
        }
        let End { outcome_type, notify, .. } = machine.handle(cause, 0.0).ended().unwrap();
        (outcome_type, notify)
    };
    let none = Some(CancelOn::default());
    assert_eq!(end(none, true, Input::Cancel), (OutcomeType::Cancelled, true));
    assert_eq!(end(none, false, Input::Cancel), (OutcomeType::Cancelled, false));
    assert_eq!(end(None, true, Input::Cancel), (OutcomeType::Cancelled, false));
    assert_eq!(end(none, true, Input::Leave), (OutcomeType::Closed, false));
    assert_eq!(end(none, true, Input::Abort), (OutcomeType::Aborted, false));
    assert_eq!(end(Some(all), true, Input::Leave), (OutcomeType::Cancelled, true));
    assert_eq!(end(Some(all), true, Input::Abort), (OutcomeType::Aborted, true));
    assert_eq!(end(Some(all), true, Input::PageLeft), (OutcomeType::Cancelled, true));
    assert_eq!(end(Some(all), true, Input::Close), (OutcomeType::Closed, false));
    assert_eq!(end(Some(all), true, Input::Fail), (OutcomeType::Failed, false));
    let unsent = Some(CancelOn { unsent: true, ..all });
    assert_eq!(end(unsent, false, Input::Abort), (OutcomeType::Aborted, true));
}

#[test]
fn a_stream_that_is_never_opened_decodes() {
    let mut machine = machine(config());
    assert!(is_nothing(chunk(&mut machine, "data: 1\n\n")));
    assert_eq!(data(&machine), ["1"]);
}
