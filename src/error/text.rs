//! The messages of errors, shared by both APIs: what happened, and what to do.

use crate::{content_type::essence_of, numbered::numbered};
use alloc::string::String;

numbered! {
/// A message with up to two details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorText {
    /// The URL, milliseconds.
    NoResponse,
    /// The URL, milliseconds.
    Silence,
    /// The URL.
    Ended,
    /// Bytes.
    TooLarge,
    /// The URL, status and status text.
    Status,
    /// The URL, the content type's header.
    WrongType,
    /// `fetch` tells scripts nothing but that it failed. The method, the URL.
    Unreachable,
    /// The URL, what is known of the events before and of the cause.
    Broke,
    /// Attempts, the message of the last failure.
    GaveUp,
    /// The URL, milliseconds.
    NoAnswer,
    /// The method.
    BodyOfGet,
    /// `fetch` refuses these too, but in words that repeat them.
    Secrets,
    /// What `Request` says.
    BadRequest,
    BadUrl,
    BadUrlType,
    BadHeaders,
    /// What it is.
    BadBody,
    NoJson,
    BadId,
    NoFetch,
}

}

impl ErrorText {
    pub(crate) fn with(self, first: &str, second: &str) -> String {
        let [before, between, behind] = PARTS[self as usize];
        let second = match self {
            Self::WrongType if essence_of(second).is_empty() => "no valid content type",
            Self::WrongType => essence_of(second),
            _ => second,
        };
        [before, first, between, second, behind].concat()
    }
}

/// What stands before, between and behind the details.
static PARTS: [[&str; 3]; ErrorText::ALL.len()] = [
    ["", " sent no response within ", " ms: raise `connectTimeout` if it may take longer"],
    [
        "",
        " sent nothing for ",
        " ms: raise `idleTimeout`, or let the server send comments as heartbeats",
    ],
    ["", " ended the stream", ""],
    ["an event is larger than ", " bytes: raise `maxEventSize` if such events are meant", ""],
    ["", " answered ", ""],
    [
        "",
        " answered with ",
        ", not text/event-stream: check the URL and the server, or set `format` if the body is a \
         stream all the same",
    ],
    [
        "",
        " ",
        " failed: the server can't be reached, the connection broke, or CORS forbids it (the \
         server has to allow this origin and the request's headers, Last-Event-ID on reconnects \
         included)",
    ],
    ["the connection to ", " broke after ", ""],
    ["gave up after ", " attempts: ", ""],
    ["", " did not answer within ", " ms: raise its `timeout`"],
    ["a ", " request has no body: set `method: 'POST'`", ""],
    ["fetch refuses URLs with a user name or a password: send them in a header", "", ""],
    ["fetch refuses these options: ", "", ""],
    ["the URL does not parse: pass an absolute URL, or one relative to the page", "", ""],
    ["the URL must be a string, a URL or a Request", "", ""],
    ["`headers` must be what the Headers constructor takes", "", ""],
    ["`body` must be an object, an array, or what fetch takes as a body, not ", "", ""],
    ["`body` can't be turned into JSON", "", ""],
    ["an event id with control characters can't be sent", "", ""],
    ["this runtime has no fetch: pass one as the option `fetch`", "", ""],
];

#[cfg(test)]
mod tests {
    use super::ErrorText;

    #[test]
    fn details_stand_where_they_belong() {
        let text = ErrorText::NoAnswer.with("http://a/b", "5");
        assert_eq!(text, "http://a/b did not answer within 5 ms: raise its `timeout`");
        let text =
            ErrorText::WrongType.with("http://a/b", "text/html;a=\"b\", Application/JSON; c");
        assert!(
            text.starts_with("http://a/b answered with Application/JSON, not text/event-stream: ")
        );
        let text = ErrorText::WrongType.with("http://a/b", "json");
        assert!(text.starts_with("http://a/b answered with no valid content type, not "));
        let text = ErrorText::TooLarge.with("9", "");
        assert_eq!(
            text,
            "an event is larger than 9 bytes: raise `maxEventSize` if such events are meant"
        );
    }
}
