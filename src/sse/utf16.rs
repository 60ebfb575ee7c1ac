//! Text as JavaScript stores it.

use alloc::vec::Vec;

/// Returns the number of UTF-16 code units of valid UTF-8 text.
///
/// Every byte but a continuation byte starts a character. A character of four bytes has two units.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(never)]
pub(crate) fn utf16_len(text: &[u8]) -> usize {
    let mut units = 0;
    // The compiler vectorises this into lanes of one byte, in which sums of up to 127 blocks fit.
    for block in text.chunks(127) {
        units +=
            block.iter().map(|&byte| units_of(byte)).map(|units| units as usize).sum::<usize>();
    }
    units
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(never)]
pub(crate) fn utf16_len(text: &[u8]) -> usize {
    use core::arch::wasm32::{
        i8x16_ge, i8x16_splat, u8x16_bitmask, u8x16_ge, u8x16_splat, v128, v128_load,
    };
    let (blocks, tail) = text.as_chunks::<16>();
    let (continuation, four) = (i8x16_splat(-0x40), u8x16_splat(0xf0));
    let mut units = 0;
    for block in blocks {
        // SAFETY: a block is one vector, and `v128_load` needs no alignment.
        let bytes = unsafe { v128_load(block.as_ptr().cast::<v128>()) };
        units += u8x16_bitmask(i8x16_ge(bytes, continuation)).count_ones();
        units += u8x16_bitmask(u8x16_ge(bytes, four)).count_ones();
    }
    units as usize + tail.iter().map(|&byte| units_of(byte) as usize).sum::<usize>()
}

#[inline]
fn units_of(byte: u8) -> i8 {
    i8::from(byte as i8 >= -0x40) + i8::from(byte >= 0xf0)
}

/// Replaces `to` by the text's UTF-16 code units.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) fn to_utf16(text: &str, to: &mut Vec<u16>) {
    to.clear();
    to.extend(text.encode_utf16());
}

/// Replaces `to` by the text's UTF-16 code units.
///
/// Optimised for scripts of three bytes per character: a step takes a run of these, or of ASCII.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) fn to_utf16(text: &str, to: &mut Vec<u16>) {
    use core::arch::wasm32::{
        i8x16_shuffle, u8x16_bitmask, u8x16_eq, u8x16_splat, u16x8_extend_high_u8x16,
        u16x8_extend_low_u8x16, u16x8_shl, u16x8_shr, u16x8_splat, v128, v128_and, v128_load,
        v128_or, v128_store,
    };
    /// The bytes that a step reads. It writes as many units, even if fewer are valid.
    const BLOCK: usize = 16;
    /// The lead bytes of a block of characters of three bytes, and one bit after the last one.
    const LEADS: u32 = 0b1001_0010_0100_1001;

    /// Decodes characters of three bytes: 1110aaaa, 10bbbbbb, 10cccccc.
    #[inline]
    fn of_three(block: v128) -> v128 {
        let a =
            i8x16_shuffle::<0, 0, 3, 3, 6, 6, 9, 9, 12, 12, 15, 15, 15, 15, 15, 15>(block, block);
        let bc =
            i8x16_shuffle::<2, 1, 5, 4, 8, 7, 11, 10, 14, 13, 15, 15, 15, 15, 15, 15>(block, block);
        let b = u16x8_shr(v128_and(bc, u16x8_splat(0x3f00)), 2);
        let c = v128_and(bc, u16x8_splat(0x003f));
        v128_or(u16x8_shl(a, 12), v128_or(b, c))
    }

    let bytes = text.as_bytes();
    to.clear();
    // At most one unit per byte.
    to.reserve(bytes.len() + BLOCK);
    let units = to.as_mut_ptr();
    let (mut at, mut len) = (0, 0);
    while at < bytes.len() {
        if at + BLOCK <= bytes.len() {
            // SAFETY: the block ends within the bytes, and `v128_load` needs no alignment.
            let block = unsafe { v128_load(bytes.as_ptr().add(at).cast::<v128>()) };
            let leads =
                u8x16_bitmask(u8x16_eq(v128_and(block, u8x16_splat(0xf0)), u8x16_splat(0xe0)));
            // A case of its own: after a step of constant length, the CPU starts the next one early.
            if u32::from(leads) & 0x7fff == LEADS & 0x7fff {
                // SAFETY: `len <= at`, so that there is room for a block's units after it.
                unsafe { v128_store(units.add(len).cast::<v128>(), of_three(block)) };
                (at, len) = (at + 15, len + 5);
                continue;
            }
            let three = ((u32::from(leads) ^ LEADS) | 1 << 15).trailing_zeros() as usize / 3;
            if three > 0 {
                // SAFETY: as above.
                unsafe { v128_store(units.add(len).cast::<v128>(), of_three(block)) };
                (at, len) = (at + 3 * three, len + three);
                continue;
            }
            let ascii = u8x16_bitmask(block).trailing_zeros().min(BLOCK as u32) as usize;
            if ascii > 0 {
                let (low, high) = (u16x8_extend_low_u8x16(block), u16x8_extend_high_u8x16(block));
                // SAFETY: as above.
                unsafe {
                    v128_store(units.add(len).cast::<v128>(), low);
                    v128_store(units.add(len + BLOCK / 2).cast::<v128>(), high);
                }
                (at, len) = (at + ascii, len + ascii);
                continue;
            }
        }
        // SAFETY: every step takes whole characters. This one takes one character, of one or two
        // units. There is room as above.
        unsafe {
            let character = text.get_unchecked(at..).chars().next().unwrap_unchecked();
            let mut pair = [0; 2];
            character.encode_utf16(&mut pair);
            units.add(len).cast::<[u16; 2]>().write_unaligned(pair);
            (at, len) = (at + character.len_utf8(), len + character.len_utf16());
        }
    }
    // SAFETY: the first `len` units are initialised.
    unsafe { to.set_len(len) };
}

#[cfg(test)]
mod tests {
    use super::utf16_len;

    #[test]
    fn counts_as_the_standard_library_does() {
        for text in ["", "plain", "é", "汉字", "🦀🦀", "a\u{10ffff}\u{7ff}\u{800}\u{ffff}"] {
            let text = text.repeat(100);
            assert_eq!(utf16_len(text.as_bytes()), text.encode_utf16().count());
        }
    }
}
