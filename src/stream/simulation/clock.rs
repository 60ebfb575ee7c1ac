//! A simulated clock: it jumps to whatever happens next.

use core::cmp::Ordering;
use std::collections::BinaryHeap;

/// What happens at which time, in milliseconds since the start. Things of the same time happen in
/// the order in which they were planned.
pub(super) struct Clock<T> {
    pub(super) now: f64,
    queue: BinaryHeap<Planned<T>>,
    count: u64,
}

struct Planned<T> {
    time: f64,
    number: u64,
    what: T,
}

impl<T> Clock<T> {
    pub(super) fn new() -> Self {
        Self { now: 0.0, queue: BinaryHeap::new(), count: 0 }
    }

    /// Plans something in so many milliseconds from now; never, if they are infinite.
    pub(super) fn after(&mut self, delay: f64, what: T) {
        if delay < f64::INFINITY {
            self.count += 1;
            self.queue.push(Planned { time: self.now + delay, number: self.count, what });
        }
    }

    /// Moves on to what happens next.
    pub(super) fn next(&mut self) -> Option<T> {
        let Planned { time, what, .. } = self.queue.pop()?;
        self.now = time;
        Some(what)
    }
}

// The heap's greatest is what happens first.
impl<T> Ord for Planned<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.time.total_cmp(&self.time).then(other.number.cmp(&self.number))
    }
}

impl<T> PartialOrd for Planned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Planned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Planned<T> {}
