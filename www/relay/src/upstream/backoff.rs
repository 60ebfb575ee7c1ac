//! When to ask again. Pure: who waits is the caller.

use std::time::Duration;

/// The first wait; each next one is twice as long.
const FIRST: Duration = Duration::from_secs(1);

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(30);

/// The waits between the attempts of one question.
#[derive(Clone, Debug)]
pub struct Backoff {
    left: u32,
    next: Duration,
}

impl Backoff {
    /// For so many attempts after the first one.
    pub fn new(retries: u32) -> Self {
        Self { left: retries, next: FIRST }
    }

    /// How long to wait before the next attempt; `None` if there is none. The API may have asked for
    /// a wait itself: it is kept to, or, if it is over 30 seconds, there is no next attempt.
    pub fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let wait = self.next.max(asked.unwrap_or_default());
        if self.left == 0 || wait > LONGEST {
            return None;
        }
        self.left -= 1;
        self.next = (self.next * 2).min(LONGEST);
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn waits_double_from_one_second_to_thirty() {
        let mut backoff = Backoff::new(8);
        let waits: Vec<_> = std::iter::from_fn(|| backoff.next(None)).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30].map(seconds));
        assert_eq!(Backoff::new(0).next(None), None);
    }

    #[test]
    fn a_longer_wait_that_the_api_asks_for_is_kept_to() {
        let mut backoff = Backoff::new(4);
        let waits = [Some(0), Some(20), None, Some(30)].map(|s| backoff.next(s.map(seconds)));
        assert_eq!(waits, [1, 20, 4, 30].map(|s| Some(seconds(s))));
        assert_eq!(Backoff::new(4).next(Some(seconds(31))), None);
    }
}
