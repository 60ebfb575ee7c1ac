//! What one push of bytes completed: one text, one table.
//!
//! The rows cut the text into consecutive parts. Each part ends where its row says. A row of kind
//! [`EVENT`] holds an event's data. Its flags say whether rows with a new id and the name of a new
//! type follow. So a reader goes row by row and looks ahead at these two only, and JavaScript cuts
//! every part out of one decoded string. An [`ID`] row without a flagged event belongs to a block
//! that has an id and no data.

use super::utf16::utf16_len;
use crate::bytes::append;
use alloc::vec::Vec;

/// Words of a row: head, end of its text in UTF-16 code units, end of its text in bytes.
pub(crate) const ROW: usize = 3;

/// An event. Head: `EVENT`, flags, and the number of its type from bit [`TYPE_SHIFT`] on.
pub(crate) const EVENT: u32 = 0;
/// A new last event ID. It is also that of the flagged event before it.
pub(crate) const ID: u32 = 1;
/// The name of a type. Head: its number from bit [`TYPE_SHIFT`] on.
pub(crate) const TYPE: u32 = 2;
/// A comment, without its colon.
pub(crate) const COMMENT: u32 = 3;
/// A reconnection time. It has no text: both other words are the milliseconds.
pub(crate) const RETRY: u32 = 4;
/// An event that is nothing but the text of an answer: see `texts.rs`.
pub(crate) const TEXT: u32 = 5;
/// Figures that the texts before it came with, as JSON.
pub(crate) const FIGURES: u32 = 6;

/// The bits of a head that are its kind.
pub(crate) const KIND: u32 = 0b111;
/// Flag: an [`ID`] row follows.
pub(crate) const HAS_ID: u32 = 0b1000;
/// Flag: a [`TYPE`] row follows, after that of the id.
pub(crate) const HAS_TYPE: u32 = 0b1_0000;
/// Flag: the event's own block had an `id`, be it the one that held already.
pub(crate) const OWN_ID: u32 = 0b10_0000;
pub(crate) const TYPE_SHIFT: u32 = 6;

/// The text and the table. The data of the event that is not complete yet follows in the text.
#[derive(Default)]
pub(super) struct Batch {
    text: Vec<u8>,
    table: Vec<[u32; ROW]>,
    /// The number of rows of kinds [`EVENT`] and [`TEXT`].
    events: usize,
    /// Where the text of the rows ends and that of the open event starts, in bytes.
    end: usize,
    /// As `end`, in UTF-16 code units.
    end16: usize,
    /// The length of the open event's data, in UTF-16 code units.
    open16: usize,
}

impl Batch {
    /// Drops the rows and moves the open event's data to the front.
    ///
    /// No byte moves twice: where there are rows, the last push wrote all of the open data.
    pub(super) fn clear(&mut self) {
        self.table.clear();
        self.events = 0;
        // Not `drain`: its code is larger.
        self.text.copy_within(self.end.., 0);
        self.text.truncate(self.text.len() - self.end);
        (self.end, self.end16) = (0, 0);
    }

    /// The text of the rows: valid UTF-8.
    pub(super) fn text(&self) -> &str {
        // SAFETY: `Utf8` emits whole characters only, and lines are cut at ASCII.
        unsafe { core::str::from_utf8_unchecked(&self.text[..self.end]) }
    }

    /// The length of [`Self::text`] in UTF-16 code units.
    pub(super) fn utf16_len(&self) -> usize {
        self.end16
    }

    /// The rows.
    pub(super) fn rows(&self) -> &[[u32; ROW]] {
        &self.table
    }

    pub(super) fn event_count(&self) -> usize {
        self.events
    }

    /// The size of the open event's data, in bytes.
    #[inline]
    pub(super) fn open_len(&self) -> usize {
        self.text.len() - self.end
    }

    /// Drops the open event's data.
    pub(super) fn drop_open(&mut self) {
        self.text.truncate(self.end);
        self.open16 = 0;
    }

    /// Returns the index of the first event with this data.
    pub(super) fn position(&self, data: &[u8]) -> Option<usize> {
        let (mut start, mut index) = (0, 0);
        for &[head, _, end] in &self.table {
            let kind = head & KIND;
            if kind == RETRY {
                continue;
            }
            if kind == EVENT && self.text.get(start..end as usize) == Some(data) {
                return Some(index);
            }
            index += usize::from(is_event(head));
            start = end as usize;
        }
        None
    }

