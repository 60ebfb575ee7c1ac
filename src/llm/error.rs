use alloc::string::String;
use core::fmt;

/// Why an answer can't be read further.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextError {
    /// The data of an event starts like JSON, but is none.
    BrokenJson {
        /// How it starts.
        start: String,
    },
    /// The model's API sent an error in the stream.
    Upstream {
        /// What it says, in the vendor's words.
        message: String,
        /// Whether the error may pass: the API is overloaded, limits its rate, or has failed inside.
        retryable: bool,
    },
    /// Nothing of what came was understood.
    UnknownFormat {
        /// How the data of the first event starts; empty if there was none.
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
                write!(f, "nothing in the response was understood. No data came")
            }
            Self::UnknownFormat { start } => {
                write!(f, "nothing in the response was understood. It starts with {start:?}")
            }
        }
    }
}

impl core::error::Error for TextError {}
