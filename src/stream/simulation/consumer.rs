//! The consumer of a stream, and the page that it is in: makes one move after the other, and then
//! takes all that comes.

use super::machine::Input;
use super::{
    Event, Happening, World,
    compare::compare,
    format::{Condition, Move, Stop},
    outcome::Failed,
};
use serde_json::{Value, json};
use std::{string::String, vec::Vec};

pub(super) struct Consumer {
    moves: Vec<Move>,
    /// The number of moves made.
    made: usize,
    /// The events taken by the current move.
    took: usize,
    /// When the current move is over.
    deadline: Option<f64>,
    /// What `cancel()` returns at once, of a move that waits for the rest.
    aborted: Option<bool>,
    pub(super) taken: Vec<Event>,
    /// Whether the end was seen.
    pub(super) is_over: bool,
    /// Whether the cancel endpoint has answered.
    pub(super) is_notified: bool,
    pub(super) reason: Option<String>,
}

/// Whether a move is made, or waits.
#[derive(PartialEq)]
enum Progress {
    Made,
    Waits,
}
use Progress::{Made, Waits};

impl Consumer {
    pub(super) fn new(moves: Vec<Move>) -> Self {
        Self {
            moves,
            made: 0,
            took: 0,
            deadline: None,
            aborted: None,
            taken: Vec::new(),
            is_over: false,
            is_notified: false,
            reason: None,
        }
    }

    /// The move that was not made, if any is left.
    pub(super) fn stuck(&self) -> Option<&Move> {
        self.moves.get(self.made)
    }
}

