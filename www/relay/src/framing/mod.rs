//! The ways in which an answer's events look.

mod message;
mod plain;
mod ui_message;

use std::collections::VecDeque;

use bytes::Bytes;
use sluicegate::llm::Delta;

use crate::chat::Chat;
use crate::frame;
pub use message::Message;
pub use plain::Plain;
pub use ui_message::UiMessage;

/// How an answer's events look.
pub trait Framing: Send {
    /// Whether a reader can go on after an event of it.
    fn is_resumable(&self) -> bool {
        true
    }

    /// Adds what comes before the answer.
    fn start(&mut self, session_id: &str, model: &str, to: &mut Frames);

    /// Adds what the model says.
    fn add(&mut self, delta: Delta, to: &mut Frames);

    /// Adds what comes behind the answer: one event or more.
    fn end(&mut self, end: &Ending<'_>, to: &mut Frames);
}

/// How an answer ended.
pub enum Ending<'a> {
    /// The model has written all of it, and says why it stopped.
    Done { reason: &'a str, tokens: u64 },
    /// Its user has stopped it.
    Cancelled { tokens: u64 },
    /// Something went wrong.
    Failed { code: &'static str, message: &'a str },
}

/// An event without its number.
#[derive(Debug, PartialEq)]
pub struct Frame {
    /// Its type, unless it has none.
    event: Option<&'static str>,
    data: String,
    is_numbered: bool,
}

/// The events that are ready to go out.
pub type Frames = VecDeque<Frame>;

impl Frame {
    /// An event without a type.
    fn text(data: String) -> Self {
        Self { event: None, data, is_numbered: true }
    }

    /// The event as it goes out under the id `number`.
    pub fn bytes(&self, number: u64) -> Bytes {
        match self.event {
            None => frame::text(number, &self.data),
            Some(event) => frame::raw(self.is_numbered.then_some(number), event, &self.data),
        }
    }
}

/// How the events of an answer look that another replica has begun, what it said so far, and in how
/// many tokens. `written` are the unnamed events so far.
pub fn taken_over(chat: &Chat, written: &[String]) -> (Box<dyn Framing>, String, u64) {
    match &chat.ui_message {
        None => (Box::new(Plain), written.concat(), written.len() as u64),
        Some(id) => {
            let (framing, text, tokens) = UiMessage::taken_over(id.clone(), written);
            (Box::new(framing), text, tokens)
        }
    }
}

/// What comes out of a framing, as one text.
#[cfg(test)]
fn written(fill: impl FnOnce(&mut Frames)) -> String {
    let mut frames = Frames::new();
    fill(&mut frames);
    let bytes = frames.iter().zip(7..).map(|(frame, number)| frame.bytes(number));
    String::from_utf8(bytes.collect::<Vec<_>>().concat()).expect("UTF-8")
}
