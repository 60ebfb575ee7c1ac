//! The rows of a batch, as Rust reads them.

use super::{
    batch::{Batch, COMMENT, EVENT, HAS_ID, ID, KIND, RETRY, ROW, TYPE_SHIFT},
    intern::Types,
};

/// One event, borrowed from its decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventRef<'a> {
    /// The value of the `event` field, or `message`.
    pub event_type: &'a str,
    /// The values of the `data` fields, joined with line feeds.
    pub data: &'a str,
    /// The stream's last event id after this event, or an empty string.
    pub last_event_id: &'a str,
}

/// One event, comment or reconnection time, borrowed from its decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// An event.
    Event(EventRef<'a>),
    /// A comment line without its colon. Only decoders that keep comments return it.
    Comment(&'a str),
    /// A `retry` field: the new reconnection time in milliseconds.
    Retry(u32),
}

/// The iterator over a batch.
pub(super) struct Items<'a> {
    rows: core::slice::Iter<'a, [u32; ROW]>,
    text: &'a str,
    /// Where the text of the next row starts.
    start: usize,
    types: &'a Types,
    last_event_id: &'a str,
}

impl<'a> Items<'a> {
    /// `last_event_id` is the id that was committed before the batch.
    pub(super) fn new(batch: &'a Batch, types: &'a Types, last_event_id: &'a str) -> Self {
        let rows = batch.rows().iter();
        Self { rows, text: batch.text(), start: 0, types, last_event_id }
    }

    /// Returns the text from the end of the last row to this one's.
    fn cut(&mut self, end: u32) -> &'a str {
        let text = &self.text[self.start..end as usize];
        self.start = end as usize;
        text
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        loop {
            let &[head, _, end] = self.rows.next()?;
            match head & KIND {
                EVENT => {
                    let data = self.cut(end);
                    if head & HAS_ID != 0
                        && let Some(&[_, _, end]) = self.rows.next()
                    {
                        self.last_event_id = self.cut(end);
                    }
                    return Some(Item::Event(EventRef {
                        event_type: self.types.name(head >> TYPE_SHIFT),
                        data,
                        last_event_id: self.last_event_id,
                    }));
                }
                COMMENT => return Some(Item::Comment(self.cut(end))),
                RETRY => return Some(Item::Retry(end)),
                ID => self.last_event_id = self.cut(end),
                _ => drop(self.cut(end)),
            }
        }
    }
}
