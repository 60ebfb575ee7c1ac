//! What errors say, in one place for all faces: what happened, and what to do.

use super::content_type::essence_of;
use alloc::string::String;

/// A message with up to two details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
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

impl Message {
    /// In the order of their numbers.
    pub(crate) const ALL: [Self; 19] = [
        Self::NoResponse,
        Self::Silence,
        Self::Ended,
        Self::TooLarge,
        Self::Status,
        Self::WrongType,
        Self::Unreachable,
        Self::GaveUp,
        Self::NoAnswer,
        Self::BodyOfGet,
        Self::Secrets,
        Self::BadRequest,
        Self::BadUrl,
        Self::BadUrlType,
        Self::BadHeaders,
        Self::BadBody,
        Self::NoJson,
        Self::BadId,
        Self::NoFetch,
    ];

    pub(crate) fn text(self, first: &str, second: &str) -> String {
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
static PARTS: [[&str; 3]; Message::ALL.len()] = [
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
    use super::Message;

    #[test]
    fn numbers_are_those_of_the_list() {
        for (number, message) in Message::ALL.into_iter().enumerate() {
            assert_eq!(message as usize, number);
        }
    }

    #[test]
    fn details_stand_where_they_belong() {
        let text = Message::NoAnswer.text("http://a/b", "5");
        assert_eq!(text, "http://a/b did not answer within 5 ms: raise its `timeout`");
        let text = Message::WrongType.text("http://a/b", "text/html;a=\"b\", Application/JSON; c");
        assert!(
            text.starts_with("http://a/b answered with Application/JSON, not text/event-stream: ")
        );
        let text = Message::WrongType.text("http://a/b", "json");
        assert!(text.starts_with("http://a/b answered with no valid content type, not "));
        let text = Message::TooLarge.text("9", "");
        assert_eq!(
            text,
            "an event is larger than 9 bytes: raise `maxEventSize` if such events are meant"
        );
    }
}
