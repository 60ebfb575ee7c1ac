//! What a server answers, and the network that carries it.

use super::{Happening, World};
use std::{collections::VecDeque, string::String, vec::Vec};

/// The answer to one request.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) status: u16,
    /// The header `Content-Type`.
    pub(super) content_type: String,
    /// The header `Retry-After`, empty if there is none.
    pub(super) retry_after: String,
    /// Milliseconds until the head; `f64::INFINITY` is never.
    pub(super) head_delay: f64,
    pub(super) acts: Vec<Act>,
}

/// What a server does with a response, in order. After the last one it ends the body.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act {
    Send(Vec<u8>),
    /// Milliseconds.
    Delay(f64),
    WaitFor(String),
    /// Nothing more comes, and the connection stays.
    Stall,
    /// The proper end.
    End,
    /// The connection breaks. What was sent still arrives.
    Close,
    /// The connection breaks. What was not read is lost.
    Reset,
}

impl Attempt {
    /// A response that is read.
    pub(super) fn new(acts: Vec<Act>) -> Self {
        Self {
            status: 200,
            content_type: "text/event-stream".into(),
            retry_after: String::new(),
            head_delay: 0.0,
            acts,
        }
    }

    /// Nobody listens, or the connection breaks before the head.
    pub(super) fn unreachable() -> Self {
        Self { head_delay: f64::INFINITY, ..Self::new([Act::Reset].into()) }
    }
}

/// What a request says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    /// The header `Last-Event-ID`.
    pub(super) last_event_id: String,
    /// Of a resuming request: where the answer is.
    pub(super) position: Option<Position>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Position {
    pub(super) job: Option<String>,
    pub(super) cursor: Option<String>,
    pub(super) events: usize,
    pub(super) bytes: u64,
}

/// Who answers the requests of a stream.
pub(super) trait Server {
    /// Returns the answer to the request of this number, counted from 0.
    fn answer(&mut self, number: usize, request: &Request) -> Attempt;
}

/// Answers with what was written down, at last with the last again and again.
impl Server for Vec<Attempt> {
    fn answer(&mut self, number: usize, _: &Request) -> Attempt {
        self[number.min(self.len() - 1)].clone()
    }
}

/// One request and its response.
pub(super) struct Connection {
    pub(super) attempt: Attempt,
    pub(super) request: Request,
    /// When the request was sent, and when its response was over.
    pub(super) started: f64,
    pub(super) over: Option<f64>,
    /// How it ended for the server.
    pub(super) outcome: &'static str,
    pub(super) has_head: bool,
    /// What has arrived and was not read.
    pub(super) arrived: VecDeque<Vec<u8>>,
    /// How the body ends behind what has arrived.
    pub(super) end: Option<BodyEnd>,
    next: usize,
    /// The signal that the server waits for.
    waits_for: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum BodyEnd {
    Proper,
    Broken,
}

impl World<'_> {
    /// A request leaves. Returns the number of its connection.
    pub(super) fn request(&mut self, request: Request) -> usize {
        let number = self.connections.len();
        let attempt = self.server.answer(number, &request);
        let is_never = attempt.head_delay == f64::INFINITY;
        // Without a head, what was to follow it comes at once.
        let delay = if is_never { 0.0 } else { attempt.head_delay };
        self.connections.push(Connection {
            attempt,
            request,
            started: self.clock.now,
            over: None,
            outcome: "open",
            has_head: false,
            arrived: VecDeque::new(),
            end: None,
            next: 0,
            waits_for: None,
        });
        self.clock.after(delay, Happening::Serve(number));
        number
    }

    /// The server goes on with a response, as far as it gets.
    pub(super) fn serve(&mut self, number: usize) {
        let connection = &mut self.connections[number];
        if connection.over.is_some() {
            return;
        }
        let never = connection.attempt.head_delay == f64::INFINITY;
        connection.has_head = !never;
        loop {
            let act = connection.attempt.acts.get(connection.next);
            connection.next += 1;
            let outcome = match act {
                None if never => return,
                Some(Act::Send(bytes)) => {
                    if !bytes.is_empty() {
                        connection.arrived.push_back(bytes.clone());
                    }
                    continue;
                }
                Some(Act::Delay(delay)) => {
                    return self.clock.after(*delay, Happening::Serve(number));
                }
                Some(Act::WaitFor(name)) => {
                    let kept = self.signals.iter().position(|signal| signal == name);
                    let Some(kept) = kept else {
                        connection.waits_for = Some(name.clone());
                        return;
                    };
                    self.signals.swap_remove(kept);
                    continue;
                }
                Some(Act::Stall) => return,
                None | Some(Act::End) => {
                    connection.end = Some(BodyEnd::Proper);
                    "completed"
                }
                Some(act) => {
                    connection.end = Some(BodyEnd::Broken);
                    if *act == Act::Reset {
                        connection.arrived.clear();
                    }
                    if *act == Act::Reset { "reset" } else { "closed" }
                }
            };
            connection.over = Some(self.clock.now);
            connection.outcome = outcome;
            return;
        }
    }

    /// Lets a server pass a `waitFor` of this name. A signal that comes early is kept.
    pub(super) fn signal(&mut self, name: &str) {
        let waiting = self.connections.iter_mut().enumerate();
        let mut waiting = waiting.filter(|(_, connection)| connection.over.is_none());
        match waiting.find(|(_, connection)| connection.waits_for.as_deref() == Some(name)) {
            Some((number, connection)) => {
                connection.waits_for = None;
                self.serve(number);
            }
            None => self.signals.push(name.into()),
        }
    }

    /// The client closes the connection.
    pub(super) fn close_connection(&mut self, number: usize) {
        let connection = &mut self.connections[number];
        if connection.over.is_none() {
            connection.over = Some(self.clock.now);
            connection.outcome = "client-closed";
        }
    }
}
