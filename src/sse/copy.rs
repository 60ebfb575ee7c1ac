//! Appending short text. On wasm32 `memcpy` is slow to start, and the lines of an event stream are
//! short.

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
        // The last piece may overlap the one before it, so that no rest is left over.
        while at + size < len {
            // SAFETY: `at + size` is within `len`.
            unsafe { copy_one::<T>(from, to, at) };
            at += size;
        }
        // SAFETY: `len` is at least `size`.
        unsafe { copy_one::<T>(from, to, len - size) };
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
