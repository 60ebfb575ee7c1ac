//! Lines of NDJSON: one JSON text per line, no fields.

use super::{
    batch::{Batch, EVENT, TYPE_SHIFT},
    intern::MESSAGE,
};

/// Turns a line into a `message` event. A blank line is no event.
///
/// Only a LF ends a line, as a CR is white space in JSON: one around the text is trimmed with the
/// other white space.
pub(super) fn push_line(line: &[u8], batch: &mut Batch) {
    let text = line.trim_ascii();
    if !text.is_empty() {
        batch.push(EVENT | MESSAGE << TYPE_SHIFT, text);
    }
}
