//! Plays one scenario. What is wrong is returned, not panicked with: the others are to be played, too.

use super::{
    compare::{compare, compare_requests},
    format::{Address, Condition, Endpoint, Expectation, Move, Scenario},
};
use crate::support::{Entry, Script, Sink, UNREACHABLE};
use futures::{
    FutureExt as _, StreamExt as _,
    future::{Either, LocalBoxFuture, select},
};
use gloo_timers::future::TimeoutFuture;
use serde_json::{Value, json};
use sluicegate::{CancelResult, Canceller, Error, ErrorCode, EventStream};
use std::error::Error as _;

/// How long a condition is waited for between two looks, in milliseconds.
const INTERVAL: u32 = 5;

/// A query, which no message may have.
const SECRET: &str = "?token=hunter2";

pub async fn play(scenario: &Scenario) -> Result<(), String> {
    let expected = &scenario.expect;
    let script = match &scenario.server {
        Value::String(address) if address == "unreachable" => None,
        attempts => Some(Script::new(attempts.clone()).await),
    };
    let sink = match &scenario.endpoint {
        Endpoint::Answer(answer) => {
            Some(Sink::answering(&format!("?status={}&delayMs={}", answer.status, answer.delay_ms)))
        }
        Endpoint::Address(Address::Unreachable) => None,
    };
    let url = script.as_ref().map_or(UNREACHABLE.into(), Script::url) + SECRET;
    let endpoint = sink.as_ref().map_or(UNREACHABLE.to_owned() + SECRET, |sink| sink.url().into());
    let controller = web_sys::AbortController::new().map_err(|_| "no AbortController")?;
    let builder = scenario.options.builder(&url, &endpoint)?.signal(&controller.signal());
    let stream = builder.open().map_err(|error| format!("the options are refused: {error}"))?;
    let mut player = Player {
        last_event_id: stream.last_event_id().into(),
        canceller: stream.canceller(),
        stream: Some(stream),
        controller,
        cancelling: None,
        script,
        addresses: [(url, "{url}"), (endpoint, "{endpoint}")],
        events: Vec::new(),
        error: None,
    };
    let result = player.play(&scenario.consumer).await;
    show_for_real();
    result?;
    player.compare(expected).await?;
    if let (Some(script), Some(requests)) = (&player.script, &expected.requests) {
        compare_requests(&script.try_over(requests.len()).await?, requests)?;
    }
    if let Some(sink) = sink {
        let log = sink.try_received(expected.notifications.len()).await?;
        compare_requests(&log, &expected.notifications)?;
    }
    Ok(())
}

