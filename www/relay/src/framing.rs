//! The two ways in which an answer's events look.

use std::mem;

use bytes::Bytes;
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use crate::error::ErrorBody;
use crate::frame;

/// The longest text that waits for the end of its sentence, in bytes.
const LONGEST_WAIT: usize = 1 << 10;

/// How an answer's events look.
///
/// Those of a session are `start`, an unnamed event a token, `done` or `error`. Those of a message are
/// `messageStart`, `messageFragment` a sentence, `messageEnd` or `error`, all JSON with the
/// `messageId`, and without ids of events: their stream carries other messages, too.
#[derive(Default)]
pub struct Framing {
    /// The id of the message, if it is one.
    message: Option<String>,
    /// Text that was not shown yet.
    waiting: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    session_id: &'a str,
    model: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done<'a> {
    finish_reason: &'a str,
    tokens: u64,
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

impl Framing {
    /// Of the message with this id.
    pub fn message(id: String) -> Self {
        Self { message: Some(id), waiting: String::new() }
    }

    /// Whether a reader can go on after an event of it.
    pub fn is_resumable(&self) -> bool {
        self.message.is_none()
    }

    /// The first event of a session.
    pub fn start(&self, number: u64, session_id: &str, model: &str) -> Bytes {
        match &self.message {
            None => frame::json(number, "start", &Start { session_id, model }),
            Some(id) => in_message(id, "messageStart", Model { model }),
        }
    }

    /// Takes a token.
    pub fn add(&mut self, token: String) {
        if self.waiting.is_empty() {
            self.waiting = token;
        } else {
            self.waiting.push_str(&token);
        }
    }

    /// The next text that can be shown.
    pub fn ready(&mut self) -> Option<String> {
        if self.message.is_some() && self.waiting.len() <= LONGEST_WAIT {
            // That a sentence has ended only shows when the next one begins.
            let (second, _) = self.waiting.split_sentence_bound_indices().nth(1)?;
            let rest = self.waiting.split_off(second);
            return Some(mem::replace(&mut self.waiting, rest));
        }
        Some(mem::take(&mut self.waiting)).filter(|text| !text.is_empty())
    }

    /// The event with text that is ready.
    pub fn text(&self, number: u64, text: &str) -> Bytes {
        match &self.message {
            None => frame::text(number, text),
            Some(id) => in_message(id, "messageFragment", Content { content: text }),
        }
    }

    /// What ends a session that went well, or was stopped by its user.
    pub fn done(&mut self, number: u64, finish_reason: &str, tokens: u64) -> Bytes {
        self.end(number, ["done", "messageEnd"], Done { finish_reason, tokens })
    }

    /// What ends a session that did not go well.
    pub fn error(&mut self, number: u64, code: &'static str, message: &str) -> Bytes {
        self.end(number, ["error", "error"], ErrorBody::new(code, message))
    }

    /// The last event, behind what has waited for the end of its sentence.
    fn end(
        &mut self,
        number: u64,
        [plain, named]: [&'static str; 2],
        end: impl Serialize,
    ) -> Bytes {
        let Some(id) = &self.message else { return frame::json(number, plain, &end) };
        let end = in_message(id, named, end);
        if self.waiting.is_empty() {
            return end;
        }
        let rest = mem::take(&mut self.waiting);
        [self.text(number, &rest), end].concat().into()
    }
}

fn in_message(message_id: &str, event: &'static str, rest: impl Serialize) -> Bytes {
    frame::named(event, &InMessage { message_id, rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_fragments(tokens: &[&str], fragments: &[&str], waiting: &str) {
        let mut framing = Framing::message("m".into());
        let mut ready = Vec::new();
        for token in tokens {
            framing.add((*token).to_owned());
            ready.extend(std::iter::from_fn(|| framing.ready()));
        }
        assert_eq!(ready, fragments);
        assert_eq!(framing.waiting, waiting);
    }

    #[test]
    fn a_token_goes_out_as_it_is() {
        let mut framing = Framing::default();
        framing.add("a. b".into());
        assert_eq!((framing.ready().as_deref(), framing.ready()), (Some("a. b"), None));
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
        let mut framing = Framing::message("m".into());
        framing.add("Hi".into());
        assert_eq!(framing.ready(), None);
        assert_eq!(
            framing.done(9, "stop", 1),
            "event: messageFragment\ndata: {\"messageId\":\"m\",\"content\":\"Hi\"}\n\n\
             event: messageEnd\ndata: {\"messageId\":\"m\",\"finishReason\":\"stop\",\"tokens\":1}\n\n"
        );
        assert_eq!(
            framing.error(9, "oops", "a\nb"),
            "event: error\ndata: {\"messageId\":\"m\",\"error\":{\"code\":\"oops\",\"message\":\"a\\nb\"}}\n\n"
        );
    }
}
