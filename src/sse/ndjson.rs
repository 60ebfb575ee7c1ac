//! Lines of NDJSON: one JSON text per line, no fields.

use super::interpreter::Interpreter;

/// Turns a line into a `message` event. A blank line is no event.
///
/// Only a LF ends a line, as a CR is white space in JSON: one around the text is trimmed with the
/// other white space.
pub(super) fn push_line(line: &[u8], interpreter: &mut Interpreter) {
    let text = line.trim_ascii();
    if !text.is_empty() {
        interpreter.dispatch_data(text, false);
    }
}
