//! Whether bytes are ASCII. On wasm32 the standard library checks only four bytes at a time.

/// Returns whether no byte is above 0x7F.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) fn is_ascii(bytes: &[u8]) -> bool {
    use core::arch::wasm32::{u8x16_bitmask, v128, v128_load, v128_or};
    const BLOCK: usize = 64;

    #[inline(always)]
    fn has_only_ascii(block: &[u8; BLOCK]) -> bool {
        let at = block.as_ptr().cast::<v128>();
        // SAFETY: four vectors are one block, and `v128_load` needs no alignment.
        let lane = |lane| unsafe { v128_load(at.add(lane)) };
        u8x16_bitmask(v128_or(v128_or(lane(0), lane(1)), v128_or(lane(2), lane(3)))) == 0
    }

    // The last block overlaps the one before it.
    bytes.last_chunk::<BLOCK>().map_or_else(
        || bytes.is_ascii(),
        |last| bytes.as_chunks::<BLOCK>().0.iter().all(has_only_ascii) && has_only_ascii(last),
    )
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}