impl World<'_> {
    /// Makes moves until one waits. Returns whether anything happened.
    pub(super) fn consume(&mut self) -> bool {
        let mut has_moved = false;
        while self.held.is_none() {
            let Some(next) = self.consumer.moves.get(self.consumer.made).cloned() else {
                let took = self.take_all();
                return has_moved || took;
            };
            self.poke();
            let took = self.consumer.took;
            if self.make(&next) == Waits {
                return has_moved || self.consumer.took > took;
            }
            self.consumer.made += 1;
            self.consumer.took = 0;
            self.consumer.deadline = None;
            has_moved = true;
        }
        has_moved
    }

    fn make(&mut self, what: &Move) -> Progress {
        match what {
            Move::Take(count) => {
                self.start();
                while self.consumer.took < *count as usize {
                    if !self.take() {
                        assert!(!self.consumer.is_over, "{what:?}: it ended before");
                        return Waits;
                    }
                }
            }
            Move::TakeAll(_) => {
                self.take_all();
                return if self.consumer.is_over { Made } else { Waits };
            }
            Move::Read { within, most } => {
                self.start();
                let is_due = self.is_due(*within);
                while !is_due && self.consumer.took < *most && !self.consumer.is_over {
                    if !self.take() && !self.consumer.is_over {
                        return Waits;
                    }
                }
            }
            Move::Stand(time) => {
                self.start();
                return if self.is_due(*time) { Made } else { Waits };
            }
            Move::Freeze(time) => {
                self.held = Some(Vec::new());
                self.clock.after(*time, Happening::Thaw);
            }
            Move::Signal(name) => self.signal(name),
            Move::Until(condition) => {
                self.start();
                if !self.driver.is_pulled && self.driver.end.is_none() {
                    assert!(self.driver.batch.is_empty(), "{what:?}: an event came");
                    self.pull();
                }
                return if self.holds(condition) { Made } else { Waits };
            }
            Move::StandUntil(condition) => {
                self.start();
                return if self.holds(condition) { Made } else { Waits };
            }
            Move::Check(expected) => {
                let state = self.driver.machine.state().as_str();
                let seen = json!({ "state": state, "lastEventId": self.last_event_id() });
                compare("the stream", &seen, expected)
                    .unwrap_or_else(|problem| panic!("{problem}"));
            }
            Move::Cancel(report) => return self.cancel(report),
            Move::CancelSoon(_) => {
                self.consumer.aborted = Some(self.driver.end.is_none());
                self.stop(Stop::Cancel);
            }
            Move::Close(_) => self.stop(Stop::Close),
            Move::Leave(_) => self.stop(Stop::Leave),
            Move::Abort(reason) => {
                if self.driver.end.is_none() {
                    self.consumer.reason = Some(reason.clone());
                }
                self.stop(Stop::Abort);
            }
            // The first load of a page is no return.
            Move::Page(happening) if happening == "load" => {}
            Move::Page(happening) => self.tell(match happening.as_str() {
                "hide" => Input::Hidden,
                "show" => Input::Shown,
                "online" | "restore" => Input::Returned,
                "pagehide" => Input::PageLeft { persisted: true },
                "gone" => Input::PageLeft { persisted: false },
                _ => panic!("a page can't {happening}"),
            }),
        }
        Made
    }

    /// The id of the event that the consumer got last.
    pub(super) fn last_event_id(&self) -> &str {
        match self.consumer.taken.last() {
            Some(event) => &event.last_event_id,
            None => &self.setup.last_event_id,
        }
    }

    /// Moves before the first that takes time are made before the stream is opened.
    fn start(&mut self) {
        if !self.setup.opened_by_pull {
            self.open();
        }
    }

    fn is_due(&mut self, time: f64) -> bool {
        let now = self.clock.now;
        let Some(deadline) = self.consumer.deadline else {
            self.consumer.deadline = Some(now + time);
            self.clock.after(time, Happening::Look);
            return false;
        };
        now >= deadline
    }

    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Requests(count) => self.connections.len() == *count,
            Condition::Over(count) => {
                let are_over = self.connections.iter().all(|one| one.over.is_some());
                self.connections.len() == *count && are_over
            }
            Condition::State(state) => self.driver.machine.state().as_str() == state,
        }
    }

    fn take_all(&mut self) -> bool {
        self.start();
        let before = self.consumer.taken.len();
        while self.take() {}
        self.consumer.taken.len() > before
    }

    /// Takes the next event. Returns false if there is none, yet or any more.
    fn take(&mut self) -> bool {
        if self.driver.end.is_some() {
            self.consumer.is_over = true;
            return false;
        }
        let Some(event) = self.driver.batch.pop_front() else {
            if !self.driver.is_pulled {
                self.pull();
            }
            return false;
        };
        self.consumer.taken.push(event);
        self.consumer.took += 1;
        true
    }

    fn cancel(&mut self, expected: &Value) -> Progress {
        let aborted = match self.consumer.aborted {
            Some(aborted) => aborted,
            None => {
                let aborted = self.driver.end.is_none();
                self.consumer.aborted = Some(aborted);
                self.stop(Stop::Cancel);
                aborted
            }
        };
        let is_told = aborted && self.driver.end.is_some_and(|end| end.notify);
        if is_told && !self.consumer.is_notified {
            return Waits;
        }
        self.consumer.aborted = None;
        let notification = self.driver.notification.as_ref().filter(|_| is_told);
        let error = notification.and_then(|notification| notification.error.as_ref());
        let seen = json!({
            "aborted": aborted,
            "notified": notification.is_some_and(|notification| notification.notified),
            "status": notification.and_then(|notification| notification.status),
            "error": error.map(Failed::to_json),
        });
        compare("the report", &seen, &without_texts(expected))
            .unwrap_or_else(|problem| panic!("{problem}"));
        Made
    }
}

/// Texts are the drivers': they are not compared here.
pub(super) fn without_texts(expected: &Value) -> Value {
    let mut expected = expected.clone();
    if let Value::Object(members) = &mut expected {
        members.retain(|name, _| name != "message" && name != "body");
        for value in members.values_mut() {
            *value = without_texts(value);
        }
    }
    expected
}
