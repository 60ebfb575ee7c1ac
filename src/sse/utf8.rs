//! Bytes to valid UTF-8. Errors are replaced as by the [Encoding Standard's UTF-8 decoder].
//!
//! [Encoding Standard's UTF-8 decoder]: https://encoding.spec.whatwg.org/#utf-8-decoder

use super::ascii::is_ascii;

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// The decoder's state: the start of a character whose other bytes have not come yet.
#[derive(Default)]
pub(super) struct Utf8 {
    carry: [u8; 4],
    len: usize,
}

impl Utf8 {
    /// Calls `emit` with the chunk in pieces of valid UTF-8, and whether a piece is ASCII only. No
    /// piece is empty or splits a character.
    pub(super) fn decode<E>(
        &mut self,
        mut chunk: &[u8],
        mut emit: impl FnMut(&[u8], bool) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.len > 0 {
            let Some((&byte, rest)) = chunk.split_first() else { return Ok(()) };
            self.carry[self.len] = byte;
            match first(&self.carry[..=self.len]) {
                (length, Sequence::Whole) => {
                    chunk = rest;
                    self.len = 0;
                    emit(&self.carry[..length], false)?;
                }
                (_, Sequence::Unfinished) => {
                    chunk = rest;
                    self.len += 1;
                }
                // The bytes before this one are one error. It belongs to what follows.
                (_, Sequence::Broken) => {
                    self.len = 0;
                    emit(REPLACEMENT, false)?;
                }
            }
        }

        let (mut whole, tail) = chunk.split_at(chunk.len() - unfinished(chunk));
        self.carry[..tail.len()].copy_from_slice(tail);
        self.len = tail.len();

        if whole.is_empty() {
            return Ok(());
        }
        let is_ascii = is_ascii(whole);
        if is_ascii || is_utf8(whole) {
            return emit(whole, is_ascii);
        }
        while !whole.is_empty() {
            let (valid, broken) = valid_up_to(whole);
            let (text, rest) = whole.split_at(valid);
            if valid > 0 {
                emit(text, false)?;
            }
            if broken > 0 {
                emit(REPLACEMENT, false)?;
            }
            whole = &rest[broken..];
        }
        Ok(())
    }

    /// Ends the stream. Returns the replacement of its unfinished character, if there is one.
    pub(super) fn finish(self) -> &'static [u8] {
        if self.len > 0 { REPLACEMENT } else { &[] }
    }
}

/// What stands at the start of some bytes.
#[derive(Clone, Copy, PartialEq)]
enum Sequence {
    Whole,
    /// As much of a character as can be one error.
    Broken,
    /// The start of a character, up to the end of the bytes.
    Unfinished,
}

/// Returns what the bytes start with, and its length. There is at least one byte.
#[inline(never)]
fn first(bytes: &[u8]) -> (usize, Sequence) {
    // The bounds are the second byte's.
    let (length, mut bounds) = match bytes[0] {
        0..0x80 => (1, 0x80..=0xbf),
        0xc2..0xe0 => (2, 0x80..=0xbf),
        0xe0 => (3, 0xa0..=0xbf),
        0xed => (3, 0x80..=0x9f),
        0xe1..0xf0 => (3, 0x80..=0xbf),
        0xf0 => (4, 0x90..=0xbf),
        0xf1..0xf4 => (4, 0x80..=0xbf),
        0xf4 => (4, 0x80..=0x8f),
        _ => return (1, Sequence::Broken),
    };
    for at in 1..length {
        match bytes.get(at) {
            None => return (at, Sequence::Unfinished),
            Some(byte) if bounds.contains(byte) => bounds = 0x80..=0xbf,
            Some(_) => return (at, Sequence::Broken),
        }
    }
    (length, Sequence::Whole)
}

/// Returns how many bytes are valid, and how many bytes after them are one error.
fn valid_up_to(bytes: &[u8]) -> (usize, usize) {
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] < 0x80 {
            at += 1;
            continue;
        }
        match first(&bytes[at..]) {
            (length, Sequence::Whole) => at += length,
            (length, _) => return (at, length),
        }
    }
    (at, 0)
}

