//! The limit for the size of an event.

use core::fmt;

/// The default limit for the size of an event, in bytes: 16 MiB.
pub const DEFAULT_MAX_EVENT_SIZE: usize = 16 * 1024 * 1024;

/// The most bytes of a chunk and of an event: the table counts in 32 bits.
pub(super) const MAX_SIZE: usize = 1 << 30;

/// The error for an event that is larger than the decoder's limit. The stream can't be read further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTooLarge {
    /// The limit, in bytes.
    pub limit: usize,
}

impl fmt::Display for EventTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event is larger than the limit of {} bytes", self.limit)
    }
}

impl core::error::Error for EventTooLarge {}

/// An [`EventTooLarge`] inside the decoder: without the limit, results stay in a register.
pub(super) struct TooLarge;
