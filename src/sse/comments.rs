//! Comments between the lines of an event.

use super::batch::{Batch, COMMENT};
use alloc::{string::String, vec::Vec};

/// Comments of a block that has data already. They become rows after its event, as the open event
/// is the end of the batch's text.
#[derive(Default)]
pub(super) struct WaitingComments {
    comments: Vec<String>,
    size: usize,
}

impl WaitingComments {
    /// The bytes that a comment takes. The `String` itself counts: otherwise the limit would never
    /// stop a stream of empty comments.
    pub(super) fn size_of(comment: &str) -> usize {
        comment.len() + size_of::<String>()
    }

    /// The bytes that all of them take.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn push(&mut self, comment: &str) {
        self.size += Self::size_of(comment);
        self.comments.push(String::from(comment));
    }

    /// Moves them to the batch. Nothing may be open there.
    #[inline]
    pub(super) fn flush(&mut self, batch: &mut Batch) {
        if !self.comments.is_empty() {
            self.size = 0;
            for comment in &self.comments {
                batch.push(COMMENT, comment.as_bytes());
            }
            self.comments.clear();
        }
    }
}
