//! A session's frames in order: written by one, read by any number, from any place that is still
//! kept. The writer waits for the fastest reader, so a slow reader slows the model.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;

/// How many frames may wait to be read before the writer waits.
pub const FRAMES_AHEAD: u64 = 100;

/// How many bytes of frames are kept for readers that come back; frames that nobody has read yet
/// are kept beyond that.
const KEPT_BYTES: usize = 1 << 20;

/// The frames. Each has an id: 0, 1, 2 and so on, in the order of writing.
pub struct Log {
    frames: Mutex<Frames>,
    /// Changes when there is something to read, or will never be.
    written: watch::Sender<()>,
    /// Changes when frames were read, and when readers come and go.
    read: watch::Sender<()>,
}

struct Frames {
    bytes: Vec<u8>,
    /// Where each kept frame ends in `bytes`.
    ends: VecDeque<usize>,
    /// The id of the first kept frame.
    first: u64,
    /// The id after the furthest that was read.
    read_to: u64,
    readers: usize,
    closed: bool,
}

/// What is there for a reader.
pub enum Read {
    /// Frames, and the id after the last of them.
    Frames(Bytes, u64),
    /// Nothing yet.
    Wait,
    /// Nothing more, ever.
    End,
}

/// Why no reader can begin at a place.
#[derive(Debug, PartialEq)]
pub enum Missing {
    /// The frames that come next are not kept any more.
    Dropped,
    /// No frame has that id yet.
    NotWritten,
}

impl Default for Log {
    fn default() -> Self {
        let frames = Frames {
            bytes: Vec::new(),
            ends: VecDeque::new(),
            first: 0,
            read_to: 0,
            readers: 0,
            closed: false,
        };
        Self {
            frames: Mutex::new(frames),
            written: watch::Sender::default(),
            read: watch::Sender::default(),
        }
    }
}

impl Log {
    /// Waits while [`FRAMES_AHEAD`] frames are unread, then adds the one that `frame` makes of its
    /// id.
    pub async fn push(&self, frame: impl FnOnce(u64) -> Bytes) {
        let mut read = self.read.subscribe();
        loop {
            {
                let mut frames = self.frames();
                if frames.next() < frames.read_to + FRAMES_AHEAD {
                    frames.add(frame);
                    break;
                }
            }
            drop(read.changed().await);
        }
        self.written.send_replace(());
    }

    /// Adds the last frame, without waiting.
    pub fn close(&self, last: impl FnOnce(u64) -> Bytes) {
        let mut frames = self.frames();
        frames.add(last);
        frames.closed = true;
        drop(frames);
        self.written.send_replace(());
    }

    /// Drops all frames of a closed log.
    pub fn clear(&self) {
        let mut frames = self.frames();
        let kept = frames.ends.len();
        frames.drop_first(kept);
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
        frames.read_to = if frames.readers == 0 { from } else { frames.read_to.max(from) };
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
            // Others were faster, and this reader's frames are dropped.
            return Read::End;
        };
        if at == frames.ends.len() {
            return if frames.closed { Read::End } else { Read::Wait };
        }
        let start = frames.end_before(at);
        let fitting = frames.ends.range(at..).take_while(|end| **end - start <= size).count();
        let until = at + fitting.max(1);
        let bytes = Bytes::copy_from_slice(&frames.bytes[start..frames.end_before(until)]);
        let next = frames.first + until as u64;
        frames.read_to = frames.read_to.max(next);
        drop(frames);
        self.read.send_replace(());
        Read::Frames(bytes, next)
    }

    /// Whether a reader at `from` has nothing more to come.
    pub fn is_over(&self, from: u64) -> bool {
        let frames = self.frames();
        frames.closed && from == frames.next()
    }

    /// Marked as changed when there is more to read, or nothing more to come.
    pub fn written(&self) -> watch::Receiver<()> {
        self.written.subscribe()
    }

    /// Waits until there is no reader.
    pub async fn unread(&self) {
        self.until(|frames| frames.readers == 0).await;
    }

    /// Waits until there is a reader.
    pub async fn attached(&self) {
        self.until(|frames| frames.readers > 0).await;
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

impl Frames {
    /// The id that the next frame gets.
    fn next(&self) -> u64 {
        self.first + self.ends.len() as u64
    }

    fn end_before(&self, at: usize) -> usize {
        if at == 0 { 0 } else { self.ends[at - 1] }
    }

    fn add(&mut self, frame: impl FnOnce(u64) -> Bytes) {
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

    fn drop_first(&mut self, count: usize) {
        let bytes = self.end_before(count);
        self.bytes.drain(..bytes);
        self.ends.drain(..count);
        self.ends.iter_mut().for_each(|end| *end -= bytes);
        self.first += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(id: u64) -> Bytes {
        format!("{id};").into()
    }

    #[track_caller]
    fn text(log: &Log, from: u64) -> (String, u64) {
        match log.read(from, 1000) {
            Read::Frames(bytes, next) => (String::from_utf8(bytes.into()).unwrap(), next),
            Read::Wait | Read::End => panic!("nothing at {from}"),
        }
    }

    #[tokio::test]
    async fn each_reader_begins_where_it_wants() {
        let log = Log::default();
        for _ in 0..3 {
            log.push(numbered).await;
        }
        assert_eq!(log.attach(None), Ok(0));
        assert_eq!(log.attach(Some(1)), Ok(2));
        assert_eq!(log.attach(Some(2)), Ok(3));
        assert_eq!(log.attach(Some(3)), Err(Missing::NotWritten));
        assert_eq!(log.attach(Some(u64::MAX)), Err(Missing::NotWritten));
        assert_eq!(text(&log, 0), ("0;1;2;".into(), 3));
        assert_eq!(text(&log, 2), ("2;".into(), 3));
        assert!(matches!(log.read(3, 1000), Read::Wait));
        log.close(numbered);
        assert_eq!(text(&log, 3), ("3;".into(), 4));
        assert!(matches!(log.read(4, 1000), Read::End));
        assert!(log.is_over(4) && !log.is_over(3));
    }

    #[tokio::test]
    async fn the_writer_waits_for_the_fastest_reader() {
        let log = Log::default();
        for _ in 0..FRAMES_AHEAD {
            log.push(numbered).await;
        }
        {
            let mut next = std::pin::pin!(log.push(numbered));
            let waits = tokio::select! { biased; () = &mut next => false, () = async {} => true };
            assert!(waits);
            log.attach(None).unwrap();
            text(&log, 0);
            next.await;
        }
        assert_eq!(text(&log, 99), ("99;100;".into(), 101));
    }

    #[tokio::test]
    async fn what_was_read_long_ago_is_dropped_and_nothing_else() {
        let log = Log::default();
        let frame = |_| Bytes::from(vec![b'x'; KEPT_BYTES / 4]);
        for _ in 0..50 {
            log.push(frame).await;
        }
        let mut from = log.attach(None).unwrap();
        assert_eq!(from, 0);
        while let Read::Frames(bytes, next) = log.read(from, 1000) {
            assert_eq!((bytes.len(), next), (KEPT_BYTES / 4, from + 1));
            from = next;
        }
        assert_eq!(from, 50);
        log.push(frame).await;
        assert_eq!(log.attach(Some(40)), Err(Missing::Dropped));
        assert_eq!(log.attach(Some(46)), Ok(47));
        assert!(matches!(log.read(10, 1000), Read::End));
        log.close(frame);
        log.clear();
        assert_eq!(log.attach(Some(48)), Err(Missing::Dropped));
        assert_eq!(log.attach(Some(51)), Ok(52));
    }
}
