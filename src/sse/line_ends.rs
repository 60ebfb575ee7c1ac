//! Line ends, found 64 bytes at a time.

const BLOCK: usize = 64;
const LF: u8 = b'\n';

/// The positions of line-end bytes, ascending.
///
/// One bit mask has all line ends of its block, so that short lines need no scan of their own.
pub(super) struct LineEnds<'a> {
    bytes: &'a [u8],
    other: u8,
    next_block: usize,
    mask: u64,
}

impl<'a> LineEnds<'a> {
    /// Finds every LF and every byte equal to `other`.
    pub(super) fn new(bytes: &'a [u8], other: u8) -> Self {
        Self { bytes, other, next_block: 0, mask: 0 }
    }

    /// Goes on from this position.
    pub(super) fn skip_to(&mut self, position: usize) {
        (self.next_block, self.mask) = (position, 0);
    }
}

impl Iterator for LineEnds<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            let rest = self.bytes.get(self.next_block..).filter(|rest| !rest.is_empty())?;
            self.mask = match rest.first_chunk::<BLOCK>() {
                Some(block) => mask(block, self.other),
                None => tail_mask(self.bytes, rest.len(), self.other),
            };
            self.next_block += BLOCK;
        }
        let bit = self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(self.next_block - BLOCK + bit)
    }
}

/// Returns the mask of the last `len` bytes, which are less than a block.
#[inline(never)]
fn tail_mask(bytes: &[u8], len: usize, other: u8) -> u64 {
    // A whole block that ends with them needs no copy.
    if let Some(block) = bytes.last_chunk::<BLOCK>() {
        return mask(block, other) >> (BLOCK - len);
    }
    let mut block = [0; BLOCK];
    block[..len].copy_from_slice(&bytes[bytes.len() - len..]);
    mask(&block, other)
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
fn mask(block: &[u8; BLOCK], other: u8) -> u64 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, v128, v128_load, v128_or};
    let (lf, other) = (u8x16_splat(LF), u8x16_splat(other));
    let bits = |lane: usize| {
        // SAFETY: `lane * 16 + 16 <= BLOCK`, and `v128_load` needs no alignment.
        let bytes = unsafe { v128_load(block.as_ptr().add(lane * 16).cast::<v128>()) };
        let found = v128_or(u8x16_eq(bytes, lf), u8x16_eq(bytes, other));
        u64::from(u8x16_bitmask(found)) << (lane * 16)
    };
    // No loop: optimised for size, it would stay one.
    bits(0) | bits(1) | bits(2) | bits(3)
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn mask(block: &[u8; BLOCK], other: u8) -> u64 {
    // The compiler turns this loop into vector compares.
    let found = block.map(|byte| u8::from(byte == LF || byte == other));
    let mut bits = 0;
    for (lane, bytes) in found.as_chunks::<8>().0.iter().enumerate() {
        // Gathers the lowest bit of each byte into the top byte.
        let packed = u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= packed << (lane * 8);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn finds_what_a_byte_loop_finds() {
        // A fixed xorshift stream over an alphabet in which line ends are common.
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        for len in 0..300 {
            let bytes: Vec<u8> = (0..len)
                .map(|_| {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    b"\n\rab\x8a\x8d\x00\xff"[(seed % 8) as usize]
                })
                .collect();
            for other in [b'\r', b'\n'] {
                let expected: Vec<usize> =
                    (0..len).filter(|&at| bytes[at] == b'\n' || bytes[at] == other).collect();
                assert_eq!(LineEnds::new(&bytes, other).collect::<Vec<_>>(), expected);
            }
        }
    }
}
