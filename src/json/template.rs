//! Texts that are the same but for some of their strings and numbers.

use super::{literal::escape, plain::end_of_plain};
use crate::bytes::{BLOCK, append, append_start, starts_with};
use alloc::vec::Vec;
use core::num::NonZero;

/// Ends each of the texts before the JSON.
const NUL: u8 = 0;
/// Stands for the string that is wanted, after its first quote. A control character that is not
/// listed here stands for a string that may change.
const WANTED: u8 = 1;
/// Stands for a whole number that may change.
const NUMBER: u8 = 3;
/// Before the value that is kept.
const KEPT_START: u8 = 4;
/// After it.
const KEPT_END: u8 = 5;

/// A JSON text, parts of which may change, of events of one type.
///
/// Its source is the type of the events, what stands before the JSON in a block of the usual form,
/// and the JSON, with a NUL between them. In the places of what may change are control characters,
/// which words of JSON don't have. A text that fits is the same value but for that.
/// `pkg/src/llm/template.ts` makes them.
pub(crate) struct Template {
    /// Without the second NUL.
    source: Vec<u8>,
    /// Where its control characters are, and its end.
    marks: Vec<usize>,
    /// Where the JSON starts.
    json: usize,
    /// Whether the events are of the default type.
    pub(crate) is_message: bool,
}

impl Template {
    pub(crate) fn new(mut source: Vec<u8>) -> Self {
        let mut marks = Vec::new();
        let mut json = 0;
        let mut at = 0;
        while let Some(&byte) = source.get(at) {
            if byte == NUL && json == 0 && !marks.is_empty() {
                source.remove(at);
                json = at;
                continue;
            }
            if byte <= KEPT_END {
                marks.push(at);
            }
            at += 1;
        }
        marks.push(at);
        // The end. More of them, so that the last words are compared as fast.
        source.extend_from_slice(&[NUL; BLOCK]);
        let is_message = source.starts_with(b"message\0");
        Self { source, marks, json, is_message }
    }

    pub(crate) fn event_type(&self) -> &[u8] {
        self.source.get(..self.mark(0)).unwrap_or_default()
    }

    #[inline]
    fn mark(&self, index: usize) -> usize {
        self.marks.get(index).copied().unwrap_or_default()
    }

    /// Returns where the JSON ends that a text starts with if it fits; `is_block` says whether what
    /// stands before it is to come first. Appends the string that is wanted to `out`, which is to be cut
    /// if the text does not fit, and sets `has_escapes` if a string that may change has some. `kept`
    /// becomes the value that is kept.
    // Not 0, which `None` is then: a number is returned faster than what needs a flag.
    #[inline(never)]
    pub(crate) fn read<'a>(
        &self,
        is_block: bool,
        text: &'a [u8],
        out: &mut Vec<u8>,
        kept: &mut &'a [u8],
        has_escapes: &mut bool,
    ) -> Option<NonZero<usize>> {
        let mut from = if is_block { self.mark(0) + 1 } else { self.json };
        let mut at = 0;
        let mut kept_from = 0;
        for &mark in self.marks.get(1..)? {
            let len = mark - from;
            if !starts_with(text.get(at..)?, self.source.get(from..)?, len) {
                return None;
            }
            at += len;
            from = mark + 1;
            match *self.source.get(mark)? {
                NUL => return NonZero::new(at),
                KEPT_START => kept_from = at,
                KEPT_END => *kept = text.get(kept_from..at)?,
                NUMBER => {
                    let start = at;
                    while text.get(at).is_some_and(u8::is_ascii_digit) {
                        at += 1;
                    }
                    if at == start || at > start + 1 && text.get(start) == Some(&b'0') {
                        return None;
                    }
                }
                kind => {
                    let out = (kind == WANTED).then_some(&mut *out);
                    at = decode(text, at, out, has_escapes)?;
                }
            }
        }
        None
    }
}

