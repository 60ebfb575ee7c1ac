//! When to try again. Pure: the dice are passed in, and nobody sleeps here.

use crate::sse::number;

/// How a stream that broke is reconnected. All times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How many attempts in a row may fail, the first one included. Default: `u32::MAX`.
    pub max_attempts: u32,
    /// The longest wait before the first new attempt. Default: 1,000. `retry:` replaces it.
    pub initial_delay: f64,
    /// The longest wait of all, but for what the server asks. Default: 30,000.
    pub max_delay: f64,
    /// By how much the longest wait grows with each failure in a row. Default: 2.
    pub factor: f64,
    /// The part of a wait that chance may take away, 0 to 1. Default: 1, "full jitter".
    pub jitter: f64,
    /// The shortest wait, whatever the server says. Default: 250.
    pub min_delay: f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: u32::MAX,
            initial_delay: 1_000.0,
            max_delay: 30_000.0,
            factor: 2.0,
            jitter: 1.0,
            min_delay: 250.0,
        }
    }
}

/// The state of one stream's policy.
#[derive(Clone, Debug)]
pub struct Backoff {
    policy: RetryPolicy,
    initial: f64,
    ceiling: f64,
    /// What the server has set; it goes before the policy's cap.
    asked: f64,
    failures: u32,
}

impl Backoff {
    /// Nothing has failed yet.
    pub fn new(policy: RetryPolicy) -> Self {
        let initial = policy.initial_delay;
        Self { policy, initial, ceiling: initial, asked: 0.0, failures: 0 }
    }

    /// The server has set the reconnection time ([WHATWG HTML, 9.2.6], field `retry`).
    ///
    /// [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    pub fn set_reconnection_time(&mut self, milliseconds: f64) {
        self.initial = milliseconds;
        self.ceiling = milliseconds;
        self.asked = milliseconds;
    }

    /// An event came: the connection is in order, and failures count from zero again.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.ceiling = self.initial;
    }

    /// An attempt failed. Gives the wait before the next, or `None` if this was the last.
    ///
    /// `retry_after` is what the response asked for, `random` is evenly distributed in [0, 1).
    pub fn failed(&mut self, retry_after: Option<f64>, random: f64) -> Option<f64> {
        let RetryPolicy { max_attempts, max_delay, factor, jitter, min_delay, .. } = self.policy;
        self.failures = self.failures.saturating_add(1);
        if self.failures >= max_attempts {
            return None;
        }
        let ceiling = self.ceiling.max(min_delay).min(max_delay.max(self.asked));
        self.ceiling = ceiling * factor;
        let delay = retry_after.unwrap_or(ceiling * (1.0 - jitter * random));
        Some(delay.max(min_delay))
    }
}

