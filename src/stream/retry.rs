//! When to try again. Pure: the seed of the randomness is passed in, and the caller does the waiting.

use crate::sse::number;

/// How a broken stream is reconnected. All times are in milliseconds.
///
/// Each delay is random, evenly distributed between `min_delay` and the longest delay of the moment
/// ("full jitter"), so that clients that lost their connections together don't reconnect together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// The number of attempts in a row that may fail, including the first. Default: `u32::MAX`.
    pub max_attempts: u32,
    /// The longest delay before the first retry. The reconnection time of the stream (`retry:`, WHATWG
    /// HTML, 9.2.6) replaces it. Default: 1,000.
    pub initial_delay: f64,
    /// The longest delay, unless `Retry-After` (RFC 9110, 10.2.3) asks for a longer one. Default: 30,000.
    pub max_delay: f64,
    /// The factor by which the longest delay grows with each failure in a row. Default: 2.
    pub factor: f64,
    /// The part of each delay that is random, from 0 to 1. With 0, each delay is the longest. Default: 1.
    pub jitter: f64,
    /// The shortest delay, whatever the server asks for. Default: 250.
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
pub(crate) struct Backoff {
    policy: RetryPolicy,
    initial: f64,
    ceiling: f64,
    /// The reconnection time that the server has set: it overrides the policy's greatest delay.
    reconnection_time: f64,
    failures: u32,
    random: Random,
}

impl Backoff {
    /// Nothing has failed yet.
    pub(crate) fn new(policy: RetryPolicy, seed: u32) -> Self {
        let mut backoff = Self {
            policy,
            initial: 0.0,
            ceiling: 0.0,
            reconnection_time: 0.0,
            failures: 0,
            random: Random(seed),
        };
        backoff.set_policy(policy);
        backoff
    }

    pub(crate) fn set_policy(&mut self, policy: RetryPolicy) {
        self.policy = RetryPolicy { jitter: policy.jitter.clamp(0.0, 1.0), ..policy };
        self.initial = policy.initial_delay;
        self.ceiling = policy.initial_delay;
    }

    /// The server has set the reconnection time ([WHATWG HTML, 9.2.6], field `retry`).
    ///
    /// [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    pub(crate) fn set_reconnection_time(&mut self, milliseconds: f64) {
        self.initial = milliseconds;
        self.ceiling = milliseconds;
        self.reconnection_time = milliseconds;
    }

    /// An event came: the connection is in order, and failures count from zero again.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
        self.ceiling = self.initial;
    }

    /// An attempt failed. Returns the delay before the next, or `None` if this was the last.
    ///
    /// `retry_after` is what the response asked for ([RFC 9110, 10.2.3]). It is the least delay:
    /// randomness makes it longer, so that not all clients come back at once.
    ///
    /// [RFC 9110, 10.2.3]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    pub(crate) fn next_delay(&mut self, retry_after: Option<f64>) -> Option<f64> {
        let RetryPolicy { max_attempts, max_delay, factor, jitter, min_delay, .. } = self.policy;
        self.failures = self.failures.saturating_add(1);
        if self.failures >= max_attempts {
            return None;
        }
        let ceiling = self.ceiling.max(min_delay).min(max_delay.max(self.reconnection_time));
        self.ceiling = ceiling * factor;
        // Also where the greatest delay is the least one, there is a spread.
        let greatest = ceiling.max(min_delay * (1.0 + jitter));
        let random = jitter * self.random.next();
        Some(match retry_after {
            Some(least) => least.max(min_delay) + random * ceiling,
            None => greatest - random * (greatest - min_delay),
        })
    }
}

/// A small generator of random numbers: a counter, hashed, so that any seed will do.
#[derive(Clone, Debug)]
struct Random(u32);

impl Random {
    /// Returns a number that is evenly distributed in [0, 1).
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9);
        let mut bits = self.0;
        bits = (bits ^ bits >> 16).wrapping_mul(0x21F0_AAAD);
        bits = (bits ^ bits >> 15).wrapping_mul(0x735A_2D97);
        f64::from(bits ^ bits >> 15) / (f64::from(u32::MAX) + 1.0)
    }
}

