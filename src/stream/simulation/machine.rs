//! The machine, with its inputs and steps as values: they are easier to check than numbers.

use crate::stream::{
    failure::Failure,
    lifecycle::State,
    machine,
    step::{self, Action, End, ResponseVerdict},
};

/// Who ends a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Cancel,
    Close,
    Leave,
    Abort,
    Fail,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum RetryVerdict {
    No,
    Usual,
    After(f64),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Input<'a> {
    Open,
    Prepared,
    Answered(ResponseVerdict),
    Accepted,
    Bytes { bytes: &'a [u8], last: bool },
    BodyEnded,
    FoundDone,
    Failed { failure: Failure, status: u16, retry_after: Option<f64> },
    Threw,
    Decided(RetryVerdict),
    EndAccepted,
    Timer { late: f64 },
    Returned,
    Hidden,
    Shown,
    PageLeft { persisted: bool },
    Pull,
    JobFound,
    Stop(Cause),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) close: bool,
    /// Whether the server may end the response first.
    pub(super) drains: bool,
    pub(super) failure: Option<Failure>,
    /// Milliseconds, or `f64::INFINITY`.
    pub(super) timer: f64,
    pub(super) action: Action,
    /// Whether the attempt is the resuming request.
    pub(super) resumes: bool,
    pub(super) end: Option<End>,
}

impl Step {
    pub(super) const WAIT: Self = Self {
        close: false,
        drains: false,
        failure: None,
        timer: f64::INFINITY,
        action: Action::Wait,
        resumes: false,
        end: None,
    };
}

pub(super) struct Machine(machine::Machine);

impl Machine {
    pub(super) fn new(machine: machine::Machine) -> Self {
        Self(machine)
    }

    pub(super) fn state(&self) -> State {
        self.0.state()
    }

    pub(super) fn decoder(&self) -> &crate::sse::Decoder {
        self.0.decoder()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    pub(super) fn response_bytes(&self, dropped: bool) -> u64 {
        self.0.response_bytes(dropped)
    }

    pub(super) fn attempt(&self) -> u32 {
        self.0.attempt()
    }

    pub(super) fn judge(&mut self, status: u16, content_type: &str) -> ResponseVerdict {
        self.0.judge(status, content_type)
    }

    pub(super) fn handle(&mut self, input: Input<'_>) -> Step {
        use step::Input as Kind;
        let (kind, number) = match input {
            Input::Bytes { bytes, last } => return self.step(|machine| machine.push(bytes, last)),
            Input::Failed { failure, status, retry_after } => {
                return self.step(|machine| machine.failed(failure, status, retry_after));
            }
            Input::Open => (Kind::Open, 0.0),
            Input::Prepared => (Kind::Prepared, 0.0),
            Input::Answered(verdict) => (Kind::Answered, f64::from(verdict as u32)),
            Input::Accepted => (Kind::Accepted, 0.0),
            Input::BodyEnded => (Kind::BodyEnded, 0.0),
            Input::FoundDone => (Kind::FoundDone, 0.0),
            Input::Threw => (Kind::Threw, 0.0),
            Input::Decided(RetryVerdict::No) => (Kind::Decided, -1.0),
            Input::Decided(RetryVerdict::Usual) => (Kind::Decided, f64::NAN),
            Input::Decided(RetryVerdict::After(delay)) => (Kind::Decided, delay),
            Input::EndAccepted => (Kind::EndAccepted, 0.0),
            Input::Timer { late } => (Kind::Timer, late),
            Input::Returned => (Kind::Returned, 0.0),
            Input::Hidden => (Kind::Hidden, 0.0),
            Input::Shown => (Kind::Shown, 0.0),
            Input::PageLeft { persisted } => (Kind::PageLeft, u8::from(persisted).into()),
            Input::Pull => (Kind::Pull, 0.0),
            Input::JobFound => (Kind::JobFound, 0.0),
            Input::Stop(Cause::Cancel) => (Kind::Cancel, 0.0),
            Input::Stop(Cause::Close) => (Kind::Close, 0.0),
            Input::Stop(Cause::Leave) => (Kind::Leave, 0.0),
            Input::Stop(Cause::Abort) => (Kind::Abort, 0.0),
            Input::Stop(Cause::Fail) => (Kind::Fail, 0.0),
            Input::Stop(Cause::Done) => (Kind::Done, 0.0),
        };
        self.step(|machine| machine.handle(kind, number))
    }

    fn step(&mut self, handle: impl FnOnce(&mut machine::Machine) -> step::Step) -> Step {
        let step = handle(&mut self.0);
        Step {
            close: step.closes(),
            drains: step.drains(),
            failure: step.failure(),
            timer: if step.is_timed() { self.0.timer() } else { f64::INFINITY },
            action: step.action(),
            resumes: step.resumes(),
            end: step.ended(),
        }
    }
}