    /// Drops the event of this index and every row after it. Their text stays, unused.
    pub(super) fn truncate(&mut self, event: usize) {
        let mut events = self.table.iter().enumerate().filter(|(_, row)| is_event(row[0]));
        if let Some((row, _)) = events.nth(event) {
            self.table.truncate(row);
            self.events = event;
        }
    }

    /// Appends to the open event's data.
    #[inline]
    pub(super) fn append_open(&mut self, text: &[u8], is_ascii: bool) {
        append(&mut self.text, text);
        self.open16 += if is_ascii { text.len() } else { utf16_len(text) };
    }

    /// The open event's data.
    pub(super) fn open(&self) -> &[u8] {
        self.text.get(self.end..).unwrap_or_default()
    }

    /// Adds a row whose text `append` appends. It also returns whether that is ASCII; without a result,
    /// there is no row. No event may be open.
    #[inline]
    pub(super) fn push_with<T>(
        &mut self,
        head: u32,
        append: impl FnOnce(&mut Vec<u8>) -> Option<(T, bool)>,
    ) -> Option<T> {
        let Some((result, is_ascii)) = append(&mut self.text) else {
            self.text.truncate(self.end);
            return None;
        };
        self.open16 = if is_ascii { self.open_len() } else { utf16_len(self.open()) };
        self.close(head);
        Some(result)
    }

    /// Turns the open text into a row.
    #[inline(never)]
    pub(super) fn close(&mut self, head: u32) {
        self.events += usize::from(is_event(head));
        self.end = self.text.len();
        self.end16 += core::mem::take(&mut self.open16);
        self.table.push([head, self.end16 as u32, self.end as u32]);
    }

    /// Adds a row with this text. No event may be open.
    #[inline(never)]
    pub(super) fn push(&mut self, head: u32, text: &[u8]) {
        self.append_open(text, false);
        self.close(head);
    }

    /// Adds a row with this text. An event may be open.
    pub(super) fn insert(&mut self, head: u32, text: &[u8]) {
        let open = Vec::from(self.open());
        let open16 = core::mem::take(&mut self.open16);
        self.text.truncate(self.end);
        self.push(head, text);
        append(&mut self.text, &open);
        self.open16 = open16;
    }

    /// Adds a row of kind [`RETRY`].
    pub(super) fn push_retry(&mut self, milliseconds: u32) {
        self.table.push([RETRY, milliseconds, milliseconds]);
    }
}

