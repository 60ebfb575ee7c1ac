//! Where blocks end in the bytes of a response, whatever they say.
//!
//! A response that goes on elsewhere is cut there, and counted up to there: what is behind the last
//! end was not interpreted yet.

use super::Format;

/// Finds the ends of blocks ([WHATWG HTML, 9.2.5]: blank lines; of NDJSON, line ends), however the
/// bytes are split. The LF of a CRLF belongs to the block before it, also if it comes later.
///
/// [WHATWG HTML, 9.2.5]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
#[derive(Clone, Copy)]
pub(crate) struct BlockEnds {
    /// Whether the line has no bytes yet.
    is_blank: bool,
    is_after_cr: bool,
    /// Whether the last byte ended a block.
    has_ended: bool,
}

impl BlockEnds {
    pub(crate) fn new() -> Self {
        Self { is_blank: true, is_after_cr: false, has_ended: false }
    }

    /// Takes bytes: all, or those of the first block that ends. Returns how many, and up to where
    /// they belong to blocks that have ended; 0 if none do.
    pub(crate) fn take(
        &mut self,
        bytes: &[u8],
        format: Format,
        is_first_enough: bool,
    ) -> (usize, usize) {
        let (mut taken, mut end) = (0, 0);
        for &byte in bytes {
            let is_lf_of_crlf = byte == b'\n' && self.is_after_cr;
            if is_first_enough && end > 0 && !is_lf_of_crlf {
                break;
            }
            taken += 1;
            self.is_after_cr = byte == b'\r' && format == Format::Sse;
            if !is_lf_of_crlf {
                let is_line_end = byte == b'\n' || self.is_after_cr;
                self.has_ended = is_line_end && (self.is_blank || format == Format::Ndjson);
                self.is_blank = is_line_end;
            }
            if self.has_ended {
                end = taken;
            }
        }
        (taken, end)
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
        let len = if cfg!(miri) { 4 } else { 8 };
        for number in 0..3_usize.pow(len) {
            let bytes: Vec<u8> =
                (0..len).map(|at| alphabet[number / 3_usize.pow(at) % 3]).collect();
            let ends = naive(&bytes);
            for split in 0..=bytes.len() {
                let (start, rest) = bytes.split_at(split);
                let mut blocks = BlockEnds::new();
                let in_start = ends.iter().copied().filter(|&end| end <= split).max();
                let taken = blocks.take(start, Format::Sse, false);
                assert_eq!(taken, (split, in_start.unwrap_or(0)), "{bytes:?} {split}");
                let in_rest = ends.iter().copied().filter(|&end| end > split);
                let last = in_rest.clone().max().map_or(0, |end| end - split);
                let first = in_rest.min().map_or(rest.len(), |end| {
                    let has_lf = bytes[end - 1] == b'\r' && bytes.get(end) == Some(&b'\n');
                    end - split + usize::from(has_lf)
                });
                let taken = { blocks }.take(rest, Format::Sse, true);
                assert_eq!(taken.0, first, "{bytes:?} {split}");
                let taken = blocks.take(rest, Format::Sse, false);
                assert_eq!(taken, (rest.len(), last), "{bytes:?} {split}");
            }
        }
    }

    #[test]
    fn lines_of_json_end_at_lf() {
        let mut blocks = BlockEnds::new();
        assert_eq!({ blocks }.take(b"{}\r\n[]\n7", Format::Ndjson, true), (4, 4));
        assert_eq!(blocks.take(b"{}\r\n[]\n7", Format::Ndjson, false), (8, 7));
        assert_eq!(blocks.take(b"8", Format::Ndjson, false), (1, 0));
        assert_eq!(blocks.take(b"\n", Format::Ndjson, false), (1, 1));
    }
}
