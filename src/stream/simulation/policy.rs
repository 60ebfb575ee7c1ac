//! How long a stream waits, and how often: what the documentation of `RetryPolicy` says.

use crate::stream::retry::RetryPolicy;

pub(super) struct Patience {
    policy: RetryPolicy,
    /// The reconnection time that the server has set.
    retry: Option<f64>,
    /// Failures in a row.
    failures: u32,
    /// By how many failures the longest wait has grown.
    growth: i32,
    /// Whether the reconnection time is not known.
    pub(super) is_unsure: bool,
}

impl Patience {
    pub(super) fn new(policy: RetryPolicy) -> Self {
        Self { policy, retry: None, failures: 0, growth: 0, is_unsure: false }
    }

    /// The server's `retry:` replaces the first delay.
    pub(super) fn set_base(&mut self, retry: Option<u32>) {
        self.retry = retry.map(f64::from);
        self.growth = 0;
    }

    /// An event starts the count over.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.growth = 0;
    }

    pub(super) fn failed(&mut self) {
        self.failures += 1;
    }

    /// Whether so many attempts in a row have failed as may.
    pub(super) fn is_exhausted(&self) -> bool {
        self.failures >= self.policy.max_attempts
    }

    /// Checks a wait before the next attempt.
    pub(super) fn check_delay(&mut self, delay: f64, retry_after: Option<f64>, asked: Option<f64>) {
        assert!(!self.is_exhausted(), "attempt {} of {:?}", self.failures + 1, self.policy);
        let RetryPolicy { initial_delay, max_delay, factor, jitter, min_delay, .. } = self.policy;
        let base = self.retry.unwrap_or(initial_delay).max(min_delay);
        let cap = self.retry.unwrap_or(0.0).max(max_delay);
        let longest = (base * factor.powi(self.growth)).min(cap);
        self.growth += 1;
        if let Some(asked) = asked {
            assert_eq!(delay, asked, "the delay that the page asked for");
            return;
        }
        let (least, most) = match retry_after {
            Some(retry_after) => {
                let least = retry_after.max(min_delay);
                (least, least + jitter * longest)
            }
            None => {
                // Also where the longest wait is the shortest one, there is a spread.
                let most = longest.max(min_delay * (1.0 + jitter));
                (most - jitter * (most - min_delay), most)
            }
        };
        let (least, most) = if self.is_unsure { (min_delay, f64::INFINITY) } else { (least, most) };
        // The machine multiplies step by step.
        let slack = 1e-6 * most.min(1e9);
        let range = least - slack..=most + slack;
        assert!(range.contains(&delay), "a delay of {delay} ms is none of {least} to {most}");
    }
}
