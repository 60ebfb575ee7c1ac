//! Events to bytes, in the event stream format of the HTML standard, section 9.2.5.

use bytes::Bytes;
use serde::Serialize;

/// How long a client is to wait before it connects to another replica, in milliseconds.
const MOVE: u32 = 200;

/// An unnamed event with an id. Whatever `text` holds stays inside this event's data: each of its
/// lines becomes a data line of its own. A CR or CRLF in it reaches the reader as LF, since the
/// format has no other line end.
pub fn text(id: u64, text: &str) -> Bytes {
    let mut frame = format!("id: {id}\n");
    push_data(&mut frame, text);
    frame.push('\n');
    frame.into()
}

/// A named event whose data is `value` as JSON, which has no raw line ends. It has no id: the stream
/// cannot be resumed.
pub fn named(event: &'static str, value: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(value).expect("the relay's own events have string keys only");
    raw(None, event, &data)
}

/// A named event whose `data` is one line.
pub fn raw(id: Option<u64>, event: &str, data: &str) -> Bytes {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("{id}event: {event}\ndata: {data}\n\n").into()
}

/// Tells a client to reconnect soon, because this process ends: another one will answer. It is no
/// event.
pub fn retry() -> Bytes {
    format!("retry: {MOVE}\n\n").into()
}

fn push_data(frame: &mut String, text: &str) {
    let mut rest = text;
    loop {
        let end = rest.find(['\r', '\n']);
        frame.push_str("data: ");
        frame.push_str(&rest[..end.unwrap_or(rest.len())]);
        frame.push('\n');
        let Some(end) = end else { return };
        let line_end = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[end + line_end..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluicegate::sse::Decoder;

    #[track_caller]
    fn assert_carried(sent: &str, received: &str) {
        let mut decoder = Decoder::new();
        decoder.push(&text(7, sent)).unwrap();
        let events: Vec<_> = decoder
            .events()
            .map(|e| (e.event_type.to_owned(), e.data.to_owned(), e.last_event_id.to_owned()))
            .collect();
        assert_eq!(events, [("message".to_owned(), received.to_owned(), "7".to_owned())]);
    }

    #[test]
    fn a_token_is_one_data_line() {
        assert_eq!(text(1, "Hi"), "id: 1\ndata: Hi\n\n");
    }

    #[test]
    fn what_a_token_holds_never_leaves_its_event() {
        for same in ["a", " a", "  two", ":a", "a\n", "\n", "\n\n", "a\n\nb", "\0", "你好\n月"] {
            assert_carried(same, same);
        }
        assert_carried("a\r\nb\rc", "a\nb\nc");
        assert_carried("x\n\nevent: done\ndata: {}\n\n", "x\n\nevent: done\ndata: {}\n\n");
        assert_carried("\r\rid: 9\r\r", "\n\nid: 9\n\n");
    }

    #[test]
    fn json_stays_on_one_line() {
        assert_eq!(named("done", &"a\nb"), "event: done\ndata: \"a\\nb\"\n\n");
    }
}
