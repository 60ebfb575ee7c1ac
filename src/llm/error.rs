use alloc::string::String;
use core::fmt;

/// The error of an answer that can't be read further.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextError {
    /// The data of an event starts like JSON, but is not JSON.
    BrokenJson {
        /// The start of the data.
        start: String,
    },
    /// The model's API sent an error in the stream.
    Upstream {
        /// The vendor's message.
        message: String,
        /// Whether the same request may succeed later: the API is overloaded, limits its rate, or had an
        /// internal error.
        retryable: bool,
    },
    /// Nothing in the events was understood.
    UnknownFormat {
        /// The start of the first event's data, or an empty string if there was no event.
        start: String,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BrokenJson { start } => {
                write!(f, "the data of an event of the model's API is broken JSON: {start:?}")
            }
            Self::Upstream { message, .. } => {
                write!(f, "the model's API sent an error in the stream: {message:?}")
            }
            Self::UnknownFormat { start } if start.is_empty() => {
                write!(f, "nothing in the response was understood. No data was received")
            }
            Self::UnknownFormat { start } => {
                write!(f, "nothing in the response was understood. It starts with {start:?}")
            }
        }
    }
}

impl core::error::Error for TextError {}
