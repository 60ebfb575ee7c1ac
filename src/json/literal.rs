//! Strings as they are written, and what they stand for.

use alloc::vec::Vec;

/// Where decoded text goes.
pub(crate) trait Out {
    /// Appends bytes.
    fn append(&mut self, bytes: &[u8]);
}

impl Out for Vec<u8> {
    fn append(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
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

/// Takes text that is no JSON string unchanged.
#[inline(never)]
fn decode_escapes(mut raw: &[u8], out: &mut impl Out) -> bool {
    let mut is_well_formed = true;
    loop {
        let plain = raw.iter().position(|&byte| byte == b'\\').unwrap_or(raw.len());
        out.append(&raw[..plain]);
        let Some((&byte, rest)) = raw.get(plain + 1..).and_then(<[u8]>::split_first) else {
            return is_well_formed;
        };
        let (code, len) = escape(&raw[plain + 1..]).unwrap_or((byte.into(), 1));
        is_well_formed &= code & !0x7ff != 0xd800;
        raw = &rest[len - 1..];
        append_code(code, out);
    }
}

/// What the escape stands for whose backslash is right before the text, and its length without that. A
/// surrogate without its other half stands for itself.
pub(super) fn escape(text: &[u8]) -> Option<(u32, usize)> {
    let byte = *text.first()?;
    if byte != b'u' {
        return Some((unescaped(byte)?.into(), 1));
    }
    let unit = unicode(text)?;
    if unit & 0xfc00 == 0xd800
        && let Some([b'\\', next @ ..]) = text.get(5..)
        && let Some(low) = unicode(next)
        && low & 0xfc00 == 0xdc00
    {
        return Some((0x1_0000 + ((unit & 0x3ff) << 10 | low & 0x3ff), 11));
    }
    Some((unit, 5))
}

/// What an escape of one character stands for.
pub(super) fn unescaped(byte: u8) -> Option<u8> {
    let index = index_in(b"\"\\/bfnrt", byte)?;
    b"\"\\/\x08\x0c\n\r\t".get(index).copied()
}

/// Where a byte is in a table. One loop for all tables, since inlined it is unrolled.
#[inline(never)]
pub(super) fn index_in(table: &[u8], byte: u8) -> Option<usize> {
    table.iter().position(|&known| known == byte)
}

/// The number of `uXXXX`.
#[inline(never)]
pub(super) fn unicode(text: &[u8]) -> Option<u32> {
    let (b'u', digits) = text.first_chunk::<5>()?.split_first()? else {
        return None;
    };
    digits.iter().try_fold(0, |sum, &digit| Some(sum << 4 | char::from(digit).to_digit(16)?))
}

/// UTF-8, of surrogates as well.
fn append_code(mut code: u32, out: &mut impl Out) {
    let mut bytes = [0; 4];
    // How many bits the first byte has for its part.
    let mut bits = 7;
    let mut start = 3;
    let mut lead = 0;
    while code >> bits != 0 {
        bytes[start & 3] = 0x80 | (code & 0x3f) as u8;
        code >>= 6;
        start -= 1;
        bits = if bits == 7 { 5 } else { bits - 1 };
        lead = 0xfe << bits;
    }
    bytes[start & 3] = lead | code as u8;
    out.append(&bytes[start & 3..]);
}
