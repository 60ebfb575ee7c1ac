//! What a session's log holds: the frames that are kept, and who has read how far.

use std::collections::{HashMap, VecDeque};
use std::io::Write as _;
use std::time::Instant;

use bytes::Bytes;

use super::budget::{Account, Budgets};

/// The kept frames, one after the other in one piece: most are short, and there are many.
pub struct Frames {
    bytes: Vec<u8>,
    ends: VecDeque<FrameEnd>,
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

/// Where a kept frame ends in `bytes`; in the highest bit whether only its text is there.
///
/// Nearly all frames are tokens, `id: 7\ndata: Hi\n\n`: what is around the text is written when it is
/// read, and takes more than twice as much.
#[derive(Clone, Copy)]
struct FrameEnd(u32);

/// The most bytes that are kept: what an [`FrameEnd`] can tell, less the longest frame.
const MOST: usize = 1 << 30;

/// About how many bytes a frame has around its text.
const AROUND_TEXT: usize = 16;

impl FrameEnd {
    const IS_TEXT: u32 = 1 << 31;

    fn new(end: usize, is_text: bool) -> Self {
        let end = u32::try_from(end).expect("no more than MOST bytes and a frame are kept");
        Self(if is_text { end | Self::IS_TEXT } else { end })
    }

    fn at(self) -> usize {
        (self.0 & !Self::IS_TEXT) as usize
    }

    fn is_text(self) -> bool {
        self.0 & Self::IS_TEXT != 0
    }
}

/// The text of a frame that is nothing but a token's.
fn text_of(frame: &[u8], id: u64) -> Option<&[u8]> {
    let rest = frame.strip_prefix(b"id: ")?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let number: u64 = str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    let text = rest[end..].strip_prefix(b"\ndata: ")?.strip_suffix(b"\n\n")?;
    (number == id && !matches!(rest[0], b'+' | b'0' if end > 1) && !text.contains(&b'\n'))
        .then_some(text)
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
            most: most.min(MOST),
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
    fn end_before(&self, at: usize) -> usize {
        if at == 0 { 0 } else { self.ends[at - 1].at() }
    }

    /// How many frames are kept.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Appends the kept frame at `at` as it goes out.
    pub fn write(&self, at: usize, to: &mut Vec<u8>) {
        let end = self.ends[at];
        let bytes = &self.bytes[self.end_before(at)..end.at()];
        if !end.is_text() {
            return to.extend_from_slice(bytes);
        }
        write!(to, "id: {}\ndata: ", self.first + at as u64).expect("a Vec takes everything");
        to.extend_from_slice(bytes);
        to.extend_from_slice(b"\n\n");
    }

    /// Appends kept frames from `at` on as they go out, up to `until`: at most about `size` bytes,
    /// unless the first one is longer. Returns how many.
    pub fn write_some(&self, at: usize, until: usize, size: usize, to: &mut Vec<u8>) -> usize {
        let start = self.end_before(at);
        let fits = |(count, end): &(usize, &FrameEnd)| {
            *count == 0 || end.at() - start + (count + 1) * AROUND_TEXT <= size
        };
        let count = self.ends.range(at..until).enumerate().take_while(fits).count();
        let bytes = self.end_before(at + count) - start;
        to.reserve_exact(bytes + count * AROUND_TEXT);
        (at..at + count).for_each(|at| self.write(at, to));
        count
    }

    /// Adds the frame that `frame` makes of its id, and drops old ones that were read.
    pub fn add(&mut self, frame: impl FnOnce(u64) -> Bytes) {
        let id = self.next();
        let frame = frame(id);
        let text = text_of(&frame, id);
        let (is_text, frame) = (text.is_some(), text.unwrap_or(&frame));
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
        self.bytes.extend_from_slice(frame);
        self.ends.push_back(FrameEnd::new(self.bytes.len(), is_text));
        self.count();
    }

    /// Drops the oldest frames that were read, until no more than `kept` bytes are there.
    fn drop_read(&mut self, kept: usize) {
        let excess = self.bytes.len().saturating_sub(kept);
        let read = self.ends.iter().take(self.read());
        self.drop_first(read.take_while(|end| end.at() <= excess).count());
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
        self.ends.iter_mut().for_each(|end| *end = FrameEnd::new(end.at() - bytes, end.is_text()));
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
        self.most = most.min(MOST);
    }

    /// Counts the frames in other budgets, and nothing beside them any more.
    pub fn retire(&mut self, budgets: Budgets) {
        self.account.move_to(budgets);
        self.hold_beside(0);
    }

    fn count(&mut self) {
        let ends = self.ends.capacity() * size_of::<FrameEnd>();
        self.account.set(self.beside + self.bytes.capacity() + ends);
    }

    /// A reader that begins at the id `from`: if nobody else reads, the writer waits for it.
    pub fn begin_reading(&mut self, from: u64) {
        self.read_to = if self.is_read() { self.read_to.max(from) } else { from };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::budget::Budget;
    use super::*;

    #[test]
    fn each_frame_comes_out_as_it_went_in() {
        let [user, all] = [(); 2].map(|()| Arc::new(Budget::new(usize::MAX)));
        let mut frames = Frames::starting_at(9, 1 << 20, Account::new(Budgets { user, all }));
        let all: [&[u8]; 10] = [
            b"id: 9\ndata: Hi\n\n",
            b"id: 10\ndata: \n\n",
            b"id: 11\ndata: a\ndata: b\n\n",
            b"id: 12\nevent: done\ndata: {}\n\n",
            b"event: message\ndata: x\n\n",
            b"retry: 200\n\nid: 14\ndata: x\n\n",
            b"id: 16\ndata: of another id\n\n",
            b"id: +16\ndata: x\n\n",
            b"id: 17\ndata: x\n\ndata: y\n\n",
            b"id: 018\ndata: x\n\n",
        ];
        for frame in all {
            frames.add(|_| Bytes::from_static(frame));
        }
        for (at, frame) in all.iter().enumerate() {
            let mut bytes = Vec::new();
            frames.write(at, &mut bytes);
            assert_eq!(bytes.escape_ascii().to_string(), frame.escape_ascii().to_string());
        }
        assert_eq!(frames.end_before(2), "Hi".len());
        frames.read_to = 11;
        frames.drop_first(2);
        let mut bytes = Vec::new();
        assert_eq!(frames.write_some(0, 8, 0, &mut bytes), 1);
        assert_eq!(bytes, all[2]);
        bytes.clear();
        assert_eq!(frames.write_some(0, 8, 1 << 10, &mut bytes), 8);
        assert_eq!(bytes, all[2..].concat());
    }
}
