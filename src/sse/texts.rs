//! Events that are only the text of an answer. Templates of them come from whoever knows the format.

use super::{
    Format,
    batch::{Batch, FIGURES, TEXT},
};
use crate::{bytes::append, json::Template};
use alloc::vec::Vec;

/// The templates of a stream. Events that fit become rows of kind [`TEXT`], without their other data.
#[derive(Default)]
pub(super) struct TextTemplates {
    all: Vec<Template>,
    /// The newest figures that texts came with and that are in no row yet.
    figures: Vec<u8>,
    /// The text of one event.
    text: Vec<u8>,
}

impl TextTemplates {
    /// Adds a template, whose JSON is one line, or replaces all of them by it. An event whose data is
    /// `marker` is no text.
    pub(super) fn add(&mut self, source: Vec<u8>, is_alone: bool, marker: Option<&str>) {
        if is_alone {
            self.all.clear();
        }
        let template = Template::new(source);
        let is_text = |data: &str| fits(&template, data.as_bytes(), &mut self.text, &mut &[][..]);
        if !marker.is_some_and(is_text) {
            self.all.push(template);
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Adds rows for the blocks that some bytes start with, as long as they fit. Returns the length of
    /// these blocks.
    ///
    /// This is faster than to look for lines first. It takes blocks of the usual form only, of up to
    /// `limit` bytes. All others are read line by line, and [`Self::take_open`] has another look.
    #[inline(never)]
    pub(super) fn take_blocks(
        &mut self,
        bytes: &[u8],
        is_ascii: bool,
        format: Format,
        limit: usize,
        batch: &mut Batch,
    ) -> usize {
        let is_block = format == Format::Sse;
        let mut taken = 0;
        let mut figures: &[u8] = &[];
        while let Some(rest) = bytes.get(taken..)
            && let Some((len, newer)) = self.take_block(rest, is_ascii, is_block, limit, batch)
        {
            taken += len;
            if !newer.is_empty() {
                figures = newer;
            }
        }
        keep(&mut self.figures, figures);
        taken
    }

    /// Adds a row for the text of one block, or of one line of NDJSON. Returns its length, and the
    /// figures that came with it.
    #[inline]
    fn take_block<'a>(
        &self,
        bytes: &'a [u8],
        is_ascii: bool,
        is_block: bool,
        limit: usize,
        batch: &mut Batch,
    ) -> Option<(usize, &'a [u8])> {
        let line_ends = if is_block { 2 } else { 1 };
        // All events of NDJSON are of one type.
        let mut templates = self.all.iter().filter(|template| is_block || template.is_message);
        templates.find_map(|template| {
            let mut figures: &[u8] = &[];
            let len = batch.push_with(TEXT, |out| {
                let mut has_escapes = false;
                let len =
                    template.read(is_block, bytes, out, &mut figures, &mut has_escapes)?.get();
                let end = len + line_ends;
                let is_end = bytes.get(len..end)?.iter().all(|&byte| byte == b'\n');
                (is_end && len <= limit).then_some((end, is_ascii && !has_escapes))
            })?;
            Some((len, figures))
        })
    }

    /// Replaces the open event's data by its text if it fits. Returns whether it does.
    #[inline(never)]
    pub(super) fn take_open(&mut self, event_type: &str, batch: &mut Batch) -> bool {
        for template in &self.all {
            let mut figures: &[u8] = &[];
            if *template.event_type() == *event_type.as_bytes()
                && fits(template, batch.open(), &mut self.text, &mut figures)
            {
                keep(&mut self.figures, figures);
                batch.drop_open();
                batch.append_open(&self.text, false);
                return true;
            }
        }
        self.end_texts(batch);
        false
    }

    /// Adds a row for the figures of the texts before.
    pub(super) fn end_texts(&mut self, batch: &mut Batch) {
        if !self.figures.is_empty() {
            batch.insert(FIGURES, &self.figures);
            self.figures.clear();
        }
    }
}

/// Whether all of an event's data fits. Then `text` is its text.
fn fits<'a>(
    template: &Template,
    data: &'a [u8],
    text: &mut Vec<u8>,
    figures: &mut &'a [u8],
) -> bool {
    text.clear();
    let end = template.read(false, data, text, figures, &mut false);
    end.is_some_and(|end| end.get() == data.len())
}

