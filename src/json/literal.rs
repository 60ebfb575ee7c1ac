//! Strings as they are written, and what they stand for.

/// Where decoded text goes.
pub(crate) trait Out {
    /// Appends bytes.
    fn append(&mut self, bytes: &[u8]);
}

/// A string between its quotes, of a text that keeps to the grammar.
#[derive(Clone, Copy)]
pub(crate) struct Literal<'a> {
    pub(super) raw: &'a [u8],
    pub(super) has_escapes: bool,
}

impl Literal<'_> {
    /// Appends what the string stands for, and returns whether that is well-formed Unicode. A
    /// surrogate without its other half is appended as its three bytes ([WTF-8]).
    ///
    /// [WTF-8]: https://wtf-8.codeberg.page/
    #[inline]
    pub(crate) fn decode(&self, out: &mut impl Out) -> bool {
        if self.has_escapes {
            return decode_escapes(self.raw, out);
        }
        out.append(self.raw);
        true
    }
}

/// Takes what is no JSON string as it is.
#[inline(never)]
fn decode_escapes(mut raw: &[u8], out: &mut impl Out) -> bool {
    let mut is_well_formed = true;
    while let Some(plain) = raw.iter().position(|&byte| byte == b'\\') {
        out.append(&raw[..plain]);
        raw = &raw[plain + 1..];
        if let Some(unit) = unicode(raw) {
            raw = &raw[5..];
            let mut code = unit;
            if unit & 0xfc00 == 0xd800
                && let Some(low) = raw.strip_prefix(b"\\").and_then(unicode)
                && low & 0xfc00 == 0xdc00
            {
                code = 0x1_0000 + ((unit & 0x3ff) << 10 | low & 0x3ff);
                raw = &raw[6..];
            }
            is_well_formed &= code & !0x7ff != 0xd800;
            append_code(code, out);
        } else if let Some((&byte, rest)) = raw.split_first() {
            raw = rest;
            out.append(&[match byte {
                b'b' => 8,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                other => other,
            }]);
        }
    }
    out.append(raw);
    is_well_formed
}

/// The number of `uXXXX`.
fn unicode(text: &[u8]) -> Option<u32> {
    let &[b'u', ref digits @ ..] = text.first_chunk::<5>()? else {
        return None;
    };
    Some(digits.iter().fold(0, |sum, digit| {
        // Of a letter the lower four bits are one to six.
        let value = u32::from(digit & 15) + 9 * u32::from(digit >> 6);
        sum << 4 | value & 15
    }))
}

/// UTF-8, of surrogates as well.
fn append_code(code: u32, out: &mut impl Out) {
    let tail = |shift: u32| 0x80 | (code >> shift & 0x3f) as u8;
    match code {
        0..0x80 => out.append(&[code as u8]),
        0x80..0x800 => out.append(&[0xc0 | (code >> 6) as u8, tail(0)]),
        0x800..0x1_0000 => out.append(&[0xe0 | (code >> 12) as u8, tail(6), tail(0)]),
        _ => out.append(&[0xf0 | (code >> 18) as u8, tail(12), tail(6), tail(0)]),
    }
}