fn is_event(head: u32) -> bool {
    matches!(head & KIND, EVENT | TEXT)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::sse::{Decoder, EventRef, Item};
    use alloc::{borrow::ToOwned, format, string::String, vec};
    use proptest::{collection::vec, prelude::*, sample::select};

    #[derive(Debug, PartialEq)]
    enum Read {
        Event(String, String, String),
        Comment(String),
        Retry(u32),
    }

    /// Reads the table as JavaScript does: it sees UTF-16, keeps types and id from batch to batch,
    /// and never reads the ends in bytes.
    struct Reader {
        types: Vec<String>,
        last_event_id: String,
    }

    impl Reader {
        fn new() -> Self {
            Self { types: vec!["message".to_owned()], last_event_id: String::new() }
        }

        fn read(&mut self, text: &[u8], table: &[u32]) -> Vec<Read> {
            let text: Vec<u16> =
                core::str::from_utf8(text).expect("valid UTF-8").encode_utf16().collect();
            let mut start = 0;
            let mut cut = |end: u32| {
                let part =
                    String::from_utf16(&text[start..end as usize]).expect("whole characters");
                start = end as usize;
                part
            };
            let (rows, rest) = table.as_chunks::<ROW>();
            assert!(rest.is_empty());
            let mut rows = rows.iter();
            let mut found = Vec::new();
            while let Some(&[head, end, _]) = rows.next() {
                let number = (head >> TYPE_SHIFT) as usize;
                match head & KIND {
                    EVENT => {
                        let data = cut(end);
                        if head & HAS_ID != 0 {
                            let &[id, end, _] = rows.next().expect("a row after it");
                            assert_eq!(id, ID);
                            self.last_event_id = cut(end);
                        }
                        if head & HAS_TYPE != 0 {
                            let &[head, end, _] = rows.next().expect("a row after it");
                            assert_eq!(head, TYPE | (number as u32) << TYPE_SHIFT);
                            self.learn(number, cut(end));
                        }
                        let (event_type, id) = (&self.types[number], &self.last_event_id);
                        found.push(Read::Event(event_type.clone(), data, id.clone()));
                    }
                    ID => self.last_event_id = cut(end),
                    COMMENT => found.push(Read::Comment(cut(end))),
                    RETRY => found.push(Read::Retry(end)),
                    _ => panic!("an unknown row: {head:b}"),
                }
            }
            assert_eq!(start, text.len(), "all text is cut up");
            found
        }

        fn learn(&mut self, number: usize, name: String) {
            if self.types.len() <= number {
                self.types.resize(number + 1, String::new());
            }
            self.types[number] = name;
        }
    }

    fn items(decoder: &Decoder) -> Vec<Read> {
        let read = |item| match item {
            Item::Event(EventRef { event_type, data, last_event_id }) => {
                Read::Event(event_type.to_owned(), data.to_owned(), last_event_id.to_owned())
            }
            Item::Comment(comment) => Read::Comment(comment.to_owned()),
            Item::Retry(milliseconds) => Read::Retry(milliseconds),
        };
        decoder.items().map(read).collect()
    }

    fn check(decoder: &mut Decoder, chunks: &[impl AsRef<[u8]>]) {
        let mut reader = Reader::new();
        let mut compare = |decoder: &Decoder| {
            assert_eq!(reader.read(decoder.text(), decoder.table()), items(decoder));
        };
        for chunk in chunks {
            let _ = decoder.push(chunk.as_ref());
            compare(decoder);
        }
        decoder.finish();
        compare(decoder);
    }

    #[test]
    fn types_that_are_forgotten_are_told_again() {
        let many: String = (0..100).map(|at| format!("event: {at}\ndata: a\n\n")).collect();
        let known = "event: 3\ndata: b\n\nevent: 99\ndata: c\n\n".to_owned();
        let waiting = many.clone() + "event: 3\n";
        let end = "data: d\n\n".to_owned() + &known;
        check(&mut Decoder::new(), &[&many, &known, &waiting, &end, &many, &many, &known]);
    }

    #[test]
    fn events_with_an_id_in_their_own_block_are_flagged() {
        let mut decoder = Decoder::new();
        let blocks = [
            ("id: 1\ndata\n\n", Some(true)),
            ("data\n\n", Some(false)),
            ("data: the same again\nid: 1\n\n", Some(true)),
            ("id: 2\n\n", None),
            ("data: the id is of the block before\n\n", Some(false)),
            ("id\ndata\n\n", Some(true)),
            ("id: \0\ndata: ignored\n\n", Some(false)),
        ];
        let _ = decoder.push(blocks.map(|(block, _)| block).concat().as_bytes());
        let heads = decoder.table().iter().step_by(ROW).filter(|head| **head & KIND == EVENT);
        let flagged: Vec<bool> = heads.map(|head| head & OWN_ID != 0).collect();
        let expected: Vec<bool> = blocks.into_iter().filter_map(|(_, own)| own).collect();
        assert_eq!(flagged, expected);
    }

    fn chunk() -> impl Strategy<Value = Vec<u8>> {
        const WORDS: &[&str] = &[
            "data: a\n",
            "data: é汉🦀\n",
            "data\n",
            "event: e\n",
            "event: 🦀\n",
            "event\n",
            "id: 1\n",
            "id: é\n",
            "id\n",
            "\u{feff}",
            "retry: 7\n",
            ":c汉\n",
            "\n",
            "\n\n",
            "\r",
            "data: ",
            "id: ",
            "event: ",
            "x",
            "🦀",
        ];
        let word = prop_oneof![
            9 => select(WORDS).prop_map(|word| word.as_bytes().to_vec()),
            1 => any::<u8>().prop_map(|byte| vec![byte]),
        ];
        vec(word, 0..20).prop_map(|words| words.concat())
    }

    proptest! {
        #![proptest_config(crate::cases::cases(1_000, 16))]

        #[test]
        fn javascript_cuts_the_same_texts(
            chunks in vec(chunk(), 0..8),
            keep_comments: bool,
            limit in prop_oneof![3 => Just(usize::MAX), 1 => 0_usize..60],
        ) {
            let decoder = Decoder::new().keep_comments(keep_comments).max_event_size(limit);
            check(&mut { decoder }, &chunks);
        }
    }
}
