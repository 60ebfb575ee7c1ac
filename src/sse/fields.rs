//! The grammar of one line of `text/event-stream`.

/// The names whose fields mean something, with their colon.
const FIELDS: [&[u8]; 4] = [b"data:", b"event:", b"id:", b"retry:"];

/// Returns the value of a line whose field has this name, as [WHATWG HTML, 9.2.5] defines `field`:
/// what follows the colon and at most one space, or the empty string if there is no colon.
///
/// [WHATWG HTML, 9.2.5]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
#[inline(always)]
pub(super) fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(name)?;
    match rest.split_first() {
        None => Some(rest),
        Some((b':', value)) => Some(value.strip_prefix(b" ").unwrap_or(value)),
        Some(_) => None,
    }
}

/// Returns whether a line means something, or `None` if its start does not tell yet.
///
/// Comments and unknown fields ([WHATWG HTML, 9.2.6]: "the field is ignored") do not. Comments do
/// if they are kept.
///
/// [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
#[inline(never)]
pub(super) fn is_meaningful(start: &[u8], keeps_comments: bool) -> Option<bool> {
    if start.first() == Some(&b':') {
        return Some(keeps_comments);
    }
    let mut meaningful = Some(false);
    for field in FIELDS {
        let common = field.len().min(start.len());
        if field[..common] == start[..common] {
            meaningful = (common == field.len()).then_some(true);
        }
    }
    meaningful
}

/// Reads the value of a `retry` field ([WHATWG HTML, 9.2.6]: "only ASCII digits"). A number that
/// does not fit becomes the largest one.
///
/// [WHATWG HTML, 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
pub(crate) fn number(value: &[u8]) -> Option<u32> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(
        value.iter().fold(0_u32, |sum, digit| {
            sum.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
        }),
    )
}
