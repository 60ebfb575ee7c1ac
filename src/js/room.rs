//! Where chunks come in and batches go out: places in memory, one call a chunk.

use crate::{sse::Decoder, stream::border::step::ENCODING_SHIFT};
use alloc::{string::String, vec::Vec};
use core::cell::{Cell, RefCell};
use wasm_bindgen::prelude::wasm_bindgen;

/// As `PIECE` of `pkg/src/wasm.ts`: chunks are decoded in pieces of this many bytes at most.
const PIECE: usize = 16384;

/// Room for the next piece, written by JavaScript right before the push that reads it: one copy,
/// no allocation.
struct Room(RefCell<[u8; PIECE]>);

// SAFETY: wasm32 without threads.
unsafe impl Sync for Room {}

static ROOM: Room = Room(RefCell::new([0; PIECE]));

/// Where to write a piece.
#[wasm_bindgen]
pub fn room() -> *mut u8 {
    ROOM.0.as_ptr().cast()
}

/// Gives the first `length` bytes of the room.
pub(super) fn read<T>(length: usize, read: impl FnOnce(&[u8]) -> T) -> T {
    read(&ROOM.0.borrow()[..length])
}

/// Where a batch is: text, its bytes, table, its words, what is to be said of it, and how many
/// types its reader has to know.
type Batch = [usize; 6];

/// The text is ASCII only, or UTF-16, not UTF-8: a bit each.
const ASCII: usize = 1 << ENCODING_SHIFT;
const WIDE: usize = 2 << ENCODING_SHIFT;

/// The text that is handed over in UTF-16, until the next one.
struct WideText(RefCell<Vec<u16>>);

// SAFETY: wasm32 without threads.
unsafe impl Sync for WideText {}

static WIDE_TEXT: WideText = WideText(RefCell::new(Vec::new()));

/// Longer text is left as it is: the room for UTF-16 is kept.
const LONGEST_WIDE: usize = 1 << 20;

/// The batch of the last push, read by JavaScript right behind it.
struct LastBatch(Cell<Batch>);

// SAFETY: wasm32 without threads.
unsafe impl Sync for LastBatch {}

static LAST_BATCH: LastBatch = LastBatch(Cell::new([0; 6]));

/// Gives where two words are: where the text is, and its bytes.
///
/// Not a `String` for wasm-bindgen to hand over: it takes two results, which wasm2js can't.
pub(super) fn publish_text(text: &str) -> *const usize {
    LAST_BATCH.0.set([text.as_ptr().addr(), text.len(), 0, 0, 0, 0]);
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

/// Returns the address of the six words of the decoder's batch.
///
/// `TextDecoder` is fastest at ASCII when told so, and at UTF-16 with three bytes of UTF-8 for a
/// code unit.
pub(super) fn publish(decoder: &Decoder, what: usize) -> *const usize {
    let (text, table) = (decoder.text(), decoder.table());
    let units = decoder.utf16_len();
    let (at, rows) = (text.as_ptr().addr(), table.as_ptr().addr());
    let mut words = [at, text.len(), rows, table.len(), what, decoder.type_count()];
    if text.len() == units {
        words[4] |= ASCII;
    } else if text.len() > 2 * units && text.len() <= LONGEST_WIDE {
        let mut wide = WIDE_TEXT.0.borrow_mut();
        decoder.text_to_utf16(&mut wide);
        words[..2].copy_from_slice(&[wide.as_ptr().addr(), 2 * wide.len()]);
        words[4] |= WIDE;
    }
    LAST_BATCH.0.set(words);
    LAST_BATCH.0.as_ptr().cast()
}
