//! The messages of errors, shared by both APIs: what happened, and what to do.

use crate::{content_type::displayed, numbered::numbered};
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
        NoJob,
        /// Behind `WrongType`, where there is such an option.
        SetFormat,
    }
}

impl ErrorText {
    pub(crate) fn with(self, first: &str, second: &str) -> String {
        let second = if self == Self::WrongType { displayed(second) } else { second };
        let mut text = String::new();
        for (part, detail) in self.parts().iter().zip([first, second, ""]) {
            text.push_str(part);
            text.push_str(detail);
        }
        text
    }

    /// Returns what stands around the details. JavaScript has the same from `pkg/src/border.ts`.
    pub(crate) fn parts(self) -> &'static [&'static str] {
        match self {
            Self::NoResponse => &[
                "",
                " sent no response within ",
                " ms: raise `connectTimeout` if it may take longer",
            ],
            Self::Silence => &[
                "",
                " sent nothing for ",
                " ms: raise `idleTimeout`, or let the server send comments as heartbeats",
            ],
            Self::Ended => &["", " ended the stream"],
            Self::TooLarge => &[
                "an event is larger than ",
                " bytes: raise `maxEventSize` if such events are expected",
            ],
            Self::Status => &["", " answered ", ""],
            Self::WrongType => {
                &["", " answered with ", ", not text/event-stream: check the URL and the server"]
            }
            Self::Unreachable => &[
                "",
                " ",
                " failed: the server can't be reached, the connection broke, or CORS forbids it \
                 (the server has to allow this origin and the request's headers, Last-Event-ID on \
                 reconnects included)",
            ],
            Self::Broke => &["the connection to ", " broke after ", ""],
            Self::GaveUp => &["gave up after ", " attempts: ", ""],
            Self::NoAnswer => &["", " did not answer within ", " ms: raise its `timeout`"],
            Self::BodyOfGet => &["a ", " request has no body: set `method: 'POST'`"],
            Self::Secrets => {
                &["fetch refuses URLs with a user name or a password: send them in a header"]
            }
            Self::BadRequest => &["fetch refuses these options: ", ""],
            Self::BadUrl => &[
                "the URL does not parse: pass an absolute URL, https:// included, or one relative \
                   to the page",
            ],
            Self::BadUrlType => &["the URL must be a string, a URL or a Request"],
            Self::BadHeaders => &["`headers` must be what the Headers constructor accepts"],
            Self::BadBody => {
                &["`body` must be an object, an array, or what fetch accepts as a body, not ", ""]
            }
            Self::NoJson => &["`body` can't be turned into JSON"],
            Self::BadId => &["an event id with control characters can't be sent"],
            Self::NoFetch => &["this runtime has no fetch: pass one as the option `fetch`"],
            Self::NoJob => &["the backend was not told to stop: no event has named the job yet"],
            Self::SetFormat => &[", or set `format` if the body is a stream nevertheless"],
        }
    }
}

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
            "an event is larger than 9 bytes: raise `maxEventSize` if such events are expected"
        );
    }
}
