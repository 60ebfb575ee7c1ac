//! Timers, rests, and what ends them.

use super::{
    super::{
        endings::Facts,
        machine::{Input, Step},
        setup::Setup,
    },
    Audit, Rest,
};
use crate::stream::{lifecycle::State, step::Action};

impl Audit {
    /// A timer is one of those that the options or the policy ask for.
    pub(super) fn check_timer(&self, setup: &Setup, step: &Step) {
        let is_right = match step.action {
            Action::Send => step.timer == setup.connect_timeout,
            Action::Read => step.timer == setup.idle_timeout,
            Action::Sleep => step.timer.is_finite() && step.timer >= 0.0,
            Action::Wait if self.doing == Action::Send => {
                step.timer == f64::INFINITY || step.timer == setup.connect_timeout
            }
            Action::Wait if self.doing == Action::Read => {
                step.timer == f64::INFINITY || step.timer == setup.idle_timeout
            }
            _ => step.timer == f64::INFINITY,
        };
        assert!(is_right, "a timer that nobody asked for: {step:?}");
    }

    /// Whether the page is hidden, and that matters.
    pub(super) fn pauses(&self, setup: &Setup) -> bool {
        setup.pauses && self.is_hidden && self.may_repeat(setup)
    }

    pub(super) fn check_wait(
        &mut self,
        setup: &Setup,
        input: &Input<'_>,
        step: &Step,
        after: State,
    ) {
        if step.close && after == State::Waiting {
            assert!(self.pauses(setup), "suspended for nothing");
            self.rest = Rest::Suspended;
        }
        if let Input::Bytes { last: true, .. } = input {
            panic!("nothing follows the last piece of a chunk");
        }
    }

    /// A timer that fires ends what it limits. Once it may be late for nothing: after a freeze the
    /// bytes that came meanwhile go first.
    pub(super) fn check_fired(&mut self, setup: &Setup, input: &Input<'_>, step: &Step) {
        let Input::Timer { late } = *input else { return };
        let timeout = match self.doing {
            Action::Send => setup.connect_timeout,
            Action::Read => setup.idle_timeout,
            Action::Sleep if self.pauses(setup) => return assert_eq!(step.action, Action::Wait),
            Action::Sleep => return assert_eq!(step.action, Action::Prepare),
            _ => return,
        };
        let is_held_up = late > 1_000.0 && !core::mem::replace(&mut self.is_extended, true);
        assert_eq!(step.action == Action::Wait, is_held_up, "a timer, {late} ms late");
        assert!(!is_held_up || step.timer == timeout, "the bytes get no time");
    }

    pub(super) fn check_prepare(
        &mut self,
        setup: &Setup,
        now: f64,
        input: &Input<'_>,
        step: &Step,
    ) {
        match self.rest {
            Rest::Unopened => {
                assert!(matches!(input, Input::Open | Input::Pull), "opened by {input:?}");
            }
            Rest::Sleeping { until, wakes } => {
                let is_due = match input {
                    Input::Timer { .. } => now >= until,
                    Input::Returned => wakes,
                    _ => false,
                };
                assert!(is_due, "{input:?} at {now} ends a wait until {until}");
            }
            Rest::Suspended => assert!(matches!(input, Input::Shown), "shown by {input:?}"),
            Rest::None => panic!("a new attempt during another, by {input:?}"),
        }
        if self.rest != Rest::Unopened {
            assert!(self.may_repeat(setup), "a request that may not be repeated");
        }
        self.rest = Rest::None;
        assert_eq!(step.resumes, self.can_resume(setup), "whether another request goes on");
        self.resumes = step.resumes;
        self.is_fruitful = false;
        let is_replay = self.resumes && setup.resume.is_some_and(|resume| resume.replays);
        self.dropped_size = 0;
        self.to_drop = if is_replay { self.delivered } else { 0 };
        self.facts = Facts {
            was_sent: self.facts.was_sent,
            is_resumed: self.resumes && self.was_accepted,
            ..Facts::default()
        };
        self.naive.connect();
        self.ids.clear();
    }
}
