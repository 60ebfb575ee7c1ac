//! How far a string goes without anything special, found many bytes at a time.

/// The index of the first byte from `at` on that is a quote, a backslash or a control character
/// below 0x20; the length of the text if there is none.
#[inline]
pub(super) fn end_of_plain(text: &[u8], mut at: usize) -> usize {
    while let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let mask = special(block);
        if mask != 0 {
            return at + first(mask);
        }
        at += size_of_val(block);
    }
    while text.get(at).is_some_and(|&byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        at += 1;
    }
    at
}

/// One bit per byte that is special.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn special(block: &[u8; 16]) -> u32 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, v128_load, v128_or};
    // SAFETY: the block is as long as a vector, and `v128_load` asks for no alignment.
    let bytes = unsafe { v128_load(block.as_ptr().cast()) };
    let quotes = u8x16_eq(bytes, u8x16_splat(b'"'));
    let backslashes = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let controls = u8x16_lt(bytes, u8x16_splat(b' '));
    u32::from(u8x16_bitmask(v128_or(v128_or(quotes, backslashes), controls)))
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn first(mask: u32) -> usize {
    mask.trailing_zeros() as usize
}

/// The top bit of each byte that is special. Bytes above the first one of these may be wrong.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn special(block: &[u8; 8]) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let bytes = u64::from_le_bytes(*block);
    // The top bit of `x - n` without that of `x` is set where `x < n`, from the lowest byte on until
    // the first of these has borrowed.
    let less = |bytes: u64, than: u64| bytes.wrapping_sub(ONES * than) & !bytes;
    let equal = |byte: u8| less(bytes ^ (ONES * u64::from(byte)), 1);
    (equal(b'"') | equal(b'\\') | less(bytes, u64::from(b' '))) & (ONES << 7)
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
fn first(mask: u64) -> usize {
    (mask.trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn finds_what_a_byte_loop_finds() {
        let step = if cfg!(miri) { 13 } else { 1 };
        for len in (0..40).step_by(step) {
            for special in 0..len {
                for byte in (0..=0xff_u8).step_by(step) {
                    for filler in [b'a', b' ', b'#', b'[', 0xff, 0x80, 0xa2] {
                        let mut text = vec![filler; len];
                        text[special] = byte;
                        let is_special = matches!(byte, 0..0x20 | b'"' | b'\\');
                        let expected = if is_special { special } else { len };
                        assert_eq!(end_of_plain(&text, 0), expected, "{text:?}");
                        if special > 3 {
                            assert_eq!(end_of_plain(&text, 3), expected, "{text:?}");
                        }
                    }
                }
            }
        }
    }
}
