//! A session's frames in order: written by one, read by any number, from any place that is still
//! kept. The writer waits for the fastest reader, so a slow reader slows the model.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::watch;

use super::budget::{Account, Budgets};
use super::frames::{End, Frames};

/// How many frames may wait to be read before the writer waits.
pub const FRAMES_AHEAD: u64 = 100;

/// How many bytes of frames may wait to be read before the writer waits. One frame may always.
pub const BYTES_AHEAD: usize = 256 << 10;

/// How many readers of a session at other replicas are counted.
const REMOTE_READERS: usize = 1000;

/// The frames. Each has an id: 0, 1, 2 and so on, in the order of writing.
pub struct Log {
    frames: Mutex<Frames>,
    /// Changes when there is something to store.
    written: watch::Sender<()>,
    /// Changes when there is something to read, or will never be.
    shown: watch::Sender<()>,
    /// Changes when frames were read, and when readers come and go.
    read: watch::Sender<()>,
}

/// What is there for a reader.
pub enum Read {
    /// Frames, and the id after the last of them.
    Frames(Bytes, u64),
    /// Nothing yet.
    Wait,
    /// Nothing more, ever.
    End,
    /// Nothing more here, but elsewhere.
    Interrupted,
}

/// Frames that are to be stored.
pub struct Unstored {
    /// The id of the first.
    pub first: u64,
    pub frames: Vec<Bytes>,
    /// Whether the last one of all is among them, or stored already.
    pub closed: bool,
    /// Whether more will be written elsewhere only.
    pub interrupted: bool,
}

/// Why no reader can begin at a place.
#[derive(Debug, PartialEq)]
pub enum Missing {
    /// The frames that come next are not kept any more.
    Dropped,
    /// No frame has that id yet.
    NotWritten,
}

impl Log {
    /// A log whose first frame will have the id `first`. Of the frames that were read, half of `most`
    /// bytes are kept at least, and `most` at most.
    pub fn starting_at(first: u64, most: usize, account: Account) -> Self {
        Self {
            frames: Mutex::new(Frames::starting_at(first, most, account)),
            written: watch::Sender::default(),
            shown: watch::Sender::default(),
            read: watch::Sender::default(),
        }
    }

    /// Waits as [`Log::room`] does, then adds the frame that `frame` makes of its id. There is one
    /// writer only.
    pub async fn push(&self, frame: impl FnOnce(u64) -> Bytes) {
        self.room().await;
        self.add(frame, End::NotYet);
    }

    /// Waits while [`FRAMES_AHEAD`] frames or [`BYTES_AHEAD`] bytes are unread; while too much is held
    /// for the user or for all, until everything is read.
    pub async fn room(&self) {
        self.until(|frames| frames.has_room(FRAMES_AHEAD, BYTES_AHEAD)).await;
    }

    /// Adds a frame without waiting.
    pub fn add_now(&self, frame: impl FnOnce(u64) -> Bytes) {
        self.add(frame, End::NotYet);
    }

    /// Adds the last frame, without waiting.
    pub fn close(&self, last: impl FnOnce(u64) -> Bytes) {
        self.add(last, End::Closed);
    }

    /// The frame that was added last was the last one.
    pub fn finish(&self) {
        self.end(End::Closed);
    }

    /// No frame is added any more, here.
    pub fn interrupt(&self) {
        self.end(End::Interrupted);
    }

    /// As [`Log::interrupt`], and forgets the frames that are not shown yet.
    pub fn lose(&self) {
        let mut frames = self.frames();
        let shown = frames.shown();
        frames.truncate(shown);
        drop(frames);
        self.interrupt();
    }

    fn add(&self, frame: impl FnOnce(u64) -> Bytes, end: End) {
        let mut frames = self.frames();
        // The writer may not know yet.
        if frames.end == End::Interrupted {
            return;
        }
        frames.add(frame);
        frames.end = end;
        if end == End::Closed {
            frames.shrink();
        }
        drop(frames);
        self.written.send_replace(());
        self.shown.send_replace(());
    }

    fn end(&self, end: End) {
        self.frames().end = end;
        self.written.send_replace(());
        self.shown.send_replace(());
    }

    /// The id that the next frame gets.
    pub fn next(&self) -> u64 {
        self.frames().next()
    }

    /// How far the fastest reader is: the id after the last that it took.
    pub fn read_to(&self) -> u64 {
        self.frames().read_to
    }

    /// Shows the frames before the id `until` only, until it is called again.
    pub fn show_until(&self, until: u64) {
        let mut frames = self.frames();
        frames.shown = Some(frames.shown.map_or(until, |shown| shown.max(until)));
        drop(frames);
        self.shown.send_replace(());
    }

    /// Shows all frames, also those to come.
    pub fn show_all(&self) {
        self.frames().shown = None;
        self.shown.send_replace(());
    }

