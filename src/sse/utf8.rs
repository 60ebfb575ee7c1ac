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
            match core::str::from_utf8(&self.carry[..=self.len]) {
                Ok(character) => {
                    chunk = rest;
                    self.len = 0;
                    emit(character.as_bytes(), false)?;
                }
                Err(error) if error.error_len().is_none() => {
                    chunk = rest;
                    self.len += 1;
                }
                // The bytes before this one are one error. It belongs to what follows.
                Err(_) => {
                    self.len = 0;
                    emit(REPLACEMENT, false)?;
                }
            }
        }

        let (whole, tail) = chunk.split_at(chunk.len() - unfinished(chunk));
        self.carry[..tail.len()].copy_from_slice(tail);
        self.len = tail.len();

        if whole.is_empty() {
            return Ok(());
        }
        let is_ascii = is_ascii(whole);
        if is_ascii || simdutf8::basic::from_utf8(whole).is_ok() {
            return emit(whole, is_ascii);
        }
        for piece in whole.utf8_chunks() {
            if !piece.valid().is_empty() {
                emit(piece.valid().as_bytes(), false)?;
            }
            if !piece.invalid().is_empty() {
                emit(REPLACEMENT, false)?;
            }
        }
        Ok(())
    }

    /// Ends the stream. Returns the replacement of its unfinished character, if there is one.
    pub(super) fn finish(self) -> &'static [u8] {
        if self.len > 0 { REPLACEMENT } else { &[] }
    }
}

/// Returns how many of the last bytes may still become a character.
fn unfinished(chunk: &[u8]) -> usize {
    (1..=chunk.len().min(3))
        .find(|&len| {
            let tail = &chunk[chunk.len() - len..];
            tail[0] >= 0xc0
                && core::str::from_utf8(tail).is_err_and(|error| error.error_len().is_none())
        })
        .unwrap_or(0)
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
