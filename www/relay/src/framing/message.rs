//! The events of a chat bot's message: `messageStart`, `messageFragment` a sentence, `messageEnd` or
//! `error`, all JSON with the `messageId`, and without ids of events: their stream carries other
//! messages, too.

use std::mem;

use serde::Serialize;
use sluicegate::llm::Delta;
use unicode_segmentation::UnicodeSegmentation;

use super::plain::Done;
use super::{Ending, Frame, Frames, Framing};
use crate::error::ErrorBody;

/// The longest text that waits for the end of its sentence, in bytes.
const LONGEST_WAIT: usize = 1 << 10;

/// The events of one message.
pub struct Message {
    id: String,
    /// Text that was not shown yet.
    waiting: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InMessage<'a, T> {
    message_id: &'a str,
    #[serde(flatten)]
    rest: T,
}

#[derive(Serialize)]
struct Model<'a> {
    model: &'a str,
}

#[derive(Serialize)]
struct Content<'a> {
    content: &'a str,
}

impl Message {
    /// Of the message with this id.
    pub fn new(id: String) -> Self {
        Self { id, waiting: String::new() }
    }

    fn named(&self, event: &'static str, rest: impl Serialize) -> Frame {
        let data = InMessage { message_id: &self.id, rest };
        let data = serde_json::to_string(&data).expect("the relay's own events have string keys");
        Frame { event: Some(event), data, is_numbered: false }
    }

    fn fragment(&self, content: &str) -> Frame {
        self.named("messageFragment", Content { content })
    }

    /// The next text that can be shown.
    fn ready(&mut self) -> Option<String> {
        if self.waiting.len() > LONGEST_WAIT {
            return Some(mem::take(&mut self.waiting));
        }
        // That a sentence has ended only shows when the next one begins.
        let (second, _) = self.waiting.split_sentence_bound_indices().nth(1)?;
        let rest = self.waiting.split_off(second);
        Some(mem::replace(&mut self.waiting, rest))
    }
}

impl Framing for Message {
    fn is_resumable(&self) -> bool {
        false
    }

    fn start(&mut self, _: &str, model: &str, to: &mut Frames) {
        to.push_back(self.named("messageStart", Model { model }));
    }

    fn add(&mut self, delta: Delta, to: &mut Frames) {
        let Delta::Text(text) = delta else { return };
        self.waiting.push_str(&text);
        while let Some(text) = self.ready() {
            to.push_back(self.fragment(&text));
        }
    }

    fn end(&mut self, end: &Ending<'_>, to: &mut Frames) {
        let rest = mem::take(&mut self.waiting);
        if !rest.is_empty() {
            to.push_back(self.fragment(&rest));
        }
        let done = |finish_reason, tokens| self.named("messageEnd", Done { finish_reason, tokens });
        to.push_back(match *end {
            Ending::Done { reason, tokens } => done(reason, tokens),
            Ending::Cancelled { tokens } => done("cancelled", tokens),
            Ending::Failed { code, message } => self.named("error", ErrorBody::new(code, message)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::written;
    use super::*;

    #[track_caller]
    fn assert_fragments(tokens: &[&str], fragments: &[&str], waiting: &str) {
        let mut message = Message::new("m".into());
        let mut frames = Frames::new();
        for token in tokens {
            message.add(Delta::Text((*token).to_owned()), &mut frames);
        }
        let expected: Vec<_> = fragments.iter().map(|text| message.fragment(text)).collect();
        assert_eq!(frames, expected);
        assert_eq!(message.waiting, waiting);
    }

    #[test]
    fn a_fragment_is_a_sentence() {
        assert_fragments(
            &["Hel", "lo", ".", " ", "It", " is 3", ".", "14", "!"],
            &["Hello. "],
            "It is 3.14!",
        );
        assert_fragments(&["你好", "。今天", "下雨吗?", "是"], &["你好。", "今天下雨吗?"], "是");
        assert_fragments(&["# Title", "\n", "\n", "Text"], &["# Title\n", "\n"], "Text");
        assert_fragments(&["One. Two. Three"], &["One. ", "Two. "], "Three");
        assert_fragments(&["", "a"], &[], "a");
    }

    #[test]
    fn a_sentence_without_an_end_goes_out_in_pieces() {
        let words = "word ".repeat(100);
        let words = [words.as_str(); 3];
        assert_fragments(&words, &[&words.concat()], "");
    }

    #[test]
    fn the_end_of_a_message_brings_what_has_waited() {
        let mut message = Message::new("m".into());
        let text = Delta::Text("Hi".into());
        assert_eq!(written(|to| message.add(text, to)), "");
        assert_eq!(
            written(|to| message.end(&Ending::Done { reason: "stop", tokens: 1 }, to)),
            "event: messageFragment\ndata: {\"messageId\":\"m\",\"content\":\"Hi\"}\n\n\
             event: messageEnd\ndata: {\"messageId\":\"m\",\"finishReason\":\"stop\",\"tokens\":1}\n\n"
        );
        assert_eq!(
            written(|to| message.end(&Ending::Failed { code: "oops", message: "a\nb" }, to)),
            "event: error\ndata: {\"messageId\":\"m\",\"error\":{\"code\":\"oops\",\"message\":\"a\\nb\"}}\n\n"
        );
    }
}
