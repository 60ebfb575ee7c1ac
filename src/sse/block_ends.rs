//! Where blocks end in the bytes of a response, whatever they say.
//!
//! A response that goes on elsewhere is cut there, and counted up to there: what is behind the last
//! end was not interpreted yet.

use super::Format;

/// Finds the ends of blocks ([WHATWG HTML, 9.2.5]: blank lines; of NDJSON, line ends), however the
/// bytes are split. The LF of a CRLF belongs to the block before it, also if it comes later.
///
/// [WHATWG HTML, 9.2.5]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
pub(crate) struct BlockEnds {
    /// The last three bytes. A response begins as if behind a line end.
    before: [u8; 3],
}

impl BlockEnds {
    pub(crate) fn new() -> Self {
        Self { before: *b"\0\0\n" }
    }

    /// Returns the length of the first block of `bytes`, if its end is there, without taking it.
    pub(crate) fn first(&self, bytes: &[u8], format: Format) -> Option<usize> {
        let end = (0..bytes.len()).find(|&index| self.is_end(bytes, index, format))?;
        // The LF of a CRLF that is there already.
        let has_lf = bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n');
        Some(end + 1 + usize::from(has_lf))
    }

    /// Takes bytes. Returns up to where they belong to blocks that have ended, if any do.
    pub(crate) fn last(&mut self, bytes: &[u8], format: Format) -> Option<usize> {
        let end = (0..bytes.len()).rev().find(|&index| self.is_end(bytes, index, format));
        for index in 0..3 {
            let at = (bytes.len() + index).checked_sub(3);
            self.before[index] = match at {
                Some(at) => bytes[at],
                None => self.before[bytes.len() + index],
            };
        }
        end.map(|end| end + 1)
    }

    /// Whether the byte of this index ends a block.
    fn is_end(&self, bytes: &[u8], index: usize, format: Format) -> bool {
        let is_line_end = |byte| byte == b'\n' || byte == b'\r';
        let byte = bytes[index];
        if format == Format::Ndjson {
            return byte == b'\n';
        }
        if !is_line_end(byte) {
            return false;
        }
        let back = |count: usize| match index.checked_sub(count) {
            Some(at) => bytes[at],
            None => self.before[3 + index - count],
        };
        let is_crlf = byte == b'\n' && back(1) == b'\r';
        is_line_end(back(if is_crlf { 2 } else { 1 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// The ends that a reader of single bytes finds: a blank line, with the LF of its CRLF.
    fn naive(bytes: &[u8]) -> Vec<usize> {
        let (mut ends, mut is_blank, mut after_cr) = (Vec::new(), true, false);
        for (index, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' && after_cr {
                after_cr = false;
                if ends.last() == Some(&index) {
                    ends.push(index + 1);
                }
                continue;
            }
            after_cr = byte == b'\r';
            if byte == b'\n' || byte == b'\r' {
                if is_blank {
                    ends.push(index + 1);
                }
                is_blank = true;
            } else {
                is_blank = false;
            }
        }
        ends
    }

    #[test]
    fn they_are_found_however_the_bytes_are_split() {
        let alphabet = [b'a', b'\n', b'\r'];
        for number in 0..3_usize.pow(8) {
            let bytes: Vec<u8> = (0..8).map(|at| alphabet[number / 3_usize.pow(at) % 3]).collect();
            let ends = naive(&bytes);
            for split in 0..=bytes.len() {
                let (start, rest) = bytes.split_at(split);
                let mut blocks = BlockEnds::new();
                let in_start = ends.iter().copied().filter(|&end| end <= split).max();
                assert_eq!(blocks.last(start, Format::Sse), in_start, "{bytes:?} {split}");
                let in_rest = ends.iter().copied().filter(|&end| end > split);
                let last = in_rest.clone().max().map(|end| end - split);
                let first = in_rest.clone().min().map(|end| {
                    let has_lf = bytes[end - 1] == b'\r' && bytes.get(end) == Some(&b'\n');
                    end - split + usize::from(has_lf)
                });
                assert_eq!(blocks.first(rest, Format::Sse), first, "{bytes:?} {split}");
                assert_eq!(blocks.last(rest, Format::Sse), last, "{bytes:?} {split}");
            }
        }
    }

    #[test]
    fn lines_of_json_end_at_lf() {
        let mut blocks = BlockEnds::new();
        assert_eq!(blocks.first(b"{}\r\n[]\n7", Format::Ndjson), Some(4));
        assert_eq!(blocks.last(b"{}\r\n[]\n7", Format::Ndjson), Some(7));
        assert_eq!(blocks.last(b"8", Format::Ndjson), None);
        assert_eq!(blocks.last(b"\n", Format::Ndjson), Some(1));
    }
}