/// Appends what a string stands for to `out`, if there is one. Returns where its last quote is; `None`
/// for a string that is not JSON, or has half of a surrogate pair.
#[inline]
fn decode(
    text: &[u8],
    mut at: usize,
    mut out: Option<&mut Vec<u8>>,
    has_escapes: &mut bool,
) -> Option<usize> {
    loop {
        let end = end_of_plain(text, at);
        if let Some(out) = &mut out {
            append_start(out, text.get(at..)?, end - at);
        }
        if text.get(end) != Some(&b'\\') {
            return (text.get(end) == Some(&b'"')).then_some(end);
        }
        *has_escapes = true;
        let (code, len) = escape(text.get(end + 1..)?)?;
        at = end + 1 + len;
        let character = char::from_u32(code)?;
        if let Some(out) = &mut out {
            append(out, character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{
        format,
        string::{String, ToString as _},
    };

    const TEMPLATE: &str = "message\0data: \0{\"a\":\"\u{1}\",\"b\":\"\u{2}\",\"c\":\u{4}{\"d\":\u{3}}\u{5},\"e\":null}";

    /// The text and what is kept, if all of a text fits.
    fn read(data: &str) -> Option<(String, String)> {
        let mut text = b"before ".to_vec();
        let mut kept: &[u8] = &[];
        let mut has_escapes = false;
        let template = Template::new(TEMPLATE.into());
        let end = template.read(false, data.as_bytes(), &mut text, &mut kept, &mut has_escapes)?;
        assert_eq!(has_escapes, data.contains('\\'));
        let text = String::from_utf8(text).expect("UTF-8");
        let text = text.strip_prefix("before ").expect("what was there");
        (end.get() == data.len())
            .then(|| (text.to_string(), core::str::from_utf8(kept).expect("UTF-8").to_string()))
    }

    #[test]
    fn strings_and_numbers_may_change() {
        for (literal, text) in [
            ("", ""),
            ("Hi", "Hi"),
            (r#"\"\\\/\b\f\n\r\t\u00e9\u4F60"#, "\"\\/\u{8}\u{c}\n\r\té你"),
            (r"🦀\ud83e\udd80 and more than sixteen bytes", "🦀🦀 and more than sixteen bytes"),
        ] {
            for number in ["0", "7", "1234567890123456789012345"] {
                let data =
                    format!(r#"{{"a":"{literal}","b":"{literal}","c":{{"d":{number}}},"e":null}}"#);
                let expected = (text.to_string(), format!(r#"{{"d":{number}}}"#));
                assert_eq!(read(&data), Some(expected), "{data}");
            }
        }
    }

    #[test]
    fn nothing_else_may() {
        let fitting = r#"{"a":"Hi","b":"","c":{"d":1},"e":null}"#;
        assert!(read(fitting).is_some());
        for literal in
            [r"\ud83e", r"\udd80", r"\ud83e\u0061", r"\ud83ex", r"\x", r"\u12", r"\", "\t", "\n"]
        {
            for place in ["Hi", "\"\""] {
                let with = if place == "Hi" { literal.into() } else { format!("\"{literal}\"") };
                let data = fitting.replacen(place, &with, 1);
                assert_eq!(read(&data), None, "{data}");
            }
        }
        for number in ["01", "-1", "1.5", "1e3", "", "null", "\"1\""] {
            let data = fitting.replace('1', number);
            assert_eq!(read(&data), None, "{data}");
        }
        for at in 0..fitting.len() {
            assert_eq!(read(&fitting[..at]), None, "{at}");
            let data = format!("{}\u{1}{}", &fitting[..at], &fitting[at + 1..]);
            assert_eq!(read(&data), None, "{data}");
        }
        for data in [
            fitting.replace("null", "7"),
            fitting.replace(',', ", "),
            format!("{fitting} "),
            format!(" {fitting}"),
            String::new(),
            "\0\u{1}\u{2}\u{3}".to_string(),
        ] {
            assert_eq!(read(&data), None, "{data}");
        }
    }
}
