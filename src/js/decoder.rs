//! The decoder by itself, for bytes that somebody else reads.

use super::host::Host;
use crate::{
    fetch::{essence_of, format_of},
    sse::{Decoder, Format},
};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use js_sys::Array;
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

/// Whether a response of this content type is NDJSON.
#[wasm_bindgen]
pub fn is_ndjson(content_type: &str) -> bool {
    format_of(&essence_of(content_type)) == Some(Format::Ndjson)
}

/// Where a batch is: text, its bytes, table, its words, and whether an event was too large.
type Batch = [usize; 5];

/// The batch of the last push, read by JavaScript right behind it: one call a chunk.
struct LastBatch(Cell<Batch>);

// SAFETY: wasm32 without threads.
unsafe impl Sync for LastBatch {}

static LAST_BATCH: LastBatch = LastBatch(Cell::new([0; 5]));

#[wasm_bindgen]
pub struct RawDecoder(Decoder);

#[wasm_bindgen]
impl RawDecoder {
    #[wasm_bindgen(constructor)]
    pub fn new(is_ndjson: bool, max_event_size: usize, keep_comments: bool) -> Self {
        let format = if is_ndjson { Format::Ndjson } else { Format::Sse };
        let decoder = Decoder::new()
            .format(format)
            .max_event_size(max_event_size)
            .keep_comments(keep_comments);
        Self(decoder)
    }

    /// Decodes the first `length` bytes of the room. Gives where the five words of the batch are.
    pub fn push(&mut self, length: usize) -> *const usize {
        let room = ROOM.0.borrow();
        let is_too_large = self.0.push(&room[..length]).is_err();
        self.publish(is_too_large)
    }

    /// As `push`, at the end of the bytes.
    pub fn finish(&mut self) -> *const usize {
        self.0.finish();
        self.publish(false)
    }

    fn publish(&self, is_too_large: bool) -> *const usize {
        let (text, table) = (self.0.text(), self.0.table());
        LAST_BATCH.0.set([
            text.as_ptr().addr(),
            text.len(),
            table.as_ptr().addr(),
            table.len(),
            is_too_large.into(),
        ]);
        LAST_BATCH.0.as_ptr().cast()
    }
}

/// The events of the decoder's batch.
pub(super) fn cut(decoder: &Decoder, host: &Host) -> Array {
    let (text, table) = (decoder.text(), decoder.table());
    host.cut(text.as_ptr(), text.len(), table.as_ptr(), table.len())
}
