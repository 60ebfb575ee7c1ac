//! The decoder by itself, for bytes that somebody else reads.

use super::host::Host;
use crate::sse::{Decoder, Format};
use alloc::vec::Vec;
use core::cell::RefCell;
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

#[wasm_bindgen]
pub struct RawDecoder {
    decoder: Decoder,
    host: Host,
}

#[wasm_bindgen]
impl RawDecoder {
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, is_ndjson: bool, max_event_size: usize, keep_comments: bool) -> Self {
        let format = if is_ndjson { Format::Ndjson } else { Format::Sse };
        let decoder = Decoder::new()
            .format(format)
            .max_event_size(max_event_size)
            .keep_comments(keep_comments);
        Self { decoder, host }
    }

    /// Decodes the first `length` bytes of the room. `true` if an event was too large; what came
    /// before it is to be had all the same.
    pub fn push(&mut self, length: usize) -> bool {
        let room = ROOM.0.borrow();
        self.decoder.push(&room[..length]).is_err()
    }

    pub fn finish(&mut self) {
        self.decoder.finish();
    }

    /// The words of the table; 0 is an empty batch.
    pub fn table_length(&self) -> usize {
        self.decoder.table().len()
    }

    pub fn cut(&self) -> Array {
        cut(&self.decoder, &self.host)
    }
}

/// The events of the decoder's batch.
pub(super) fn cut(decoder: &Decoder, host: &Host) -> Array {
    let (text, table) = (decoder.text(), decoder.table());
    host.cut(text.as_ptr(), text.len(), table.as_ptr(), table.len())
}
