//! The last event ID.

use super::intern::is_same;
use crate::bytes::append;
use alloc::string::String;

/// The two last event IDs of [WHATWG HTML, 9.2.6]: the buffer that `id` fields set, and the string
/// that the buffer is copied to when a block ends. A block that never ends changes nothing.
///
/// [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
#[derive(Default)]
pub(super) struct LastEventId {
    /// The "last event ID string". A reconnection sends it.
    committed: String,
    /// The committed id before the batch's first row. Readers of the rows start with it.
    before_batch: String,
    changed_in_batch: bool,
    /// The "last event ID buffer", if the block has set it.
    pending: String,
    has_pending: bool,
}

impl LastEventId {
    /// Replaces the committed id, between two batches.
    pub(super) fn set(&mut self, id: &str) {
        self.committed = String::from(id);
        self.changed_in_batch = true;
        self.start_batch();
    }

    pub(super) fn committed(&self) -> &str {
        &self.committed
    }

    pub(super) fn before_batch(&self) -> &str {
        &self.before_batch
    }

    /// Starts a new batch.
    pub(super) fn start_batch(&mut self) {
        // Copied only after a change: an id may be large, and most batches have none.
        if core::mem::take(&mut self.changed_in_batch) {
            self.before_batch.clone_from(&self.committed);
        }
    }

    /// Processes an `id` field ([WHATWG HTML, 9.2.6]: a value that contains NULL is ignored).
    ///
    /// [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    pub(super) fn set_pending(&mut self, value: &str) {
        // Not `contains`, which brings a search of its own into the module.
        if value.bytes().any(|byte| byte == 0) {
            return;
        }
        self.pending.clear();
        // SAFETY: what is appended is a whole `str`.
        append(unsafe { self.pending.as_mut_vec() }, value.as_bytes());
        self.has_pending = true;
    }

    /// Whether the block has set an id, be it the committed one again.
    pub(super) fn has_pending(&self) -> bool {
        self.has_pending
    }

    /// The size of the pending id in bytes.
    pub(super) fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// Commits the pending id, also of a block without data. Returns whether the committed id has
    /// changed.
    #[inline]
    pub(super) fn commit(&mut self) -> bool {
        if !self.has_pending {
            return false;
        }
        // Swapped, not copied. `drop_pending` clears what is left.
        core::mem::swap(&mut self.pending, &mut self.committed);
        let has_changed = !is_same(&self.pending, &self.committed);
        self.changed_in_batch |= has_changed;
        has_changed
    }

    /// Forgets the pending id at the end of its block, or of the stream.
    pub(super) fn drop_pending(&mut self) {
        self.has_pending = false;
        self.pending.clear();
    }
}
