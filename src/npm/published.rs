//! What JavaScript reads right after a call: batches and texts, by their addresses in memory.

use super::single_thread::SingleThread;
use crate::{sse::Decoder, stream::step::Step};
use alloc::{string::String, vec::Vec};
use core::cell::Cell;

/// The address of the text, its bytes, the address of the table, its words, flags, and how many types
/// the reader has to know.
type Words = [usize; 6];

/// Flag: the text is ASCII only.
const ASCII: usize = 1 << Step::ENCODING_SHIFT;
/// Flag: the text is UTF-16, not UTF-8.
const WIDE: usize = 2 << Step::ENCODING_SHIFT;

/// The words of the last call.
static LAST_WORDS: SingleThread<Cell<Words>> = SingleThread(Cell::new([0; 6]));

/// The last text that was published in UTF-16.
static WIDE_TEXT: SingleThread<Cell<Vec<u16>>> = SingleThread(Cell::new(Vec::new()));

/// The most bytes of a text to convert to UTF-16. The memory for it is never freed.
const LONGEST_WIDE: usize = 1 << 20;

/// The last text that [`keep_text`] published.
static LAST_TEXT: SingleThread<Cell<String>> = SingleThread(Cell::new(String::new()));

/// Returns the address of two words: the address of the text, and its bytes.
pub(super) fn publish_text(text: &str) -> *const usize {
    LAST_WORDS.0.set([text.as_ptr().addr(), text.len(), 0, 0, 0, 0]);
    LAST_WORDS.0.as_ptr().cast()
}

/// As [`publish_text`], but takes ownership of the text. It lives until the next call.
pub(super) fn keep_text(text: String) -> *const usize {
    let words = publish_text(&text);
    // The text itself stays where it is.
    LAST_TEXT.0.set(text);
    words
}

/// Returns the address of the six words of the decoder's batch.
///
/// `TextDecoder` is fastest for ASCII if it knows that the text is ASCII, and for UTF-16 if most
/// characters have three bytes in UTF-8.
pub(super) fn publish(decoder: &Decoder, step: Step) -> *const usize {
    let (text, table) = (decoder.text(), decoder.table());
    let units = decoder.utf16_len();
    let (at, rows) = (text.as_ptr().addr(), table.as_ptr().addr());
    let types = decoder.type_count();
    let mut words = [at, text.len(), rows, table.len(), step.0 as usize, types];
    if text.len() == units {
        words[4] |= ASCII;
    } else if text.len() > 2 * units && text.len() <= LONGEST_WIDE {
        let mut wide = WIDE_TEXT.0.take();
        decoder.text_to_utf16(&mut wide);
        words[0] = wide.as_ptr().addr();
        words[1] = 2 * wide.len();
        words[4] |= WIDE;
        WIDE_TEXT.0.set(wide);
    }
    LAST_WORDS.0.set(words);
    LAST_WORDS.0.as_ptr().cast()
}
