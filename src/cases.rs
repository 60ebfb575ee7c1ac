//! How many cases property tests try.

use proptest::test_runner::Config;

/// Tries so many cases, and no file of failures is written; under Miri, which is slow, `under_miri`.
pub(crate) fn cases(cases: u32, under_miri: u32) -> Config {
    Config {
        cases: if cfg!(miri) { under_miri } else { cases },
        failure_persistence: None,
        ..Config::default()
    }
}