/// Replaces the figures by newer ones, if there are any.
fn keep(figures: &mut Vec<u8>, newer: &[u8]) {
    if !newer.is_empty() {
        figures.clear();
        append(figures, newer);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use crate::sse::{
        Decoder, Format,
        batch::{EVENT, FIGURES, KIND, RETRY, ROW, TEXT},
    };
    use alloc::{
        format,
        string::{String, ToString as _},
        vec::Vec,
    };
    use proptest::{collection::vec, prelude::*, sample::select};

    const TEMPLATE: &str =
        "delta\0event: delta\ndata: \0{\"t\":\"\u{1}\",\"n\":\u{3},\"u\":\u{4}{\"c\":\u{3}}\u{5}}";
    const OTHER: &str = "message\0data: \0{\"t\":\"\u{1}\",\"n\":\u{3}}";

    #[derive(Debug, PartialEq)]
    enum Row {
        Event(String),
        Text(String),
        Figures(String),
        Other,
    }

    fn rows(decoder: &Decoder) -> Vec<Row> {
        let text = core::str::from_utf8(decoder.text()).expect("UTF-8");
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut start = (0, 0);
        let row = |&[head, end16, end]: &[u32; ROW]| {
            if head & KIND == RETRY {
                return Row::Other;
            }
            let part = text[start.1..end as usize].to_string();
            let same = String::from_utf16(&units[start.0..end16 as usize]).expect("characters");
            assert_eq!(part, same, "both ends are the same");
            start = (end16 as usize, end as usize);
            match head & KIND {
                EVENT => Row::Event(part),
                TEXT => Row::Text(part),
                FIGURES => Row::Figures(part),
                _ => Row::Other,
            }
        };
        decoder.table().as_chunks::<ROW>().0.iter().map(row).collect()
    }

    /// What a reader of whole events makes of them: the rows of each push.
    fn read(decoder: &Decoder, templates: &[&str]) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut figures = None;
        for event in decoder.events() {
            let text = templates.iter().find_map(|template| {
                let template = super::Template::new((*template).into());
                let mut text = Vec::new();
                let mut kept: &[u8] = &[];
                let data = event.data.as_bytes();
                let is_text = template.event_type() == event.event_type.as_bytes()
                    && super::fits(&template, data, &mut text, &mut kept);
                if !is_text {
                    return None;
                }
                if !kept.is_empty() {
                    figures = Some(String::from_utf8(kept.into()).expect("UTF-8"));
                }
                Some(String::from_utf8(text).expect("UTF-8"))
            });
            if let Some(text) = text {
                rows.push(Row::Text(text));
            } else {
                rows.extend(figures.take().map(Row::Figures));
                rows.push(Row::Event(event.data.to_string()));
            }
        }
        rows.extend(figures.map(Row::Figures));
        rows
    }

    fn decoder(templates: &[&str], format: Format, limit: usize) -> Decoder {
        let mut decoder = Decoder::new().format(format).max_event_size(limit);
        for template in templates {
            decoder.add_template((*template).into(), false, None);
        }
        decoder
    }

    fn check(chunks: &[impl AsRef<[u8]>], format: Format, limit: usize) {
        let of_lines = TEMPLATE.replace("event: delta\n", "").replace("delta", "message");
        let templates = [TEMPLATE, OTHER, &of_lines];
        let (mut fast, mut slow) =
            (decoder(&templates, format, limit), decoder(&[], format, limit));
        for chunk in chunks {
            let chunk = chunk.as_ref();
            assert_eq!(fast.push(chunk).is_ok(), slow.push(chunk).is_ok(), "{chunk:?}");
            assert_eq!(fast.event_count(), slow.event_count());
            assert_eq!(fast.last_event_id(), slow.last_event_id());
            let mut found = rows(&fast);
            found.retain(|row| *row != Row::Other);
            assert_eq!(found, read(&slow, &templates), "{:?}", core::str::from_utf8(chunk));
        }
    }

    fn delta(text: &str, number: usize) -> String {
        format!("event: delta\ndata: {{\"t\":\"{text}\",\"n\":7,\"u\":{{\"c\":{number}}}}}\n\n")
    }

    #[test]
    fn texts_become_rows_of_their_own() {
        let mut decoder = decoder(&[TEMPLATE], Format::Sse, 1 << 20);
        let stream = [&delta("a\\n", 1), &delta("é", 2), "data: x\n\n", &delta("b", 3)].concat();
        decoder.push(stream.as_bytes()).expect("small events");
        let text = |text: &str| Row::Text(text.to_string());
        let figures = |number: usize| Row::Figures(format!("{{\"c\":{number}}}"));
        let event = Row::Event("x".to_string());
        let expected = [text("a\n"), text("é"), figures(2), event, text("b"), figures(3)];
        assert_eq!(rows(&decoder), expected);
        assert_eq!(decoder.event_count(), 4);
    }

    #[test]
    fn events_of_another_type_are_no_texts() {
        let mut decoder = decoder(&[TEMPLATE], Format::Sse, 1 << 20);
        for event_type in ["", "delt", "deltas", "message", "ping"] {
            let block = delta("a", 1).replace("delta", event_type);
            decoder.push(block.as_bytes()).expect("small events");
            assert!(matches!(rows(&decoder)[0], Row::Event(_)), "{event_type}");
        }
    }

    #[test]
    fn figures_stand_before_an_event_that_is_not_complete() {
        let mut decoder = decoder(&[TEMPLATE], Format::Sse, 1 << 20);
        decoder.push((delta("a", 1) + "data: op").as_bytes()).expect("small events");
        let figures = Row::Figures("{\"c\":1}".to_string());
        assert_eq!(rows(&decoder), [Row::Text("a".to_string()), figures]);
        decoder.push(b"en\n\n").expect("small events");
        assert_eq!(rows(&decoder), [Row::Event("open".to_string())]);
    }

    #[test]
    fn a_marker_is_no_text() {
        let mut decoder = Decoder::new();
        let template = "message\0data: \0{\"t\":\"\u{1}\"}";
        decoder.add_template(template.into(), false, Some("{\"t\":\"END\"}"));
        decoder.push(b"data: {\"t\":\"END\"}\n\n").expect("small events");
        assert_eq!(decoder.position("{\"t\":\"END\"}"), Some(0));
        decoder.add_template(template.into(), false, Some("[DONE]"));
        decoder.push(b"data: {\"t\":\"a\"}\n\ndata: [DONE]\n\n").expect("small events");
        assert_eq!(decoder.position("[DONE]"), Some(1));
        decoder.truncate(1);
        assert_eq!(rows(&decoder), [Row::Text("a".to_string())]);
    }

    fn block() -> impl Strategy<Value = String> {
        let text =
            select(&["", "a", "é汉🦀", r"\n\ud83e\udd80", r"\ud83e", "a long text of many words"]);
        let ends = select(&["\n\n", "\r\n\r\n", "\r\r", "\n", "\n\n\n", " \n\n"]);
        let line =
            select(&["", "id: 1\n", ": c\n", "retry: 7\n", "data: x\n\n", "event: delta\n", "x"]);
        (text, 0_usize..200, ends, line).prop_map(|(text, number, end, line)| match number % 4 {
            0 | 1 => line.to_string() + delta(text, number).trim_end() + end,
            2 => format!("{line}data: {{\"t\":\"{text}\",{end}data: \"n\":{number}}}{end}"),
            _ => format!("{line}data: {{\"t\":\"{text}\",\"n\":{number}}}{end}"),
        })
    }

    proptest! {
        #![proptest_config(crate::cases::cases(1_000, 16))]

        #[test]
        fn what_is_read_does_not_depend_on_the_way(
            blocks in vec(block(), 0..12),
            cuts in vec(0_usize..400, 0..6),
            limit in prop_oneof![3 => Just(1 << 20), 1 => 20_usize..80],
            is_lines: bool,
        ) {
            let mut bytes = blocks.concat().into_bytes();
            if is_lines {
                let text = String::from_utf8(bytes).expect("UTF-8");
                bytes = text.replace("event: delta\n", "").replace("data: ", "").into_bytes();
            }
            let mut chunks = Vec::new();
            let mut rest = bytes.as_slice();
            for cut in cuts {
                let (chunk, behind) = rest.split_at(cut.min(rest.len()));
                chunks.push(chunk);
                rest = behind;
            }
            chunks.push(rest);
            check(&chunks, if is_lines { Format::Ndjson } else { Format::Sse }, limit);
        }
    }
}