/// The milliseconds that `Retry-After` asks to wait (RFC 9110, 10.2.3: seconds or a date).
///
/// `until` gives the milliseconds until a date, `NaN` for what is none.
pub(crate) fn retry_after(value: &str, until: impl FnOnce(&str) -> f64) -> Option<f64> {
    let value = value.trim_ascii();
    if let Some(seconds) = number(value.as_bytes()) {
        return Some(f64::from(seconds) * 1_000.0);
    }
    // Most responses have none, and no date is to be parsed for it.
    let until = if value.is_empty() { f64::NAN } else { until(value) };
    (!until.is_nan()).then_some(until.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn delays(backoff: &mut Backoff, random: f64, count: usize) -> Vec<f64> {
        (0..count).map_while(|_| backoff.failed(None, random)).collect()
    }

    #[test]
    fn doubles_up_to_the_cap() {
        let mut backoff = Backoff::new(RetryPolicy::default());
        let expected = [1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 30_000.0, 30_000.0];
        assert_eq!(delays(&mut backoff, 0.0, 7), expected);
    }

    #[test]
    fn full_jitter_takes_any_part_but_the_floor() {
        let mut backoff = Backoff::new(RetryPolicy::default());
        assert_eq!(delays(&mut backoff, 0.75, 4), [250.0, 500.0, 1_000.0, 2_000.0]);
        let mut backoff = Backoff::new(RetryPolicy::default());
        assert_eq!(delays(&mut backoff, 0.999_9, 2), [250.0, 250.0]);
    }

    #[test]
    fn partial_and_no_jitter() {
        let policy = RetryPolicy { jitter: 0.5, ..RetryPolicy::default() };
        assert_eq!(delays(&mut Backoff::new(policy), 0.5, 2), [750.0, 1_500.0]);
        let policy = RetryPolicy { jitter: 0.0, factor: 3.0, ..RetryPolicy::default() };
        assert_eq!(delays(&mut Backoff::new(policy), 0.9, 3), [1_000.0, 3_000.0, 9_000.0]);
    }

    #[test]
    fn an_event_starts_the_count_over() {
        let mut backoff = Backoff::new(RetryPolicy { max_attempts: 3, ..RetryPolicy::default() });
        assert_eq!(delays(&mut backoff, 0.0, 2), [1_000.0, 2_000.0]);
        backoff.succeeded();
        assert_eq!(delays(&mut backoff, 0.0, 9), [1_000.0, 2_000.0]);
    }

    #[test]
    fn the_last_attempt_is_not_followed_by_a_wait() {
        let mut backoff = Backoff::new(RetryPolicy { max_attempts: 1, ..RetryPolicy::default() });
        assert_eq!(backoff.failed(None, 0.0), None);
        assert_eq!(backoff.failed(Some(5.0), 0.0), None);
    }

    #[test]
    fn the_servers_retry_is_the_new_base_and_stays_it() {
        let mut backoff = Backoff::new(RetryPolicy::default());
        backoff.set_reconnection_time(300.0);
        assert_eq!(delays(&mut backoff, 0.0, 3), [300.0, 600.0, 1_200.0]);
        backoff.succeeded();
        assert_eq!(delays(&mut backoff, 0.0, 2), [300.0, 600.0]);
    }

    #[test]
    fn the_servers_retry_goes_over_the_cap() {
        let mut backoff = Backoff::new(RetryPolicy::default());
        backoff.set_reconnection_time(60_000.0);
        assert_eq!(delays(&mut backoff, 0.0, 2), [60_000.0, 60_000.0]);
        backoff.set_reconnection_time(20_000.0);
        assert_eq!(delays(&mut backoff, 0.0, 2), [20_000.0, 30_000.0]);
    }

    #[test]
    fn retry_zero_is_no_storm() {
        let mut backoff = Backoff::new(RetryPolicy::default());
        backoff.set_reconnection_time(0.0);
        assert_eq!(delays(&mut backoff, 0.0, 3), [250.0, 500.0, 1_000.0]);
    }

    #[test]
    fn retry_after_is_kept_to_over_the_cap_and_never_under_the_floor() {
        let mut backoff = Backoff::new(RetryPolicy::default());
        assert_eq!(backoff.failed(Some(120_000.0), 0.9), Some(120_000.0));
        assert_eq!(backoff.failed(Some(0.0), 0.9), Some(250.0));
        // The exponential schedule went on underneath.
        assert_eq!(backoff.failed(None, 0.0), Some(4_000.0));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let no_date = |_: &str| f64::NAN;
        assert_eq!(retry_after("120", no_date), Some(120_000.0));
        assert_eq!(retry_after(" 0 ", no_date), Some(0.0));
        assert_eq!(retry_after("99999999999", no_date), Some(4_294_967_295_000.0));
        assert_eq!(retry_after("", |_| panic!("no date")), None);
        assert_eq!(retry_after("-1", no_date), None);
        assert_eq!(retry_after("soon", no_date), None);
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:00 GMT", |_| 1_500.0), Some(1_500.0));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", |_| -1_500.0), Some(0.0));
    }
}
