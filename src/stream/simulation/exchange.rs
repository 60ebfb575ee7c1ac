//! One exchange of a driver with the page and the server, from the request to its events.

use super::machine::{Input, Step};
use super::{
    Event, Happening, World,
    format::Reply,
    server::{BodyEnd, Position, Request},
};
use crate::stream::{
    failure::Failure,
    retry::retry_after,
    step::{Action, ResponseVerdict},
};
use std::string::String;

impl World<'_> {
    pub(super) fn prepare(&mut self) -> Option<Step> {
        let id = self.driver.machine.decoder().last_event_id();
        if id.contains(|character: char| character.is_ascii_control()) {
            return Some(self.threw("invalid-options"));
        }
        let reply = self.page.prepare();
        self.ask(reply)
    }

    pub(super) fn send(&mut self) -> Option<Step> {
        let driver = &self.driver;
        let id = String::from(driver.machine.decoder().last_event_id());
        let resumes = driver.resumes;
        // The first request, sent again with nothing to resume by, begins a new answer.
        if !resumes && id.is_empty() {
            self.driver.events = 0;
            self.driver.cursor = None;
        }
        let driver = &self.driver;
        let is_replay = resumes && self.setup.resume.is_some_and(|resume| resume.replays);
        let request = Request {
            last_event_id: if is_replay { String::new() } else { id.clone() },
            position: resumes.then(|| Position {
                job: driver.job.clone().or_else(|| self.setup.job.clone()),
                cursor: driver.cursor.clone(),
                events: driver.events,
                bytes: driver.machine.bytes(),
            }),
        };
        self.audit.request(&self.setup, &id, resumes, &self.connections);
        self.driver.connection = Some(self.request(request));
        None
    }

    /// Calls a function of the page.
    pub(super) fn ask(&mut self, reply: Reply) -> Option<Step> {
        let takes = reply.takes;
        self.driver.reply = reply;
        if takes == 0.0 {
            return self.replied();
        }
        self.clock.after(takes, Happening::Settled(self.driver.ticket));
        None
    }

    /// A function of the page is done.
    fn replied(&mut self) -> Option<Step> {
        let Reply { throws, stops, .. } = core::mem::take(&mut self.driver.reply);
        let doing = self.driver.doing;
        if let Some(stop) = stops {
            self.stop(stop);
        }
        Some(match doing {
            Action::Prepare if throws => self.threw("page"),
            Action::Prepare => self.handle(Input::Prepared),
            _ if throws => self.threw("refused"),
            _ => self.handle(Input::Accepted),
        })
    }

    /// What was waited for is there.
    pub(super) fn settled(&mut self, ticket: u32) {
        if ticket != self.driver.ticket {
            return;
        }
        let step = match self.driver.doing {
            Action::Prepare | Action::Accept | Action::Inspect => self.replied(),
            Action::Refuse => Some(self.refused()),
            doing => panic!("nothing settles during {doing:?}"),
        };
        if let Some(step) = step {
            self.perform_all(step);
        }
    }

    fn refused(&mut self) -> Step {
        let number = self.driver.connection.expect("a connection that was refused");
        let attempt = &self.connections[number].attempt;
        let status = attempt.status;
        let (code, failure) = match status {
            200..300 => ("content-type", Failure::ContentType),
            _ => ("http", Failure::Http),
        };
        let past = |date: &str| if date.ends_with(" 2015 07:28:00 GMT") { -1.0 } else { f64::NAN };
        let retry_after = retry_after(&attempt.retry_after, past);
        self.driver.fail(code, Some(status), failure.is_retryable(status));
        self.handle(Input::Failed { failure, status, retry_after })
    }

    /// Takes what the network has brought for what is under way. Returns whether there was something.
    pub(super) fn receive(&mut self) -> bool {
        let Some(number) = self.driver.connection else { return false };
        let connection = &mut self.connections[number];
        match self.driver.doing {
            Action::Send if connection.has_head => {
                self.driver.doing = Action::Wait;
                let (status, content_type) =
                    (connection.attempt.status, &connection.attempt.content_type);
                let verdict = self.driver.machine.judge(status, content_type);
                self.audit.judged(&self.setup, status, content_type, verdict);
                if let Some(joined) = &mut self.joined
                    && verdict == ResponseVerdict::Read
                {
                    joined.begin(self.audit.is_ndjson());
                }
                self.tell(Input::Answered(verdict));
            }
            Action::Send if connection.end.is_some() => self.broke(),
            Action::Read => {
                if let Some(chunk) = connection.arrived.pop_front() {
                    self.driver.doing = Action::Wait;
                    self.chunk(&chunk);
                } else if connection.end == Some(BodyEnd::Proper) {
                    self.driver.doing = Action::Wait;
                    self.body_ended();
                } else if connection.end.is_some() {
                    self.broke();
                } else {
                    return false;
                }
            }
            _ => return false,
        }
        true
    }

    fn broke(&mut self) {
        self.driver.doing = Action::Wait;
        self.driver.fail("network", None, true);
        self.tell(Input::Failed { failure: Failure::Network, status: 0, retry_after: None });
    }

    fn chunk(&mut self, chunk: &[u8]) {
        let mut pieces = chunk.chunks(self.setup.piece).peekable();
        while let Some(bytes) = pieces.next() {
            let last = pieces.peek().is_none();
            self.audit.bytes(&self.setup, bytes);
            let step = self.handle(Input::Bytes { bytes, last });
            self.collect();
            if let Some(joined) = &mut self.joined {
                joined.push(bytes);
                joined.cut(&self.driver.machine);
            }
            if step != Step::WAIT {
                return self.perform_all(step);
            }
        }
    }

    fn body_ended(&mut self) {
        self.audit.body_ended(&self.setup);
        let step = self.handle(Input::BodyEnded);
        self.collect();
        if let Some(joined) = &mut self.joined
            && !self.driver.collected.is_empty()
        {
            joined.end();
        }
        self.perform_all(step);
    }

    fn collect(&mut self) {
        let events = self.driver.machine.decoder().events();
        self.driver.collected.extend(events.map(|event| Event {
            event_type: event.event_type.into(),
            data: event.data.into(),
            last_event_id: event.last_event_id.into(),
        }));
    }

    pub(super) fn deliver(&mut self) -> Option<Step> {
        let mut events = core::mem::take(&mut self.driver.collected);
        if self.is_closed() {
            return Some(self.look_for_job(&events).unwrap_or_else(|| self.handle(Input::Pull)));
        }
        self.audit.delivered(&self.setup, &events, self.driver.machine.decoder().last_event_id());
        if let Some(joined) = &mut self.joined {
            let replays = self.setup.resume.is_some_and(|resume| resume.replays);
            joined.check(&events, !replays, self.audit.has_all());
        }
        if let Some(pattern) = &self.setup.done_when
            && let Some(index) = events.iter().position(|event| pattern.is_met_by(event))
        {
            events.truncate(index);
            self.tell(Input::FoundDone);
        }
        self.driver.events += events.len();
        if let Some(step) = self.look_for_job(&events) {
            assert_eq!(step, Step::WAIT, "the job is known");
        }
        self.look_for_cursor(&events);
        let reply = self.page.on_events();
        if let Some(stop) = reply.stops {
            self.stop(stop);
        }
        if reply.throws {
            let step = self.threw("page");
            self.perform_all(step);
        }
        if self.is_closed() {
            self.driver.dropped += events.len();
            return None;
        }
        self.driver.doing = Action::Wait;
        if events.is_empty() {
            return Some(self.handle(Input::Pull));
        }
        self.driver.is_pulled = false;
        self.driver.batch.extend(events);
        None
    }

    /// Tells the machine if one of these events names the job. Returns what it says.
    fn look_for_job(&mut self, events: &[Event]) -> Option<Step> {
        let start = self.setup.job_in.as_ref().filter(|_| self.driver.job.is_none())?;
        let job = events.iter().find_map(|event| event.data.strip_prefix(start.as_str()))?;
        self.driver.job = Some(job.into());
        Some(self.handle(Input::JobFound))
    }

    fn look_for_cursor(&mut self, events: &[Event]) {
        let Some(sign) = &self.setup.cursor_in else { return };
        let cursor = |event: &Event| event.data.rsplit_once(sign).map(|(_, cursor)| cursor.into());
        if let Some(cursor) = events.iter().rev().find_map(cursor) {
            self.driver.cursor = Some(cursor);
        }
    }
}
