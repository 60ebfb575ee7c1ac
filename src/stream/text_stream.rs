//! The Rust API: the text of a model's answer.

use super::{EventStream, OutcomeType};
use crate::{
    error::{Error, ErrorCode},
    llm::{Format, TextError, TextReader},
};
use alloc::string::{String, ToString as _};
use core::{
    pin::Pin,
    task::{Context, Poll, ready},
};
use futures::{Stream, stream::FusedStream};

/// The texts of a model's answer, as [`EventStream::text`] returns them. No text is empty.
#[derive(Debug)]
#[must_use = "the request is sent when the stream is polled"]
pub struct TextStream {
    stream: EventStream,
    reader: TextReader,
    is_over: bool,
}

impl EventStream {
    /// Returns the text of a model's answer, token by token.
    ///
    /// The vendor's end marker ends the stream: it is closed without reconnecting. If no other request
    /// follows, the last event may lack its blank line. If the stream fails, its
    /// last item is the error: one of the stream, [`ErrorCode::Upstream`] if the model's API sent an error
    /// in it, or [`ErrorCode::UnknownFormat`] if nothing in it was understood.
    ///
    /// ```no_run
    /// # use futures::TryStreamExt;
    /// # fn show(_: &str) {}
    /// # async fn example() -> Result<(), sluicegate::Error> {
    /// use sluicegate::{EventStream, llm::Format};
    ///
    /// let mut texts = EventStream::builder("/answers").open()?.text(Format::Auto);
    /// while let Some(text) = texts.try_next().await? {
    ///     show(&text);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn text(self, format: Format) -> TextStream {
        self.complete();
        TextStream { stream: self, reader: TextReader::new(format), is_over: false }
    }
}

impl TextStream {
    /// Returns the stream, for its state, its outcome and its [`Canceller`](crate::Canceller).
    pub fn stream(&self) -> &EventStream {
        &self.stream
    }
}

impl Stream for TextStream {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.is_over {
            let next = ready!(Pin::new(&mut self.stream).poll_next(context));
            let mut text = String::new();
            let read = match next {
                Some(Ok(event)) => self.reader.read(&event.as_ref(), &mut text),
                Some(Err(error)) => {
                    self.is_over = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None if self.has_ended() => self.finish(&mut text).map(|()| true),
                None => Ok(true),
            };
            match read {
                Ok(is_end) => {
                    if is_end {
                        self.is_over = true;
                        self.stream.done();
                    }
                    if !text.is_empty() {
                        return Poll::Ready(Some(Ok(text)));
                    }
                }
                Err(error) => {
                    self.is_over = true;
                    let error = Error::from(error);
                    self.stream.fail(error.clone());
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        Poll::Ready(None)
    }
}

impl TextStream {
    fn finish(&mut self, text: &mut String) -> Result<(), TextError> {
        // It may be an error of the model's.
        if let Some(event) = self.stream.take_found() {
            self.reader.read_last(&event.as_ref(), text)?;
        }
        self.reader.finish(text)
    }

    /// Whether the server ended the stream, and not the page.
    fn has_ended(&self) -> bool {
        let outcome = self.stream.outcome();
        outcome.is_some_and(|outcome| {
            use OutcomeType::{Done, Ended, Truncated};
            matches!(outcome.outcome_type, Ended | Done | Truncated)
        })
    }
}

impl FusedStream for TextStream {
    fn is_terminated(&self) -> bool {
        self.is_over
    }
}

impl From<TextError> for Error {
    fn from(error: TextError) -> Self {
        let code = match error {
            TextError::BrokenJson { .. } => ErrorCode::ParseJson,
            TextError::Upstream { .. } => ErrorCode::Upstream,
            TextError::UnknownFormat { .. } => ErrorCode::UnknownFormat,
        };
        Self::new(code, error.to_string())
    }
}
