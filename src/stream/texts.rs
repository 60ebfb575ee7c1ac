//! The events that are only the text of an answer. Templates of them come from whoever knows
//! the format.

use crate::{
    json::fits,
    sse::{
        Decoder,
        batch::{EVENT, FIGURES, KIND, RETRY, ROW, TEXT, TYPE_SHIFT},
        utf16::utf16_len,
    },
};
use alloc::{boxed::Box, vec::Vec};

/// The templates of a stream, and what they made of its last batch: a table of the same rows, but
/// that events which fit are of kind [`TEXT`], and that [`FIGURES`] may follow. The last word of
/// each row is where its text ends among the texts, in UTF-16 code units.
#[derive(Default)]
pub(crate) struct Texts {
    templates: Vec<Box<[u8]>>,
    pub(crate) text: Vec<u8>,
    pub(crate) table: Vec<u32>,
    /// Whether there is anything but texts.
    pub(crate) has_others: bool,
    end16: u32,
    figures: Vec<u8>,
}

impl Texts {
    /// Adds a template, or replaces all of them by it.
    pub(crate) fn add(&mut self, template: &str, is_alone: bool) {
        if is_alone {
            self.templates.clear();
        }
        self.templates.push(template.as_bytes().into());
    }

    /// Reads the last batch of the decoder.
    #[inline(never)]
    pub(crate) fn read(&mut self, decoder: &Decoder) {
        self.text.clear();
        self.table.clear();
        self.end16 = 0;
        self.has_others = false;
        let (mut start, mut start16) = (0, 0);
        for &[head, end16, end] in decoder.table().as_chunks::<ROW>().0 {
            let mut kind = head & KIND;
            if kind != RETRY {
                let data = decoder.text().get(start..end as usize).unwrap_or_default();
                start = end as usize;
                if kind == EVENT && self.is_text(decoder.type_name(head >> TYPE_SHIFT), data) {
                    kind = TEXT;
                } else {
                    self.has_others = true;
                    self.push_figures(start16);
                }
                start16 = end16;
            }
            self.push(head | kind, end16);
        }
        self.push_figures(start16);
    }

    fn is_text(&mut self, event_type: &str, data: &[u8]) -> bool {
        let start = self.text.len();
        for template in &self.templates {
            let mut kept = (0, 0);
            if fits(template, event_type.as_bytes(), data, &mut self.text, &mut kept) {
                if kept.1 > 0 {
                    self.figures.clear();
                    self.figures.extend_from_slice(data.get(kept.0..kept.1).unwrap_or_default());
                }
                self.end16 += utf16_len(self.text.get(start..).unwrap_or_default()) as u32;
                return true;
            }
            self.text.truncate(start);
        }
        false
    }

    #[inline(never)]
    fn push_figures(&mut self, end16: u32) {
        if !self.figures.is_empty() {
            self.end16 += utf16_len(&self.figures) as u32;
            self.text.append(&mut self.figures);
            self.push(FIGURES, end16);
        }
    }

    #[inline(never)]
    fn push(&mut self, head: u32, end16: u32) {
        self.table.extend_from_slice(&[head, end16, self.end16]);
    }
}
