//! What JavaScript writes right before a call: a piece of a chunk, or a text.

use super::single_thread::SingleThread;
use alloc::{string::String, vec::Vec};
use core::cell::{Cell, RefCell};

/// As `PIECE` of `pkg/src/wasm.ts`: chunks are decoded in pieces of this many bytes at most.
const PIECE: usize = 16384;

/// One copy per chunk, and no allocation.
static INPUT_BUFFER: SingleThread<RefCell<[u8; PIECE]>> = SingleThread(RefCell::new([0; PIECE]));

/// A text, until the next call takes it.
static TEXT: SingleThread<Cell<Vec<u8>>> = SingleThread(Cell::new(Vec::new()));

/// Returns the address to write a piece to.
#[unsafe(no_mangle)]
pub extern "C" fn input_buffer() -> *mut u8 {
    INPUT_BUFFER.0.as_ptr().cast()
}

/// Returns the address to write a text of so many bytes to.
#[unsafe(no_mangle)]
pub extern "C" fn text_buffer(length: usize) -> *mut u8 {
    let mut text = alloc::vec![0; length];
    let at = text.as_mut_ptr();
    // The bytes themselves stay where they are.
    TEXT.0.set(text);
    at
}

/// Takes the text that was written.
pub(super) fn take_text() -> String {
    // SAFETY: `TextEncoder` writes it.
    unsafe { String::from_utf8_unchecked(TEXT.0.take()) }
}

/// Reads the first `length` bytes of the input buffer.
pub(super) fn read<T>(length: usize, read: impl FnOnce(&[u8]) -> T) -> T {
    // Neither can fail, and what can't panic needs no message.
    let buffer = INPUT_BUFFER.0.try_borrow();
    read(buffer.as_ref().ok().and_then(|buffer| buffer.get(..length)).unwrap_or_default())
}
