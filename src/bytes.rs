//! Copies and comparisons of short texts. On wasm32 `memcpy` is slow to start, and `memcmp` compares
//! byte by byte.

use alloc::vec::Vec;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use core::mem::MaybeUninit;

/// How many bytes are copied or compared at once where there are vectors.
pub(crate) const BLOCK: usize = 16;

/// Appends bytes, as `Vec::extend_from_slice` does.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
pub(crate) fn append(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend_from_slice(bytes);
}

/// Appends bytes, as `Vec::extend_from_slice` does, but without `memcpy` for up to [`SHORT`] bytes.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
pub(crate) fn append(to: &mut Vec<u8>, bytes: &[u8]) {
    let len = bytes.len();
    if len > SHORT {
        return to.extend_from_slice(bytes);
    }
    to.reserve(len);
    // SAFETY: there is room for `len` bytes after the vector's end, `copy_short` writes them all,
    // and `bytes` can't overlap what is borrowed mutably.
    unsafe {
        copy_short(bytes.as_ptr(), to.as_mut_ptr().add(to.len()), len);
        to.set_len(to.len() + len);
    }
}

/// Appends the first `len` bytes of a text.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
pub(crate) fn append_start(to: &mut Vec<u8>, text: &[u8], len: usize) {
    append(to, text.get(..len).unwrap_or_default());
}

/// Appends the first `len` bytes of a text: one vector, if they are a word and more follows.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
pub(crate) fn append_start(to: &mut Vec<u8>, text: &[u8], len: usize) {
    let block = text.first_chunk::<BLOCK>();
    let room = to.spare_capacity_mut().first_chunk_mut::<BLOCK>();
    if let (Some(block), Some(room), 0..=BLOCK) = (block, room, len) {
        *room = block.map(MaybeUninit::new);
        // SAFETY: that was written, and `len` bytes of it count.
        return unsafe { to.set_len(to.len() + len) };
    }
    append(to, text.get(..len).unwrap_or_default());
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
const SHORT: usize = 512;

/// Copies up to [`SHORT`] bytes.
///
/// # Safety
///
/// `from` is valid for `len` reads and `to` for `len` writes, and they don't overlap.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
unsafe fn copy_short(from: *const u8, to: *mut u8, len: usize) {
    use core::arch::wasm32::v128;

    /// Copies one value of `T`.
    ///
    /// # Safety
    ///
    /// The bytes from `at` to `at + size_of::<T>()` may be read and written.
    #[inline]
    unsafe fn copy<T: Copy>(from: *const u8, to: *mut u8, at: usize) {
        // SAFETY: as the caller promises. Unaligned reads and writes need no alignment.
        unsafe {
            let value = from.add(at).cast::<T>().read_unaligned();
            to.add(at).cast::<T>().write_unaligned(value);
        }
    }

    // SAFETY: all places are within `len`. Pieces may overlap, so that no rest is left over.
    unsafe {
        match len {
            0 => {}
            1..4 => {
                copy::<u8>(from, to, 0);
                copy::<u8>(from, to, len / 2);
                copy::<u8>(from, to, len - 1);
            }
            4..8 => {
                copy::<u32>(from, to, 0);
                copy::<u32>(from, to, len - 4);
            }
            8..16 => {
                copy::<u64>(from, to, 0);
                copy::<u64>(from, to, len - 8);
            }
            _ => {
                let mut at = 0;
                // By two: LLVM makes a `memcpy` of a loop that copies one at a time.
                while at + 2 * BLOCK < len {
                    copy::<v128>(from, to, at);
                    copy::<v128>(from, to, at + BLOCK);
                    at += 2 * BLOCK;
                }
                copy::<v128>(from, to, at.min(len - BLOCK));
                copy::<v128>(from, to, len - BLOCK);
            }
        }
    }
}

/// Whether a text starts with the first `len` bytes of another one.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
pub(crate) fn starts_with(text: &[u8], other: &[u8], len: usize) -> bool {
    use core::arch::wasm32::{
        u8x16_bitmask, u8x16_eq, v128, v128_any_true, v128_load, v128_or, v128_xor,
    };
    if len < BLOCK
        && let (Some(block), Some(other)) =
            (text.first_chunk::<BLOCK>(), other.first_chunk::<BLOCK>())
    {
        // SAFETY: both are as long as a vector, and `v128_load` asks for no alignment.
        let (block, other) =
            unsafe { (v128_load(block.as_ptr().cast()), v128_load(other.as_ptr().cast())) };
        // What follows may differ.
        return u8x16_bitmask(u8x16_eq(block, other)).trailing_ones() as usize >= len;
    }
    let Some(other) = other.get(..len) else { return false };
    if len > text.len() {
        return false;
    }
    if len < BLOCK {
        return other.iter().zip(text).all(|(byte, other)| byte == other);
    }
    let difference = |at: usize| {
        // SAFETY: for all places from which there are as many bytes in both.
        let (block, other) = unsafe {
            let load = |bytes: &[u8]| v128_load(bytes.as_ptr().add(at).cast::<v128>());
            (load(other), load(text))
        };
        v128_xor(block, other)
    };
    let mut at = 0;
    // The last two blocks may overlap those before them.
    while at + 2 * BLOCK < len {
        if v128_any_true(v128_or(difference(at), difference(at + BLOCK))) {
            return false;
        }
        at += 2 * BLOCK;
    }
    let at = at.min(len - BLOCK);
    !v128_any_true(v128_or(difference(at), difference(len - BLOCK)))
}

/// Whether a text starts with the first `len` bytes of another one.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
pub(crate) fn starts_with(text: &[u8], other: &[u8], len: usize) -> bool {
    other.get(..len).is_some_and(|start| text.starts_with(start))
}
