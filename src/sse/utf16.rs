//! Text as JavaScript has it.

use alloc::vec::Vec;

/// The number of UTF-16 code units of valid UTF-8 text.
///
/// Every byte but a continuation byte starts a character; one of four bytes takes two units.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) fn utf16_len(text: &[u8]) -> usize {
    let mut units = 0;
    // Sums of up to 127 blocks fit the byte lanes that the compiler vectorises this into.
    for block in text.chunks(127) {
        units +=
            block.iter().map(|&byte| units_of(byte)).map(|units| units as usize).sum::<usize>();
    }
    units
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) fn utf16_len(text: &[u8]) -> usize {
    use core::arch::wasm32::{
        i8x16_ge, i8x16_splat, u8x16_bitmask, u8x16_ge, u8x16_splat, v128, v128_load,
    };
    let (blocks, tail) = text.as_chunks::<16>();
    let (continuation, four) = (i8x16_splat(-0x40), u8x16_splat(0xf0));
    let mut units = 0;
    for block in blocks {
        // SAFETY: a block is one vector, and `v128_load` asks for no alignment.
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
/// Made for the scripts of three bytes a character: a step takes a run of these, or of ASCII.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) fn to_utf16(text: &str, to: &mut Vec<u16>) {
    use core::arch::wasm32::{
        i8x16_shuffle, u8x16_bitmask, u8x16_eq, u8x16_splat, u16x8_extend_high_u8x16,
        u16x8_extend_low_u8x16, u16x8_shl, u16x8_shr, u16x8_splat, v128, v128_and, v128_load,
        v128_or, v128_store,
    };
    /// What a step reads; it writes as many units, however few of them count.
    const BLOCK: usize = 16;
    /// The lead bytes of a block of characters of three bytes, and a bit behind the last one.
    const LEADS: u32 = 0b1001_0010_0100_1001;

    /// The units of characters of three bytes: 1110aaaa, 10bbbbbb, 10cccccc.
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
    // A unit a byte at most.
    to.reserve(bytes.len() + BLOCK);
    let units = to.as_mut_ptr();
    let (mut at, mut len) = (0, 0);
    while at < bytes.len() {
        if at + BLOCK <= bytes.len() {
            // SAFETY: the block ends within the bytes, and `v128_load` asks for no alignment.
            let block = unsafe { v128_load(bytes.as_ptr().add(at).cast::<v128>()) };
            let leads =
                u8x16_bitmask(u8x16_eq(v128_and(block, u8x16_splat(0xf0)), u8x16_splat(0xe0)));
            // Of its own: a step of known length lets the next one start before this one is done.
            if u32::from(leads) & 0x7fff == LEADS & 0x7fff {
                // SAFETY: `len <= at`, so that there is room for a block's units behind it.
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
        // SAFETY: every step takes whole characters, this one a single one to one unit or two;
        // there is room as above.
        unsafe {
            let character = text.get_unchecked(at..).chars().next().unwrap_unchecked();
            let mut pair = [0; 2];
            character.encode_utf16(&mut pair);
            units.add(len).cast::<[u16; 2]>().write_unaligned(pair);
            (at, len) = (at + character.len_utf8(), len + character.len_utf16());
        }
    }
    // SAFETY: `len` units are written.
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
