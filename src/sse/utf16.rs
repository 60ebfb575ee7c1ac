//! How long text is to JavaScript.

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