/// Returns the milliseconds that `Retry-After` asks to wait ([RFC 9110, 10.2.3]: seconds or a date).
///
/// `until` returns the milliseconds until a date, `NaN` for what is no date.
///
/// [RFC 9110, 10.2.3]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
pub(crate) fn retry_after(value: &str, until: impl FnOnce(&str) -> f64) -> Option<f64> {
    let bytes = value.trim_ascii().as_bytes();
    if let Some(seconds) = number(bytes) {
        return Some(f64::from(seconds) * 1_000.0);
    }
    // Dates begin with the name of a day. Engines find dates in `-1` and `0.5`, too.
    let is_date = bytes.first().is_some_and(u8::is_ascii_alphabetic);
    let until = if is_date { until(value) } else { f64::NAN };
    (!until.is_nan()).then_some(until.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// The policy without randomness.
    fn steady() -> RetryPolicy {
        RetryPolicy { jitter: 0.0, ..RetryPolicy::default() }
    }

    fn delays(backoff: &mut Backoff, count: usize) -> Vec<f64> {
        (0..count).map_while(|_| backoff.next_delay(None)).collect()
    }

    #[test]
    fn doubles_up_to_the_cap() {
        let expected = [1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 30_000.0, 30_000.0];
        assert_eq!(delays(&mut Backoff::new(steady(), 0), 7), expected);
        let policy = RetryPolicy { factor: 3.0, ..steady() };
        assert_eq!(delays(&mut Backoff::new(policy, 0), 3), [1_000.0, 3_000.0, 9_000.0]);
    }

    /// The first delay of each of these clients, in bins of so many milliseconds.
    fn crowd(policy: RetryPolicy, prepare: fn(&mut Backoff) -> Option<f64>) -> Vec<(f64, usize)> {
        const CLIENTS: u32 = 10_000;
        const BIN: f64 = 50.0;
        let mut bins: Vec<(f64, usize)> = Vec::new();
        for client in 0..CLIENTS {
            let delay = prepare(&mut Backoff::new(policy, client.wrapping_mul(0x9E37))).unwrap();
            let bin = (delay / BIN).floor() * BIN;
            match bins.iter_mut().find(|(from, _)| *from == bin) {
                Some((_, count)) => *count += 1,
                None => bins.push((bin, 1)),
            }
        }
        bins.sort_by(|one, other| one.0.total_cmp(&other.0));
        bins
    }

    /// After a restart of the server, clients come back evenly spread over the whole range.
    fn assert_even(bins: &[(f64, usize)], from: f64, to: f64) {
        assert_eq!(bins[0].0, from);
        assert_eq!(bins[bins.len() - 1].0, to - 50.0);
        let even = 10_000.0 / ((to - from) / 50.0);
        for (bin, count) in bins {
            let ratio = *count as f64 / even;
            assert!((0.5..2.0).contains(&ratio), "{count} of 10,000 clients at {bin} ms");
        }
    }

    #[test]
    fn a_crowd_comes_back_spread_out() {
        let policy = RetryPolicy::default();
        assert_even(&crowd(policy, |backoff| backoff.next_delay(None)), 250.0, 1_000.0);
        let after_three = |backoff: &mut Backoff| {
            delays(backoff, 2);
            backoff.next_delay(None)
        };
        assert_even(&crowd(policy, after_three), 250.0, 4_000.0);
        let retry_field = |backoff: &mut Backoff| {
            backoff.set_reconnection_time(0.0);
            backoff.next_delay(None)
        };
        assert_even(&crowd(policy, retry_field), 250.0, 500.0);
        let retry_after = |backoff: &mut Backoff| backoff.next_delay(Some(2_000.0));
        assert_even(&crowd(policy, retry_after), 2_000.0, 3_000.0);
        let half = RetryPolicy { jitter: 0.5, min_delay: 0.0, ..policy };
        assert_even(&crowd(half, |backoff| backoff.next_delay(None)), 500.0, 1_000.0);
    }

    #[test]
    fn jitter_is_clamped() {
        for jitter in [-1.0, 0.0] {
            let policy = RetryPolicy { jitter, ..RetryPolicy::default() };
            assert_eq!(Backoff::new(policy, 7).next_delay(None), Some(1_000.0));
        }
        let policy = RetryPolicy { jitter: 9.0, ..RetryPolicy::default() };
        assert_even(&crowd(policy, |backoff| backoff.next_delay(None)), 250.0, 1_000.0);
    }

    #[test]
    fn an_event_starts_the_count_over() {
        let mut backoff = Backoff::new(RetryPolicy { max_attempts: 3, ..steady() }, 0);
        assert_eq!(delays(&mut backoff, 2), [1_000.0, 2_000.0]);
        backoff.succeeded();
        assert_eq!(delays(&mut backoff, 9), [1_000.0, 2_000.0]);
    }

    #[test]
    fn the_last_attempt_is_not_followed_by_a_wait() {
        let mut backoff = Backoff::new(RetryPolicy { max_attempts: 1, ..steady() }, 0);
        assert_eq!(backoff.next_delay(None), None);
        assert_eq!(backoff.next_delay(Some(5.0)), None);
    }

    #[test]
    fn the_servers_retry_is_the_new_base_and_stays_it() {
        let mut backoff = Backoff::new(steady(), 0);
        backoff.set_reconnection_time(300.0);
        assert_eq!(delays(&mut backoff, 3), [300.0, 600.0, 1_200.0]);
        backoff.succeeded();
        assert_eq!(delays(&mut backoff, 2), [300.0, 600.0]);
    }

    #[test]
    fn the_servers_retry_goes_over_the_cap() {
        let mut backoff = Backoff::new(steady(), 0);
        backoff.set_reconnection_time(60_000.0);
        assert_eq!(delays(&mut backoff, 2), [60_000.0, 60_000.0]);
        backoff.set_reconnection_time(20_000.0);
        assert_eq!(delays(&mut backoff, 2), [20_000.0, 30_000.0]);
    }

    #[test]
    fn retry_zero_is_no_storm() {
        let mut backoff = Backoff::new(steady(), 0);
        backoff.set_reconnection_time(0.0);
        assert_eq!(delays(&mut backoff, 3), [250.0, 500.0, 1_000.0]);
    }

    #[test]
    fn retry_after_is_the_least_delay_also_over_the_cap() {
        let mut backoff = Backoff::new(steady(), 0);
        assert_eq!(backoff.next_delay(Some(120_000.0)), Some(120_000.0));
        assert_eq!(backoff.next_delay(Some(0.0)), Some(250.0));
        // The exponential schedule went on underneath.
        assert_eq!(backoff.next_delay(None), Some(4_000.0));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let no_date = |_: &str| f64::NAN;
        assert_eq!(retry_after("120", no_date), Some(120_000.0));
        assert_eq!(retry_after(" 0 ", no_date), Some(0.0));
        assert_eq!(retry_after("99999999999", no_date), Some(4_294_967_295_000.0));
        assert_eq!(retry_after("", |_| panic!("no date")), None);
        assert_eq!(retry_after("soon", no_date), None);
        for value in ["-1", "0.5", "1, 2", "2026-10-21"] {
            assert_eq!(retry_after(value, |_| panic!("no date")), None, "{value}");
        }
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:00 GMT", |_| 1_500.0), Some(1_500.0));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", |_| -1_500.0), Some(0.0));
    }
}
