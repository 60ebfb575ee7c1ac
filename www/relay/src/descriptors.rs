//! How many connections the system's limit of open files allows.

use std::num::NonZeroU32;

/// What else is open: standard streams, the listener, spare connections, Redis, files of the site.
const OTHERS: u64 = 64;

/// The most connections by default.
const MOST: u64 = 10_000;

/// How many connections to take, at `each` open files per connection: as many as are `wanted`, or as
/// many as there is room for.
///
/// # Errors
/// If the limit does not allow that.
pub fn connections(wanted: Option<NonZeroU32>, each: u64) -> Result<usize, String> {
    let limit = rlimit::increase_nofile_limit(rlimit::INFINITY)
        .map_err(|error| format!("cannot read the limit of open files: {error}"))?;
    let room = limit.saturating_sub(OTHERS) / each;
    let wanted = wanted.map_or(room.clamp(1, MOST), |wanted| u64::from(wanted.get()));
    if wanted > room {
        let needed = wanted * each + OTHERS;
        return Err(format!(
            "{wanted} connections take up to {needed} open files, and the system allows {limit} \
             (ulimit -n): raise that, or give a smaller --max-connections"
        ));
    }
    usize::try_from(wanted).map_err(|error| error.to_string())
}
