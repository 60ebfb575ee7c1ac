//! Where chunks come in and batches go out: places in memory, one call a chunk.

use crate::sse::Decoder;
use alloc::{string::String, vec::Vec};
use core::cell::{Cell, RefCell};
use wasm_bindgen::prelude::wasm_bindgen;

/// Room for the next chunk, written by JavaScript right before the push that reads it: one copy,
/// no allocation.
struct Room(RefCell<Vec<u8>>);

// SAFETY: wasm32 without threads.
unsafe impl Sync for Room {}

static ROOM: Room = Room(RefCell::new(Vec::new()));

/// Where to write a chunk of up to `length` bytes. Holds until a longer one is asked for.
#[wasm_bindgen]
pub fn room(length: usize) -> *mut u8 {
    let mut room = ROOM.0.borrow_mut();
    if room.len() < length {
        room.resize(length, 0);
    }
    room.as_mut_ptr()
}

/// Gives the first `length` bytes of the room.
pub(super) fn read<T>(length: usize, read: impl FnOnce(&[u8]) -> T) -> T {
    read(&ROOM.0.borrow()[..length])
}

/// Where a batch is: text, its bytes, table, its words, and [`TOO_LARGE`] or [`DONE`].
type Batch = [usize; 5];

/// An event outgrew the limit.
pub(super) const TOO_LARGE: usize = 1;
/// The `done` marker has come.
pub(super) const DONE: usize = 2;

/// The batch of the last push, read by JavaScript right behind it.
struct LastBatch(Cell<Batch>);

// SAFETY: wasm32 without threads.
unsafe impl Sync for LastBatch {}

static LAST_BATCH: LastBatch = LastBatch(Cell::new([0; 5]));

/// Gives where two words are: where the text is, and its bytes.
///
/// Not a `String` for wasm-bindgen to hand over: it takes two results, which wasm2js can't.
pub(super) fn publish_text(text: &str) -> *const usize {
    LAST_BATCH.0.set([text.as_ptr().addr(), text.len(), 0, 0, 0]);
    LAST_BATCH.0.as_ptr().cast()
}

/// A text that lives until the next one.
struct LastText(RefCell<String>);

// SAFETY: wasm32 without threads.
unsafe impl Sync for LastText {}

static LAST_TEXT: LastText = LastText(RefCell::new(String::new()));

/// As [`publish_text`], for a text that nobody else keeps.
pub(super) fn keep_text(text: String) -> *const usize {
    let mut kept = LAST_TEXT.0.borrow_mut();
    *kept = text;
    publish_text(&kept)
}

/// Gives where the five words of the decoder's batch are.
pub(super) fn publish(decoder: &Decoder, what: usize) -> *const usize {
    let (text, table) = (decoder.text(), decoder.table());
    let words = [text.as_ptr().addr(), text.len(), table.as_ptr().addr(), table.len(), what];
    LAST_BATCH.0.set(words);
    LAST_BATCH.0.as_ptr().cast()
}
