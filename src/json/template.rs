//! Texts that are the same but for some of their strings and numbers.

use super::{literal::escape, plain::end_of_plain};
use alloc::vec::Vec;

/// Ends the name that comes first.
const NAME_END: u8 = 0;
/// In the place of the string that is wanted, behind its first quote.
const WANTED: u8 = 1;
/// In the place of another string that may change, behind its first quote.
const STRING: u8 = 2;
/// In the place of a whole number that may change.
const NUMBER: u8 = 3;
/// Before the value that is kept.
const KEPT_START: u8 = 4;
/// Behind it.
const KEPT_END: u8 = 5;

/// Whether a name and a JSON text fit into a template. Appends the string that is wanted to `out`,
/// which is to be cut if they don't. `kept` is where in the text the value that is kept is.
///
/// A template is a name, a NUL, and a JSON text. In the places of what may change are control
/// characters, which words of JSON don't have. A text that fits is the same value but for that.
/// `pkg/src/llm/template.ts` makes them.
#[inline(never)]
pub(crate) fn fits(
    template: &[u8],
    name: &[u8],
    json: &[u8],
    out: &mut Vec<u8>,
    kept: &mut (usize, usize),
) -> bool {
    let mut text = name;
    let (mut from, mut at) = (0, 0);
    loop {
        let same =
            same_len(template.get(from..).unwrap_or_default(), text.get(at..).unwrap_or_default());
        at += same;
        from += same + 1;
        match template.get(from - 1) {
            None => return at == text.len(),
            Some(&NAME_END) if at == text.len() => {
                text = json;
                at = 0;
            }
            Some(&KEPT_START) => kept.0 = at,
            Some(&KEPT_END) => kept.1 = at,
            Some(&NUMBER) => {
                let start = at;
                while text.get(at).is_some_and(u8::is_ascii_digit) {
                    at += 1;
                }
                if at == start || at > start + 1 && text.get(start) == Some(&b'0') {
                    return false;
                }
            }
            Some(&kind @ (WANTED | STRING)) => {
                let start = out.len();
                let Some(end) = decode(text, at, out) else {
                    return false;
                };
                at = end;
                if kind == STRING {
                    out.truncate(start);
                }
            }
            _ => return false,
        }
    }
}

/// How far two texts are the same, and not at a place for something else.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn same_len(template: &[u8], text: &[u8]) -> usize {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_gt, u8x16_splat, v128_and, v128_load};
    let mut len = 0;
    while len + 16 <= template.len().min(text.len()) {
        // SAFETY: both are long enough, and `v128_load` needs no alignment.
        let (block, other) = unsafe {
            (v128_load(template.as_ptr().add(len).cast()), v128_load(text.as_ptr().add(len).cast()))
        };
        let same = v128_and(u8x16_eq(block, other), u8x16_gt(block, u8x16_splat(KEPT_END)));
        let different = !u32::from(u8x16_bitmask(same));
        len += different.trailing_zeros() as usize;
        if different & 0xffff != 0 {
            return len;
        }
    }
    len + same_bytes(template.get(len..).unwrap_or_default(), text.get(len..).unwrap_or_default())
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn same_len(template: &[u8], text: &[u8]) -> usize {
    same_bytes(template, text)
}

#[inline]
fn same_bytes(template: &[u8], text: &[u8]) -> usize {
    let is_same = |(byte, other): &(&u8, &u8)| byte == other && **byte > KEPT_END;
    template.iter().zip(text).take_while(is_same).count()
}

/// Appends what a string stands for. Returns where its last quote is; `None` for a string that is not
/// JSON, or has half of a surrogate pair.
#[inline(never)]
fn decode(text: &[u8], mut at: usize, out: &mut Vec<u8>) -> Option<usize> {
    loop {
        let end = end_of_plain(text, at);
        append(text.get(at..end)?, out);
        if text.get(end) != Some(&b'\\') {
            return (text.get(end) == Some(&b'"')).then_some(end);
        }
        let (code, len) = escape(text.get(end + 1..)?)?;
        at = end + 1 + len;
        append(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes(), out);
    }
}

#[inline(never)]
fn append(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{
        format,
        string::{String, ToString as _},
    };

    const TEMPLATE: &str =
        "message\0{\"a\":\"\u{1}\",\"b\":\"\u{2}\",\"c\":\u{4}{\"d\":\u{3}}\u{5},\"e\":null}";

    /// The text and what is kept, if an event fits.
    fn read(event_type: &str, data: &str) -> Option<(String, String)> {
        let mut text = b"before ".to_vec();
        let mut kept = (0, 0);
        fits(TEMPLATE.as_bytes(), event_type.as_bytes(), data.as_bytes(), &mut text, &mut kept)
            .then(|| {
                let text = String::from_utf8(text).expect("UTF-8");
                let text = text.strip_prefix("before ").expect("what was there");
                (text.to_string(), data[kept.0..kept.1].to_string())
            })
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
                assert_eq!(read("message", &data), Some(expected), "{data}");
            }
        }
    }

    #[test]
    fn nothing_else_may() {
        let fitting = r#"{"a":"Hi","b":"","c":{"d":1},"e":null}"#;
        assert!(read("message", fitting).is_some());
        for event_type in ["", "messag", "messages", "ping"] {
            assert_eq!(read(event_type, fitting), None, "{event_type}");
        }
        for literal in
            [r"\ud83e", r"\udd80", r"\ud83e\u0061", r"\ud83ex", r"\x", r"\u12", r"\", "\t", "\n"]
        {
            for place in ["Hi", "\"\""] {
                let with = if place == "Hi" { literal.into() } else { format!("\"{literal}\"") };
                let data = fitting.replacen(place, &with, 1);
                assert_eq!(read("message", &data), None, "{data}");
            }
        }
        for number in ["01", "-1", "1.5", "1e3", "", "null", "\"1\""] {
            let data = fitting.replace('1', number);
            assert_eq!(read("message", &data), None, "{data}");
        }
        for at in 0..fitting.len() {
            assert_eq!(read("message", &fitting[..at]), None, "{at}");
            let data = format!("{}\u{1}{}", &fitting[..at], &fitting[at + 1..]);
            assert_eq!(read("message", &data), None, "{data}");
        }
        for data in [
            fitting.replace("null", "7"),
            fitting.replace(',', ", "),
            format!("{fitting} "),
            format!(" {fitting}"),
            String::new(),
            "\0\u{1}\u{2}\u{3}".to_string(),
        ] {
            assert_eq!(read("message", &data), None, "{data}");
        }
    }
}
