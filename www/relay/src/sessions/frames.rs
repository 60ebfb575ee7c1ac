//! What a session's log holds: the frames that are kept, and who has read how far.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use bytes::Bytes;

/// How many bytes of frames are kept for readers that come back; frames that nobody has read yet
/// are kept beyond that.
pub const KEPT_BYTES: usize = 1 << 20;

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
    /// None, and the first will have the id `first`.
    pub fn starting_at(first: u64) -> Self {
        Self {
            bytes: Vec::new(),
            ends: VecDeque::new(),
            first,
            read_to: first,
            readers: 0,
            remote_readers: HashMap::new(),
            shown: None,
            end: End::NotYet,
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

    /// Where the frame at `at` begins in `bytes`.
    pub fn end_before(&self, at: usize) -> usize {
        if at == 0 { 0 } else { self.ends[at - 1] }
    }

    /// Adds the frame that `frame` makes of its id, and drops old ones that were read.
    pub fn add(&mut self, frame: impl FnOnce(u64) -> Bytes) {
        let frame = frame(self.next());
        self.bytes.extend_from_slice(&frame);
        self.ends.push_back(self.bytes.len());
        if self.bytes.len() > 2 * KEPT_BYTES {
            let excess = self.bytes.len() - KEPT_BYTES;
            let read = usize::try_from(self.read_to.saturating_sub(self.first)).unwrap_or(0);
            let dropped = self.ends.iter().take(read).take_while(|end| **end <= excess).count();
            self.drop_first(dropped);
        }
    }

    /// Drops the first `count` of the kept frames.
    pub fn drop_first(&mut self, count: usize) {
        let bytes = self.end_before(count);
        self.bytes.drain(..bytes);
        self.ends.drain(..count);
        self.ends.iter_mut().for_each(|end| *end -= bytes);
        self.first += count as u64;
    }

    /// A reader that begins at the id `from`: if nobody else reads, the writer waits for it.
    pub fn begin_reading(&mut self, from: u64) {
        self.read_to = if self.is_read() { self.read_to.max(from) } else { from };
    }
}
