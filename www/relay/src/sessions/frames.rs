//! What a session's log holds: the frames that are kept, and who has read how far.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use bytes::Bytes;

use super::budget::{Account, Budgets};

/// The kept frames, one after the other in one piece: most are short, and there are many.
pub struct Frames {
    pub bytes: Vec<u8>,
    /// Where each kept frame ends in `bytes`.
    pub ends: VecDeque<usize>,
    /// The id of the first kept frame.
    pub first: u64,
    /// The id after the furthest that was read.
    pub read_to: u64,
    pub readers: usize,
    /// Readers at other replicas, by a name of theirs, and when they last said how far they are.
    pub remote_readers: HashMap<String, Instant>,
    /// The frames before this id are to be seen, the others not yet. All are, without one.
    pub shown: Option<u64>,
    pub end: End,
    /// When more bytes than this are kept, the oldest that were read go, down to half of it. Frames
    /// that nobody has read yet are kept beyond that.
    most: usize,
    /// The bytes that the session holds beside its frames.
    beside: usize,
    account: Account,
}

/// Whether frames are still added.
#[derive(Clone, Copy, PartialEq)]
pub enum End {
    NotYet,
    Closed,
    /// What follows will be written elsewhere.
    Interrupted,
}

impl Frames {
    /// None, and the first will have the id `first`. `most` bytes of those that were read are kept.
    pub fn starting_at(first: u64, most: usize, account: Account) -> Self {
        Self {
            bytes: Vec::new(),
            ends: VecDeque::new(),
            first,
            read_to: first,
            readers: 0,
            remote_readers: HashMap::new(),
            shown: None,
            end: End::NotYet,
            most,
            beside: 0,
            account,
        }
    }

    /// The id that the next frame gets.
    pub fn next(&self) -> u64 {
        self.first + self.ends.len() as u64
    }

    /// How many of the kept frames are shown.
    pub fn shown(&self) -> usize {
        self.shown.map_or(self.ends.len(), |until| {
            let count = until.saturating_sub(self.first);
            usize::try_from(count).unwrap_or(usize::MAX).min(self.ends.len())
        })
    }

    /// Whether anybody reads, here or elsewhere.
    pub fn is_read(&self) -> bool {
        self.readers + self.remote_readers.len() > 0
    }

    /// Whether there may be another frame ahead of the fastest reader: at most `frames` and `bytes`
    /// are, and only one while too much is held for the user or for all.
    pub fn has_room(&self, frames: u64, bytes: usize) -> bool {
        let ahead = self.next().saturating_sub(self.read_to);
        if ahead == 0 {
            return true;
        }
        let unread = self.bytes.len() - self.end_before(self.read());
        ahead < frames && unread < bytes && !self.account.is_over()
    }

    /// How many of the kept frames were read.
    fn read(&self) -> usize {
        let read = self.read_to.saturating_sub(self.first);
        usize::try_from(read).unwrap_or(usize::MAX).min(self.ends.len())
    }

    /// Where the frame at `at` begins in `bytes`.
    pub fn end_before(&self, at: usize) -> usize {
        if at == 0 { 0 } else { self.ends[at - 1] }
    }

    /// Adds the frame that `frame` makes of its id, and drops old ones that were read.
    pub fn add(&mut self, frame: impl FnOnce(u64) -> Bytes) {
        let frame = frame(self.next());
        let most = self.most.min(self.account.share());
        if self.bytes.len() + frame.len() > most {
            self.drop_read(most / 2);
        }
        let needed = self.bytes.len() + frame.len();
        if needed > self.bytes.capacity() {
            // Doubling what is large already would hold twice as much as there is.
            let doubled = self.bytes.capacity() * 2;
            let grown = if doubled <= most { needed.max(doubled) } else { needed + needed / 8 };
            self.bytes.reserve_exact(grown - self.bytes.len());
        }
        self.bytes.extend_from_slice(&frame);
        self.ends.push_back(self.bytes.len());
        self.count();
    }

    /// Drops the oldest frames that were read, until no more than `kept` bytes are there.
    fn drop_read(&mut self, kept: usize) {
        let excess = self.bytes.len().saturating_sub(kept);
        let read = self.ends.iter().take(self.read());
        self.drop_first(read.take_while(|end| **end <= excess).count());
    }

    /// Drops the frames of a session that has ended: all of them, or those that no reader waits for.
    pub fn forget(&mut self, all: bool) {
        let read = if self.is_read() && !all { self.read() } else { self.ends.len() };
        self.drop_first(read);
    }

    /// Drops the first `count` of the kept frames.
    pub fn drop_first(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let bytes = self.end_before(count);
        self.bytes.drain(..bytes);
        self.ends.drain(..count);
        self.ends.iter_mut().for_each(|end| *end -= bytes);
        self.first += count as u64;
        // Neither `drain` gives anything back.
        if self.bytes.len() < self.bytes.capacity() / 2 {
            self.shrink();
        }
        self.count();
    }

    /// Drops the frames from `shown` on.
    pub fn truncate(&mut self, shown: usize) {
        self.bytes.truncate(self.end_before(shown));
        self.ends.truncate(shown);
        self.shrink();
        self.count();
    }

    /// Gives back what is not filled.
    pub fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.count();
    }

    /// Counts `bytes` that the session holds beside its frames.
    pub fn hold_beside(&mut self, bytes: usize) {
        self.beside = bytes;
        self.count();
    }

    /// Sets how many bytes are kept of those that were read.
    pub fn keep(&mut self, most: usize) {
        self.most = most;
    }

    /// Counts the frames in other budgets, and nothing beside them any more.
    pub fn retire(&mut self, budgets: Budgets) {
        self.account.move_to(budgets);
        self.hold_beside(0);
    }

    fn count(&mut self) {
        let ends = self.ends.capacity() * size_of::<usize>();
        self.account.set(self.beside + self.bytes.capacity() + ends);
    }

    /// A reader that begins at the id `from`: if nobody else reads, the writer waits for it.
    pub fn begin_reading(&mut self, from: u64) {
        self.read_to = if self.is_read() { self.read_to.max(from) } else { from };
    }
}
