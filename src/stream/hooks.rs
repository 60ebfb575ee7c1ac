//! The options of the Rust API that are closures. Each has a form for code that may fail, whose error ends
//! the stream.

use super::{
    Builder,
    context::{Context, RetryDecision, RetryInfo},
};
use crate::{error::Error, sse::EventRef};
use alloc::{boxed::Box, rc::Rc, string::String};
use wasm_bindgen::JsValue;

impl Builder {
    /// Sets a predicate that finds the event that ends the stream. The event is not delivered.
    pub fn done_when(self, is_done: impl Fn(EventRef<'_>) -> bool + 'static) -> Self {
        self.done_if(move |event| Ok(is_done(event)))
    }

    /// As `done_when`, for code that may fail.
    pub(crate) fn done_if(
        mut self,
        is_done: impl Fn(EventRef<'_>) -> Result<bool, Error> + 'static,
    ) -> Self {
        self.hooks.is_done = Some(Box::new(is_done));
        self.marker = None;
        self
    }

    /// Sets a closure that finds the job that works on the answer in an event or its response, for
    /// [`resume`](Self::resume) and [`cancel`](Self::cancel). It is called with an empty event when a
    /// response begins, for jobs that a header names, and then for each event until it returns one.
    pub fn job_in(
        self,
        find: impl Fn(EventRef<'_>, &web_sys::Response) -> Option<String> + 'static,
    ) -> Self {
        self.job_if(move |event, response| Ok(find(event, response)))
    }

    /// As `job_in`, for code that may fail. So are the next ones that end like this.
    pub(crate) fn job_if(
        mut self,
        find: impl Fn(EventRef<'_>, &web_sys::Response) -> Result<Option<String>, Error> + 'static,
    ) -> Self {
        self.hooks.find_job = Some(Box::new(find));
        self.job = None;
        self
    }

    /// Sets a closure that returns the position of an event in the answer, for [`resume`](Self::resume).
    /// Needed only if events have no `id:`.
    pub fn cursor(self, find: impl Fn(EventRef<'_>) -> Option<String> + 'static) -> Self {
        self.cursor_if(move |event| Ok(find(event)))
    }

    pub(crate) fn cursor_if(
        mut self,
        find: impl Fn(EventRef<'_>) -> Result<Option<String>, Error> + 'static,
    ) -> Self {
        self.hooks.cursor = Some(Box::new(find));
        self
    }

    /// Sets an async closure that returns more headers. It is called before each attempt, for tokens that
    /// expire. If it fails, the stream ends with its error.
    ///
    /// ```no_run
    /// # use sluicegate::{Error, EventStream};
    /// # async fn token() -> Result<String, Error> { Ok("…".into()) }
    /// # fn example() -> Result<EventStream, Error> {
    /// EventStream::builder("/answers")
    ///     .headers_with(async |_| Ok([("authorization".into(), token().await?)]))
    ///     .open()
    /// # }
    /// ```
    pub fn headers_with<H>(
        mut self,
        headers: impl AsyncFn(Context) -> Result<H, Error> + 'static,
    ) -> Self
    where
        H: IntoIterator<Item = (String, String)>,
    {
        let headers = Rc::new(headers);
        self.hooks.headers = Some(Box::new(move |context| {
            let headers = Rc::clone(&headers);
            Box::pin(async move { Ok(headers(context).await?.into_iter().collect()) })
        }));
        self
    }

    /// Sets an async closure that returns the body. It is called before each attempt. Objects and arrays are
    /// sent as JSON. If it fails, the stream ends with its error.
    pub fn body_with<B: Into<JsValue>>(
        mut self,
        body: impl AsyncFn(Context) -> Result<B, Error> + 'static,
    ) -> Self {
        let body = Rc::new(body);
        self.hooks.body = Some(Box::new(move |context| {
            let body = Rc::clone(&body);
            Box::pin(async move { Ok(body(context).await?.into()) })
        }));
        self
    }

    /// Sets an async closure that is called with each successful response before it is read, even if it will
    /// be refused because it is no stream. If it fails, the stream ends with an error
    /// [`Refused`](crate::ErrorCode::Refused), whose cause is the closure's error.
    pub fn on_open(
        mut self,
        on_open: impl AsyncFn(web_sys::Response) -> Result<(), Error> + 'static,
    ) -> Self {
        let on_open = Rc::new(on_open);
        self.hooks.on_open = Some(Box::new(move |response| {
            let on_open = Rc::clone(&on_open);
            Box::pin(async move { on_open(response).await })
        }));
        self
    }

    /// Sets a closure that is called before the wait for each new attempt.
    pub fn on_retry(self, on_retry: impl Fn(&RetryInfo) + 'static) -> Self {
        self.on_retry_if(move |info| {
            on_retry(info);
            Ok(())
        })
    }

    pub(crate) fn on_retry_if(
        mut self,
        on_retry: impl Fn(&RetryInfo) -> Result<(), Error> + 'static,
    ) -> Self {
        self.hooks.on_retry = Some(Box::new(on_retry));
        self
    }

    /// Sets a closure that is called with the text of each comment, without the colon.
    pub fn on_comment(self, on_comment: impl Fn(&str) + 'static) -> Self {
        self.on_comment_if(move |comment| {
            on_comment(comment);
            Ok(())
        })
    }

    pub(crate) fn on_comment_if(
        mut self,
        on_comment: impl Fn(&str) -> Result<(), Error> + 'static,
    ) -> Self {
        self.hooks.on_comment = Some(Box::new(on_comment));
        self
    }

    /// Sets a closure that decides what follows a failure. It is called with the error and the number of the
    /// attempt. Default: retry if the error is [`retryable`](crate::ErrorDetails::retryable).
    pub fn should_retry(
        self,
        should_retry: impl Fn(&Error, u32) -> RetryDecision + 'static,
    ) -> Self {
        self.should_retry_if(move |error, attempt| Ok(should_retry(error, attempt)))
    }

    pub(crate) fn should_retry_if(
        mut self,
        should_retry: impl Fn(&Error, u32) -> Result<RetryDecision, Error> + 'static,
    ) -> Self {
        self.hooks.should_retry = Some(Box::new(should_retry));
        self
    }
}
