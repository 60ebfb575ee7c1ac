//! The memory that chunks are copied into: one copy per chunk, no allocation.

use super::single_thread::SingleThread;
use core::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

/// As `PIECE` of `pkg/src/wasm.ts`: chunks are decoded in pieces of this many bytes at most.
const PIECE: usize = 16384;

/// JavaScript writes a piece right before the push that reads it.
static INPUT_BUFFER: SingleThread<RefCell<[u8; PIECE]>> = SingleThread(RefCell::new([0; PIECE]));

/// Returns the address to write a piece to.
#[wasm_bindgen]
pub fn input_buffer() -> *mut u8 {
    INPUT_BUFFER.0.as_ptr().cast()
}

/// Reads the first `length` bytes of the input buffer.
pub(super) fn read<T>(length: usize, read: impl FnOnce(&[u8]) -> T) -> T {
    // Neither can fail, and what can't panic needs no message.
    let buffer = INPUT_BUFFER.0.try_borrow();
    read(buffer.as_ref().ok().and_then(|buffer| buffer.get(..length)).unwrap_or_default())
}
