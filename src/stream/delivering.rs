//! Events on their way to the consumer, for the Rust API.

use super::{
    driver::Driver,
    event_stream::Event,
    lifecycle::State,
    settings::DonePredicate,
    step::{Input, Step},
};
use crate::{
    error::Error,
    sse::{EventRef, Item},
};
use alloc::{string::String, vec::Vec};

impl Driver {
    /// Hands over what was decoded. What the consumer does next is the next input.
    pub(super) fn deliver(&self) -> Step {
        // Owned: the app's code runs while nothing is borrowed, and may stop the stream.
        let mut events = Vec::new();
        let mut comments = Vec::new();
        for item in self.machine().decoder().items() {
            match item {
                Item::Event(event) => events.push(Event::from(event)),
                Item::Comment(text) => comments.push((events.len(), String::from(text))),
                Item::Retry(_) => {}
            }
        }
        let shown = if self.is_open() { self.show(&mut events, &comments) } else { Ok(()) };
        if let Err(error) = shown.and_then(|()| self.find_job(&events)) {
            let step = self.threw(error);
            self.apply(step);
        }
        if !events.is_empty() && self.is_open() {
            self.batch.replace(Some(events));
            self.wake_consumer();
            return Step::WAIT;
        }
        self.handle(Input::Pull)
    }

    fn is_open(&self) -> bool {
        self.state() != State::Closed
    }

    /// Lets the app see what came, in order. Cuts the events at the one that ends the stream.
    fn show(&self, events: &mut Vec<Event>, comments: &[(usize, String)]) -> Result<(), Error> {
        let hooks = &self.settings.hooks;
        let found = match &hooks.is_done {
            Some(is_done) => find(events, is_done),
            None => Ok(None),
        };
        if let Ok(Some(index)) = found {
            self.found.replace(events.drain(index..).next());
            let step = self.handle(Input::FoundDone);
            self.apply(step);
        }
        self.count(events.len() as u32);
        found?;
        let cursors = self.cursors_of(events)?;
        let bytes = self.machine().bytes();
        self.position.borrow_mut().advance(events.len() as u32, bytes, cursors);
        if let Some(on_comment) = &hooks.on_comment {
            for (_, comment) in comments.iter().filter(|(at, _)| *at <= events.len()) {
                if self.is_open() {
                    on_comment(comment)?;
                }
            }
        }
        Ok(())
    }

    /// Returns the cursors of those events that have one, with their indexes.
    fn cursors_of(&self, events: &[Event]) -> Result<Vec<(u32, String)>, Error> {
        let mut cursors = Vec::new();
        if let Some(cursor) = &self.settings.hooks.cursor {
            for (index, event) in (0..).zip(events) {
                cursors.extend(cursor(event.as_ref())?.map(|cursor| (index, cursor)));
            }
        }
        Ok(cursors)
    }

    fn count(&self, count: u32) {
        self.events.set(self.events.get() + count);
        let since = self.since_opened();
        let mut stats = self.stats.borrow_mut();
        stats.events += count;
        if count > 0 {
            stats.time_to_first_event.get_or_insert(since);
        }
        drop(stats);
        self.count_dropped();
    }

    /// Looks for the job in the headers, or where the app chose it: what the closure fails with is
    /// ignored, since it may need an event.
    pub(super) fn find_job_of_response(&self) {
        let no_event = EventRef { event_type: "message", data: "", last_event_id: "" };
        let _ = self.find_job(&[no_event.into()]);
    }

    /// Looks for the job until there is one.
    fn find_job(&self, events: &[Event]) -> Result<(), Error> {
        let Some(find_job) = &self.settings.hooks.find_job else { return Ok(()) };
        let response = self.position.borrow().response.clone();
        let Some(response) = response else { return Ok(()) };
        for event in events {
            if self.position.borrow().job.is_some() {
                break;
            }
            if let Some(job) = find_job(event.as_ref(), &response)? {
                self.position.borrow_mut().job = Some(job);
                let step = self.handle(Input::JobFound);
                self.apply(step);
            }
        }
        Ok(())
    }
}

/// Returns the index of the event that ends the stream.
fn find(events: &[Event], is_done: &DonePredicate) -> Result<Option<usize>, Error> {
    for (index, event) in events.iter().enumerate() {
        if is_done(event.as_ref())? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}