    /// The frames from the id `from` on that are kept, at most `count` of them.
    pub fn unstored(&self, from: u64, count: usize) -> Unstored {
        let frames = self.frames();
        let first = from.max(frames.first);
        let at = usize::try_from(first - frames.first).unwrap_or(usize::MAX).min(frames.len());
        let until = (at + count).min(frames.len());
        let taken = (at..until).map(|at| {
            let mut bytes = Vec::new();
            frames.write(at, &mut bytes);
            bytes.into()
        });
        let all = until == frames.len();
        Unstored {
            first,
            frames: taken.collect(),
            closed: all && frames.end == End::Closed,
            interrupted: all && frames.end == End::Interrupted,
        }
    }

    /// Marked as changed when there is something to store.
    pub fn written(&self) -> watch::Receiver<()> {
        self.written.subscribe()
    }

    /// Notes how far a reader at another replica is; whether it is a new one. A place that was not
    /// written yet is none to be at.
    pub fn remote_read(&self, name: String, to: u64) -> bool {
        let mut frames = self.frames();
        let is_known = frames.remote_readers.contains_key(&name);
        if to > frames.next() || !is_known && frames.remote_readers.len() >= REMOTE_READERS {
            return false;
        }
        frames.begin_reading(to);
        let new = frames.remote_readers.insert(name, Instant::now()).is_none();
        drop(frames);
        self.read.send_replace(());
        new
    }

    /// The names of the readers at other replicas.
    pub fn remote_readers(&self) -> Vec<String> {
        self.frames().remote_readers.keys().cloned().collect()
    }

    /// Forgets readers at other replicas that were silent for `patience`.
    pub fn forget_silent_readers(&self, patience: Duration) {
        let mut frames = self.frames();
        let before = frames.remote_readers.len();
        frames.remote_readers.retain(|_, at| at.elapsed() < patience);
        if frames.remote_readers.len() < before {
            drop(frames);
            self.read.send_replace(());
        }
    }

    /// Drops frames of a closed log: all of them, or those that no reader waits for.
    pub fn forget(&self, all: bool) {
        self.frames().forget(all);
    }

    /// Counts `bytes` that the session holds beside its frames.
    pub fn hold_beside(&self, bytes: usize) {
        self.frames().hold_beside(bytes);
    }

    /// Sets how many bytes are kept of those that were read.
    pub fn keep(&self, most: usize) {
        self.frames().keep(most);
    }

    /// Counts the frames in other budgets, and nothing beside them any more: the session has ended.
    pub fn retire(&self, budgets: Budgets) {
        self.frames().retire(budgets);
    }

    /// Counts a reader in. `after` is the id of the last frame that it knows.
    ///
    /// # Errors
    /// [`Missing`], and the reader does not count.
    pub fn attach(&self, after: Option<u64>) -> Result<u64, Missing> {
        let mut frames = self.frames();
        let from = after.map_or(0, |id| id.saturating_add(1));
        if from > frames.next() {
            return Err(Missing::NotWritten);
        }
        if from < frames.first {
            return Err(Missing::Dropped);
        }
        frames.begin_reading(from);
        frames.readers += 1;
        drop(frames);
        self.read.send_replace(());
        Ok(from)
    }

    /// Counts a reader out.
    pub fn detach(&self) {
        self.frames().readers -= 1;
        self.read.send_replace(());
    }

    /// What there is from the frame `from` on, for a reader that is counted in: at most `size` bytes,
    /// unless the first frame is longer.
    pub fn read(&self, from: u64, size: usize) -> Read {
        let mut frames = self.frames();
        let Some(at) = from.checked_sub(frames.first).and_then(|at| usize::try_from(at).ok())
        else {
            // Others were faster, and this reader's frames are dropped here.
            return Read::Interrupted;
        };
        let shown = frames.shown();
        if at >= shown {
            let all = at == frames.len();
            return match frames.end {
                End::Interrupted if all => Read::Interrupted,
                End::Closed if all => Read::End,
                _ => Read::Wait,
            };
        }
        let mut bytes = Vec::new();
        let count = frames.write_some(at, shown, size, &mut bytes);
        let next = frames.first + (at + count) as u64;
        frames.read_to = frames.read_to.max(next);
        drop(frames);
        self.read.send_replace(());
        Read::Frames(bytes.into(), next)
    }

    /// Whether a reader at `from` has nothing more to come.
    pub fn is_over(&self, from: u64) -> bool {
        let frames = self.frames();
        frames.end == End::Closed && from == frames.next()
    }

    /// Marked as changed when there is more to read, or nothing more to come.
    pub fn shown(&self) -> watch::Receiver<()> {
        self.shown.subscribe()
    }

    /// Waits until the fastest reader has come to the id `to`.
    pub async fn read_up_to(&self, to: u64) {
        self.until(|frames| frames.read_to >= to).await;
    }

    /// Waits until there is no reader, here or at another replica.
    pub async fn unread(&self) {
        self.until(|frames| !frames.is_read()).await;
    }

    /// Waits until there is a reader.
    pub async fn attached(&self) {
        self.until(Frames::is_read).await;
    }

    async fn until(&self, holds: impl Fn(&Frames) -> bool) {
        let mut read = self.read.subscribe();
        while !holds(&self.frames()) {
            drop(read.changed().await);
        }
    }

    fn frames(&self) -> MutexGuard<'_, Frames> {
        self.frames.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
