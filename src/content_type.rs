//! What a response's `Content-Type` says it is.

use crate::sse::Format;

/// The types that are read, with their formats.
const KNOWN: [(&str, Format); 5] = [
    ("text/event-stream", Format::Sse),
    ("application/x-ndjson", Format::Ndjson),
    ("application/ndjson", Format::Ndjson),
    ("application/jsonl", Format::Ndjson),
    ("application/x-jsonlines", Format::Ndjson),
];

/// What a response with this header holds.
pub(crate) fn format_of(content_type: &str) -> Option<Format> {
    let essence = essence_of(content_type);
    KNOWN.into_iter().find(|(known, _)| is_same(essence, known)).map(|(_, format)| format)
}

/// The essence of the header's MIME type in the header's own letters, `""` if no type in it is
/// valid ([Fetch, "extract a MIME type"]): several headers, or lists, count as their last valid
/// value that is not `*/*`.
///
/// [Fetch, "extract a MIME type"]: https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
fn essence_of(content_type: &str) -> &str {
    let mut rest = content_type.as_bytes();
    let mut found: &[u8] = b"";
    while !rest.is_empty() {
        let (value, behind) = split_first_value(rest);
        let essence = trim(value.split(|byte| *byte == b';').next().unwrap_or_default());
        if is_essence(essence) && essence != b"*/*" {
            found = essence;
        }
        rest = behind;
    }
    // SAFETY: an essence is ASCII.
    unsafe { core::str::from_utf8_unchecked(found) }
}

/// Splits at the first comma that is not in quotes (Fetch, "get, decode, and split").
fn split_first_value(list: &[u8]) -> (&[u8], &[u8]) {
    let mut is_quoted = false;
    let mut is_escaped = false;
    for (at, byte) in list.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'"' => is_quoted = !is_quoted,
            b'\\' => is_escaped = is_quoted,
            b',' if !is_quoted => return (&list[..at], &list[at + 1..]),
            _ => {}
        }
    }
    (list, b"")
}

/// Returns what messages call a header's type.
pub(crate) fn displayed(content_type: &str) -> &str {
    match essence_of(content_type) {
        "" => "no valid content type",
        essence => essence,
    }
}

/// Leaves out the HTTP whitespace at both ends.
fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..]
    | [rest @ .., b' ' | b'\t' | b'\n' | b'\r'] = bytes
    {
        bytes = rest;
    }
    bytes
}

/// Whether it is a type, a slash and a subtype ([MIME Sniffing, "parse a MIME type"]).
///
/// [MIME Sniffing, "parse a MIME type"]: https://mimesniff.spec.whatwg.org/#parse-a-mime-type
fn is_essence(bytes: &[u8]) -> bool {
    let mut slash = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'/' if slash == 0 => slash = at,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~' => {}
            _ => return false,
        }
    }
    slash > 0 && slash + 1 < bytes.len()
}

/// Whether both are the same but for the case of ASCII letters. Not inlined: the vector code that a
/// comparison with each known type becomes is three kilobytes.
#[inline(never)]
fn is_same(essence: &str, known: &str) -> bool {
    essence.eq_ignore_ascii_case(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers, several of them joined as `Headers.get` does, and what they say.
    #[test]
    fn essences() {
        for (header, expected) in [
            ("", ""),
            // The cases of web-platform-tests, fetch/content-type.
            (", text/plain", "text/plain"),
            ("text/plain, ", "text/plain"),
            ("text/html, text/plain", "text/plain"),
            ("text/plain;charset=gbk, text/html", "text/html"),
            ("text/plain;charset=gbk, text/html;charset=windows-1254", "text/html"),
            ("text/plain;charset=gbk, text/plain", "text/plain"),
            ("text/html;charset=gbk, text/html;x=\",text/plain", "text/html"),
            ("text/html;charset=gbk, text/plain, text/html", "text/html"),
            ("text/plain, */*", "text/plain"),
            ("*/*, text/html", "text/html"),
            ("text/plain, */*;charset=gbk", "text/plain"),
            ("text/html;x=\", text/plain", "text/html"),
            ("text/html;\", text/plain", "text/html"),
            // The example of the Fetch standard.
            ("text/html;charset=gbk, cannot-parse", "text/html"),
            // Commas, semicolons and escapes in quotes.
            ("text/html;a=\"1,2\";b=\"3;4\", text/plain", "text/plain"),
            ("text/html;a=\"\\\",text/css\", text/plain", "text/plain"),
            ("text/html;a=\"\\", "text/html"),
            ("text/html;a=\"\\\\\", text/plain", "text/plain"),
            ("text/html;a=b\\, text/plain", "text/plain"),
            ("\"a,b\", text/plain", "text/plain"),
            ("\"a;b\"/c", ""),
            ("text/\"a;b\"", ""),
            // White space.
            ("\t text/plain \t", "text/plain"),
            ("text/plain ;charset=utf-8", "text/plain"),
            ("\r\ntext/plain\r\n", "text/plain"),
            ("text/plain\x0c", ""),
            ("text /plain", ""),
            ("text/ plain", ""),
            ("text/plain charset=utf-8", ""),
            // What is no type at all.
            ("text", ""),
            ("text/", ""),
            ("/plain", ""),
            ("/", ""),
            (";text/plain", ""),
            ("text/plain/x", ""),
            ("text/pläin", ""),
            ("text/(plain)", ""),
            ("*/*", ""),
            (",,", ""),
            // Types keep their letters, and odd ones are types as well.
            ("Text/Event-Stream", "Text/Event-Stream"),
            ("x!#$%&'*+-.^_`|~0/y", "x!#$%&'*+-.^_`|~0/y"),
            ("*/plain", "*/plain"),
            // A parameter that does not parse spoils nothing.
            ("text/plain;ä", "text/plain"),
            ("text/plain;;=;\"", "text/plain"),
        ] {
            assert_eq!(essence_of(header), expected, "{header:?}");
        }
    }

    #[test]
    fn formats() {
        use Format::{Ndjson, Sse};
        for (header, expected) in [
            ("text/event-stream", Some(Sse)),
            ("TEXT/Event-Stream ; charset=\"utf-8\"", Some(Sse)),
            ("text/plain, text/event-stream", Some(Sse)),
            ("text/event-stream, text/event-stream", Some(Sse)),
            ("text/event-stream, */*", Some(Sse)),
            ("text/event-stream;a=\", text/plain\"", Some(Sse)),
            ("text/event-stream, text/plain", None),
            ("text/plain;a=\", text/event-stream\"", None),
            ("text/event-streams", None),
            ("text/event", None),
            ("application/json", None),
            ("application/x-ndjson", Some(Ndjson)),
            ("application/ndjson", Some(Ndjson)),
            ("application/JSONL", Some(Ndjson)),
            ("application/x-jsonlines;charset=utf-8", Some(Ndjson)),
            ("text/event-stream, application/x-ndjson", Some(Ndjson)),
        ] {
            assert_eq!(format_of(header), expected, "{header:?}");
        }
    }
}