struct Player {
    /// None once it was dropped.
    stream: Option<EventStream>,
    canceller: Canceller,
    controller: web_sys::AbortController,
    /// A cancellation that was not waited for.
    cancelling: Option<LocalBoxFuture<'static, CancelResult>>,
    script: Option<Script>,
    /// What stands for them in expected messages.
    addresses: [(String, &'static str); 2],
    events: Vec<Value>,
    error: Option<Error>,
    last_event_id: String,
}

impl Player {
    async fn play(&mut self, moves: &[Move]) -> Result<(), String> {
        for next in moves {
            self.make(next).await.map_err(|problem| format!("at {next:?}: {problem}"))?;
        }
        self.take_all().await;
        let goes_on = match &mut self.stream {
            Some(stream) => stream.next().await.is_some(),
            None => false,
        };
        if goes_on { Err("it goes on after its end".into()) } else { Ok(()) }
    }

    async fn make(&mut self, next: &Move) -> Result<(), String> {
        match next {
            Move::Take(count) => {
                for _ in 0..*count {
                    if !self.take_one().await {
                        return Err(format!("it ended after {:?}, {:?}", self.events, self.error));
                    }
                }
            }
            Move::TakeAll(true) => self.take_all().await,
            Move::Signal(name) => self.script()?.signal(name).await,
            Move::Until(condition) => self.reach(condition, true).await?,
            Move::StandUntil(condition) => self.reach(condition, false).await?,
            Move::Check(expected) => {
                let stream = self.stream()?;
                let seen =
                    json!({ "state": stream.state().as_str(), "lastEventId": self.last_event_id });
                compare("the stream", &seen, expected)?;
            }
            Move::Cancel(expected) => {
                // In JavaScript, a second call returns what the first one did.
                let report = match self.cancelling.take() {
                    Some(cancelling) => cancelling.await,
                    None => self.canceller.cancel().await,
                };
                compare("the report", &self.report_as_json(&report), expected)?;
            }
            Move::Close(true) => self.canceller.close(),
            Move::Leave(true) => self.stream = None,
            Move::Page(happening) => live(happening),
            Move::TakeAll(false) | Move::Close(false) | Move::Leave(false) => {
                return Err("only `true` means something".into());
            }
            Move::Abort(reason) => self.controller.abort_with_reason(&reason.as_str().into()),
            Move::CancelSoon(_) => self.cancelling = Some(self.canceller.cancel().boxed_local()),
            Move::Read { .. } | Move::Stand(_) | Move::Freeze(_) => {
                return Err("it takes a simulated clock: skip this scenario".into());
            }
        }
        Ok(())
    }

    fn stream(&self) -> Result<&EventStream, String> {
        self.stream.as_ref().ok_or("the stream was dropped: skip this scenario".into())
    }

    fn script(&self) -> Result<&Script, String> {
        self.script.as_ref().ok_or("the server is unreachable".into())
    }

    async fn take_all(&mut self) {
        while self.take_one().await {}
    }

    /// Whether an event came.
    async fn take_one(&mut self) -> bool {
        let Some(stream) = &mut self.stream else { return false };
        match stream.next().await {
            Some(Ok(event)) => {
                self.last_event_id = stream.last_event_id().into();
                self.events.push(json!({
                    "type": event.event_type,
                    "data": event.data,
                    "lastEventId": event.last_event_id,
                }));
                true
            }
            Some(Err(error)) => {
                self.error = Some(error);
                false
            }
            None => false,
        }
    }

    /// Waits for the condition, and asks for an event meanwhile or not.
    async fn reach(&mut self, condition: &Condition, is_asking: bool) -> Result<(), String> {
        for _ in 0..30_000 / INTERVAL {
            let pause = TimeoutFuture::new(INTERVAL);
            match &mut self.stream {
                Some(stream) if is_asking => {
                    if let Either::Left((item, _)) = select(stream.next(), pause).await {
                        return Err(format!("instead came {item:?}"));
                    }
                }
                _ => pause.await,
            }
            if self.holds(condition).await? {
                return Ok(());
            }
        }
        Err("it never was so".into())
    }

    async fn holds(&self, condition: &Condition) -> Result<bool, String> {
        Ok(match condition {
            Condition::Requests(count) => self.script()?.log().await.len() == *count,
            Condition::Over(count) => {
                let log = self.script()?.log().await;
                log.len() == *count && log.iter().all(Entry::is_over)
            }
            Condition::State(state) => self.stream()?.state().as_str() == state,
        })
    }

    async fn compare(&self, expected: &Expectation) -> Result<(), String> {
        let Expectation {
            events, outcome, error, notified, last_event_id, dropped, reason, ..
        } = expected;
        let whole = |event: &Value| match event {
            Value::String(data) => json!({ "data": data }),
            members => members.clone(),
        };
        let all = |events| Value::Array(events);
        let expected_events = all(events.iter().map(whole).collect());
        compare("events", &all(self.events.clone()), &expected_events)?;
        if let Some(id) = last_event_id {
            compare("lastEventId", &json!(self.last_event_id), &json!(id))?;
        }
        // A stream that was dropped says nothing any more.
        let Some(stream) = &self.stream else { return Ok(()) };
        compare("state", &json!(stream.state().as_str()), &json!("closed"))?;
        let seen = stream.closed().await;
        let told = seen.error.map(|error| match error.code {
            ErrorCode::Aborted => json!(error.cause.as_string()),
            _ => self.error_as_json(&error),
        });
        let error = reason.as_ref().map(|reason| json!(reason)).or(error.clone());
        compare(
            "outcome",
            &json!({ "type": seen.outcome_type.as_str(), "notified": seen.notified, "error": told, "dropped": seen.dropped }),
            &json!({ "type": outcome, "notified": notified, "error": error, "dropped": dropped.unwrap_or(0) }),
        )?;
        let thrown = self.error.as_ref().map(|error| match error.code {
            ErrorCode::Aborted => json!(error.cause.as_string()),
            _ => self.error_as_json(error),
        });
        compare("the last item is the outcome's error", &json!(thrown), &json!(told))
    }

    fn error_as_json(&self, error: &Error) -> Value {
        let mut message = error.to_string();
        for (address, name) in &self.addresses {
            let path = address.split('?').next().unwrap_or_default();
            message = message.replace(path, name);
        }
        let source = error.source().and_then(|source| source.downcast_ref::<Error>());
        json!({
            "code": error.code.as_str(),
            "status": error.status,
            "attempt": error.attempt,
            "retryable": error.retryable,
            "message": message,
            "body": error.body,
            "cause": source.map(|source| self.error_as_json(source)),
        })
    }

    fn report_as_json(&self, report: &CancelResult) -> Value {
        let sent = report.notification.clone().unwrap_or_default();
        json!({
            "aborted": report.aborted,
            "notified": sent.notified,
            "status": sent.status,
            "error": sent.error.map(|error| self.error_as_json(&error)),
        })
    }
}

/// What happens to the page.
fn live(happening: &str) {
    let event = "document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))";
    match happening {
        "hide" => run(&format!(
            "Object.defineProperty(document, 'hidden', {{ configurable: true, value: true }}); {event}"
        )),
        "show" => run(&format!("delete document.hidden; {event}")),
        "online" => run("dispatchEvent(new Event('online'))"),
        name => {
            let (event, persisted) = match name {
                "load" => ("pageshow", false),
                "restore" => ("pageshow", true),
                "pagehide" => ("pagehide", true),
                "gone" => ("pagehide", false),
                _ => panic!("a page can't {name}"),
            };
            run(&format!(
                "dispatchEvent(new PageTransitionEvent('{event}', {{ persisted: {persisted} }}))"
            ));
        }
    }
}

fn show_for_real() {
    run("delete document.hidden");
}

fn run(code: &str) {
    let result = js_sys::Function::new_no_args(code).call0(&js_sys::global());
    result.expect("the page does it");
}