/// Returns how many of the last bytes may still become a character.
fn unfinished(chunk: &[u8]) -> usize {
    (1..=chunk.len().min(3))
        .find(|&length| {
            let tail = &chunk[chunk.len() - length..];
            tail[0] >= 0xc0 && first(tail).1 == Sequence::Unfinished
        })
        .unwrap_or(0)
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn is_utf8(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_ok()
}

/// Returns whether the bytes are whole characters.
///
/// Keiser and Lemire, ["Validating UTF-8 in less than one instruction per byte"]: the halves of two
/// bytes in a row tell every error but a missing third or fourth byte.
///
/// ["Validating UTF-8 in less than one instruction per byte"]: https://arxiv.org/abs/2010.03090
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn is_utf8(bytes: &[u8]) -> bool {
    use core::arch::wasm32::{
        i8x16_shuffle, u8x16, u8x16_shr, u8x16_splat, u8x16_sub_sat, u8x16_swizzle, v128, v128_and,
        v128_any_true, v128_load, v128_or, v128_xor,
    };
    const BLOCK: usize = 16;
    // A bit for each error that the first byte, or the second, may be a part of.
    const TOO_SHORT: u8 = 1 << 0; // a lead without its second byte
    const TOO_LONG: u8 = 1 << 1; // a continuation after ASCII
    const OVERLONG_3: u8 = 1 << 2; // E0 80..9F
    const TOO_LARGE: u8 = 1 << 3; // F4 90.., F5..
    const SURROGATE: u8 = 1 << 4; // ED A0..BF
    const OVERLONG_2: u8 = 1 << 5; // C0, C1
    const TOO_LARGE_1000: u8 = 1 << 6; // F5.. 80..8F
    const OVERLONG_4: u8 = 1 << 6; // F0 80..8F
    /// No error, if a third or fourth byte is due.
    const TWO_CONTINUATIONS: u8 = 1 << 7;
    const CARRY: u8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;
    const LARGE: u8 = CARRY | TOO_LARGE | TOO_LARGE_1000;
    const CONTINUATION: u8 = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS;

    let first_high = u8x16(
        TOO_LONG,
        TOO_LONG,
        TOO_LONG,
        TOO_LONG,
        TOO_LONG,
        TOO_LONG,
        TOO_LONG,
        TOO_LONG,
        TWO_CONTINUATIONS,
        TWO_CONTINUATIONS,
        TWO_CONTINUATIONS,
        TWO_CONTINUATIONS,
        TOO_SHORT | OVERLONG_2,
        TOO_SHORT,
        TOO_SHORT | OVERLONG_3 | SURROGATE,
        TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
    );
    let first_low = u8x16(
        CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
        CARRY | OVERLONG_2,
        CARRY,
        CARRY,
        CARRY | TOO_LARGE,
        LARGE,
        LARGE,
        LARGE,
        LARGE,
        LARGE,
        LARGE,
        LARGE,
        LARGE,
        LARGE | SURROGATE,
        LARGE,
        LARGE,
    );
    let second_high = u8x16(
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        CONTINUATION | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
        CONTINUATION | OVERLONG_3 | TOO_LARGE,
        CONTINUATION | SURROGATE | TOO_LARGE,
        CONTINUATION | SURROGATE | TOO_LARGE,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
    );

    let (mut before, mut errors) = (u8x16_splat(0), u8x16_splat(0));
    let mut check = |block: &[u8; BLOCK]| {
        // SAFETY: a block is one vector, and `v128_load` needs no alignment.
        let bytes = unsafe { v128_load(block.as_ptr().cast::<v128>()) };
        let before_1 =
            i8x16_shuffle::<15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30>(
                before, bytes,
            );
        let before_2 =
            i8x16_shuffle::<14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29>(
                before, bytes,
            );
        let before_3 =
            i8x16_shuffle::<13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28>(
                before, bytes,
            );
        let pairs = v128_and(
            v128_and(
                u8x16_swizzle(first_high, u8x16_shr(before_1, 4)),
                u8x16_swizzle(first_low, v128_and(before_1, u8x16_splat(0x0f))),
            ),
            u8x16_swizzle(second_high, u8x16_shr(bytes, 4)),
        );
        // The highest bit is set where a lead two or three bytes before needs one more.
        let is_due = v128_or(
            u8x16_sub_sat(before_2, u8x16_splat(0xe0 - 0x80)),
            u8x16_sub_sat(before_3, u8x16_splat(0xf0 - 0x80)),
        );
        errors = v128_or(errors, v128_xor(pairs, v128_and(is_due, u8x16_splat(0x80))));
        before = bytes;
    };
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    blocks.iter().for_each(&mut check);
    // NULs after the end: a character that is not whole is too short.
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    check(&last);
    !v128_any_true(errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::String, vec::Vec};

    fn decode(chunks: &[&[u8]]) -> Vec<u8> {
        let (mut utf8, mut out) = (Utf8::default(), Vec::new());
        for chunk in chunks {
            let done: Result<(), ()> = utf8.decode(chunk, |piece, is_ascii| {
                assert!(!is_ascii || piece.is_ascii());
                assert!(!piece.is_empty());
                core::str::from_utf8(piece).expect("every piece is valid by itself");
                out.extend_from_slice(piece);
                Ok(())
            });
            done.expect("the sink never fails");
        }
        out.extend_from_slice(utf8.finish());
        out
    }

    #[test]
    fn replaces_as_the_standard_library_does_at_every_split() {
        let cases: &[&[u8]] = &[
            b"plain",
            "é汉🦀".as_bytes(),
            b"\xff\xfe",
            b"\xe6\xb1",
            b"\xe6\xb1x",
            b"\xe6\xe6\xb1\x89",
            b"\xf0\x9f\xa6",
            b"\xf0\x9f\xa6\xf0\x9f\xa6\x80",
            b"\xf0\x80\x80\x80",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\xc0\xaf",
            b"\xe0\x80",
            b"\x80\x80a\xc3",
            b"\xef\xbb\xbf\xef\xbb",
        ];
        for bytes in cases {
            let expected = String::from_utf8_lossy(bytes);
            for at in 0..=bytes.len() {
                for to in at..=bytes.len() {
                    let split = [&bytes[..at], &bytes[at..to], &bytes[to..]];
                    assert_eq!(decode(&split), expected.as_bytes(), "{bytes:x?} at {at}, {to}");
                }
            }
        }
    }
}
