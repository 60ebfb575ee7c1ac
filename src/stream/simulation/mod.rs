//! The machine among simulated servers, consumers and pages: no I/O, no clock, all randomness from
//! a seed.
//!
//! `driver.rs` does what the machine says, as the two real drivers do; `server.rs` and
//! `consumer.rs` are what it is between. `audit.rs` checks after each step what has to hold. What
//! happens comes from a seed (`schedules.rs`, `traffic.rs`) or from tests/scenarios (`player.rs`).

mod audit;
mod clock;
#[path = "../../../tests/scenarios/compare.rs"]
mod compare;
mod consumer;
mod driver;
mod endings;
mod exchange;
#[path = "../../../tests/scenarios/format.rs"]
mod format;
mod joined;
mod machine;
mod naive;
mod outcome;
mod page;
mod player;
mod policy;
mod random;
mod schedules;
mod script;
mod server;
mod setup;
mod shrink;
mod traffic;

use self::{
    audit::Audit,
    clock::Clock,
    consumer::Consumer,
    driver::Driver,
    format::{Move, Options},
    joined::Joined,
    machine::{Cause, Input},
    page::PageCode,
    server::{Connection, Server},
    setup::Setup,
};
use super::{lifecycle::State, step::Action};
use std::{boxed::Box, string::String, vec::Vec};

/// An event of a stream, owned.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    event_type: String,
    data: String,
    last_event_id: String,
}

/// What the simulated clock brings.
enum Happening {
    /// The server goes on with a response.
    Serve(usize),
    /// The timer of this number fires.
    Timer(u32),
    /// What the driver of this ticket waited for is there.
    Settled(u32),
    /// The cancel endpoint has answered.
    Notified,
    /// The time to find the job is over.
    LingeredLong,
    /// The server has had time enough to end a response of which nothing more is wanted.
    Drained(usize),
    /// The consumer's time is up.
    Look,
    /// The page runs again.
    Thaw,
}

/// Past so many happenings, a schedule runs for ever.
const MOST_HAPPENINGS: usize = 20_000;

/// One stream and all that is around it.
struct World<'a> {
    clock: Clock<Happening>,
    server: Box<dyn Server + 'a>,
    connections: Vec<Connection>,
    /// Signals that no server has waited for yet.
    signals: Vec<String>,
    setup: Setup,
    driver: Driver,
    page: PageCode,
    consumer: Consumer,
    audit: Audit,
    /// What is handed on, if bytes are.
    joined: Option<Joined>,
    /// What happened in a frozen page: it comes when the page runs again.
    held: Option<Vec<Happening>>,
}

impl<'a> World<'a> {
    fn new(options: &Options, server: Box<dyn Server + 'a>, moves: Vec<Move>) -> Self {
        let setup = Setup::new(options);
        Self {
            clock: Clock::new(),
            server,
            connections: Vec::new(),
            signals: Vec::new(),
            driver: Driver::new(setup.machine()),
            page: PageCode::new(&options.native),
            consumer: Consumer::new(moves),
            audit: Audit::new(&setup),
            joined: setup.hands_on_bytes.then(|| Joined::new(&setup.last_event_id)),
            setup,
            held: None,
        }
    }

    /// Runs until nothing happens any more.
    ///
    /// # Panics
    /// If something happens that must not.
    fn run(&mut self) {
        self.go_on();
        let mut count = 0;
        while let Some(happening) = self.clock.next() {
            count += 1;
            assert!(count < MOST_HAPPENINGS, "it runs for ever");
            self.happen(happening);
            self.go_on();
        }
        if self.driver.machine.state() != State::Closed {
            assert!(self.waits_rightly(), "the stream hangs: {:?}", self.driver.doing);
        }
        self.audit.over(&self.connections, self.driver.connection);
    }

    /// Lets everybody do what needs no time.
    fn go_on(&mut self) {
        while self.held.is_none() {
            let has_moved = self.consume();
            // The consumer may have frozen the page.
            let has_received = self.held.is_none() && self.receive();
            if !has_moved && !has_received {
                break;
            }
        }
    }

    fn happen(&mut self, happening: Happening) {
        if let Happening::Serve(number) = happening {
            return self.serve(number);
        }
        if let Happening::Thaw = happening {
            // Overdue timers run before all else.
            let mut held = self.held.take().unwrap_or_default();
            held.sort_by_key(|happening| !matches!(happening, Happening::Timer(_)));
            for happening in held {
                self.happen(happening);
            }
            return;
        }
        if let Some(held) = &mut self.held {
            return held.push(happening);
        }
        match happening {
            Happening::Timer(number) => self.fire(number),
            Happening::Settled(ticket) => self.settled(ticket),
            Happening::Notified => self.notified(),
            Happening::Drained(number) => self.close_connection(number),
            Happening::LingeredLong => self.tell(Input::Stop(Cause::Close)),
            _ => {}
        }
    }

    /// Whether a stream that is not over waits for what may never come.
    fn waits_rightly(&self) -> bool {
        let connection = self.driver.connection.map(|number| &self.connections[number]);
        let is_held = connection.is_some_and(|connection| connection.over.is_none());
        match self.driver.doing {
            Action::Send => is_held && self.setup.connect_timeout == f64::INFINITY,
            Action::Read => is_held && self.setup.idle_timeout == f64::INFINITY,
            Action::Wait => self.audit.is_suspended(),
            _ => false,
        }
    }
}
