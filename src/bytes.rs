//! Copies and comparisons of short texts. On wasm32 `memcpy` is slow to start, and `memcmp` compares
//! byte by byte.

use alloc::vec::Vec;

/// Appends bytes, as `Vec::extend_from_slice` does.
#[cfg(not(target_arch = "wasm32"))]
#[inline]
pub(crate) fn append(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend_from_slice(bytes);
}

/// Appends bytes, as `Vec::extend_from_slice` does, but without `memcpy` for up to [`SHORT`] bytes.
#[cfg(target_arch = "wasm32")]
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

#[cfg(target_arch = "wasm32")]
const SHORT: usize = 512;

/// Copies up to [`SHORT`] bytes.
///
/// # Safety
///
/// `from` is valid for `len` reads and `to` for `len` writes, and they don't overlap.
#[cfg(target_arch = "wasm32")]
#[inline]
unsafe fn copy_short(from: *const u8, to: *mut u8, len: usize) {
    /// Copies the bytes as values of `T`.
    ///
    /// # Safety
    ///
    /// As [`copy_short`], and `len` is at least `size_of::<T>()`.
    #[inline]
    unsafe fn copy_by<T: Copy>(from: *const u8, to: *mut u8, len: usize) {
        let size = size_of::<T>();
        let mut at = 0;
        // By two: LLVM makes a `memcpy` of a loop that copies one at a time.
        while at + 2 * size < len {
            // SAFETY: `at + 2 * size` is within `len`.
            unsafe {
                copy_one::<T>(from, to, at);
                copy_one::<T>(from, to, at + size);
            }
            at += 2 * size;
        }
        // The last piece may overlap the one before it, so that no rest is left over.
        // SAFETY: `len` is at least `size`.
        unsafe {
            if at + size < len {
                copy_one::<T>(from, to, at);
            }
            copy_one::<T>(from, to, len - size);
        }
    }

    /// Copies one value of `T`.
    ///
    /// # Safety
    ///
    /// The bytes from `at` to `at + size_of::<T>()` may be read and written.
    #[inline]
    unsafe fn copy_one<T: Copy>(from: *const u8, to: *mut u8, at: usize) {
        // SAFETY: as the caller promises. Unaligned reads and writes need no alignment.
        unsafe {
            let value = from.add(at).cast::<T>().read_unaligned();
            to.add(at).cast::<T>().write_unaligned(value);
        }
    }

    // SAFETY: each arm takes the widest type that fits.
    unsafe {
        match len {
            0 => {}
            1..4 => copy_by::<u8>(from, to, len),
            4..8 => copy_by::<u32>(from, to, len),
            8..16 => copy_by::<u64>(from, to, len),
            _ => copy_by::<core::arch::wasm32::v128>(from, to, len),
        }
    }
}

/// Whether a text starts with another one.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
pub(crate) fn starts_with(text: &[u8], start: &[u8]) -> bool {
    use core::arch::wasm32::{v128, v128_any_true, v128_load, v128_xor};
    const BLOCK: usize = 16;
    let len = start.len();
    if len > text.len() {
        return false;
    }
    let differs = |at: usize| {
        // SAFETY: for all places from which there are 16 bytes in both.
        let (block, other) = unsafe {
            let load = |bytes: &[u8]| v128_load(bytes.as_ptr().add(at).cast::<v128>());
            (load(start), load(text))
        };
        v128_any_true(v128_xor(block, other))
    };
    if len < BLOCK {
        return start.iter().zip(text).all(|(byte, other)| byte == other);
    }
    let mut at = 0;
    // The last block may overlap the one before it.
    while at < len - BLOCK {
        if differs(at) {
            return false;
        }
        at += BLOCK;
    }
    !differs(len - BLOCK)
}

/// Whether a text starts with another one.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
pub(crate) fn starts_with(text: &[u8], start: &[u8]) -> bool {
    text.starts_with(start)
}
