//! One request and its response, for the Rust API.

use super::{
    context::{Context, RetryDecision, RetryInfo},
    driver::{Connection, Driver},
    failure::Failure,
    retry::retry_after,
    step::{Action, Input, Step},
};
use crate::{
    error::{Error, ErrorCode, decimal, text::ErrorText},
    fetch::{
        Body, Exchange, Init, ReadError, Request, Returned, display_url, http_error, now,
        reason_of, sleep_until_back, status_of, tag_of, type_error, within,
    },
};
use alloc::{rc::Rc, string::String};
use core::{future::Future, pin::pin, time::Duration};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

impl Driver {
    pub(super) async fn prepare(&self, resumes: bool) -> Step {
        self.stats.borrow_mut().attempts += 1;
        self.error.take();
        match self.prepared_request(resumes).await {
            Ok((request, init)) => {
                self.url.replace(request.url.clone());
                self.prepared.replace(Some((request, init)));
                self.handle(Input::Prepared)
            }
            Err(error) => self.threw(error),
        }
    }

    async fn prepared_request(&self, resumes: bool) -> Result<(Request, Init), Error> {
        let settings = &self.settings;
        let mut last_event_id = String::from(self.machine().decoder().last_event_id());
        // The first request, sent again with nothing to resume by, begins a new answer.
        if !resumes && last_event_id.is_empty() {
            self.position.borrow_mut().begin();
        }
        let context = Context {
            attempt: self.machine().attempt(),
            last_event_id: last_event_id.clone(),
            ..self.position.borrow().here()
        };
        let resume = settings.resume.as_ref().filter(|_| resumes);
        let resume = resume.map(|resume| resume.at(&context)).transpose()?;
        let mut template = match &resume {
            Some(resume) => resume.template.clone().continuing(&settings.request),
            None => settings.request.clone(),
        };
        if resume.as_ref().is_none_or(|resume| !resume.has_headers) {
            if resume.is_some() {
                template.headers.extend(settings.request.headers.iter().cloned());
            }
            if let Some(headers) = &settings.hooks.headers {
                template.headers.extend(headers(context.clone()).await?);
            }
        }
        match (&resume, &settings.hooks.body) {
            (None, Some(body)) => template.set_body(body(context).await?),
            // A replay is cut by count: the server is not to cut it, too.
            (Some(resume), _) if resume.replays => last_event_id.clear(),
            _ => {}
        }
        let request = template.into_request()?;
        request.check()?;
        let init = request.prepare_stream(&last_event_id)?;
        Ok((request, init))
    }

    pub(super) async fn send(&self, timer: f64) -> Step {
        let Some((request, init)) = self.prepared.take() else { return Step::WAIT };
        let exchange = match Exchange::new() {
            Ok(exchange) => Rc::new(exchange),
            Err(error) => return self.threw(error),
        };
        self.exchange.replace(Some(Rc::clone(&exchange)));
        let sending = async {
            match self.settings.given.take() {
                Some(response) => Ok(response),
                None => exchange.send(&request, &init).await,
            }
        };
        match self.timed(timer, sending).await {
            Err(step) => step,
            Ok(Ok(response)) => {
                let verdict =
                    self.machine.borrow_mut().judge(status_of(&response), &content_type(&response));
                self.events.set(0);
                self.connection.replace(Some(Connection { body: None, response }));
                self.handle_with(Input::Answered, (verdict as u32).into())
            }
            Ok(Err(error)) if error.code == ErrorCode::Network => {
                // `fetch` may not know another scheme at all.
                let is_known = request.url.starts_with("http") || self.machine().attempt() > 1;
                self.failed(error, if is_known { Failure::Network } else { Failure::Refused })
            }
            Ok(Err(error)) => self.threw(error),
        }
    }

    /// Takes the response, and shows it to the app.
    pub(super) async fn accept(&self, is_stream: bool) -> Step {
        let Some(response) = self.current_response() else { return Step::WAIT };
        if is_stream {
            match Body::of(&response) {
                Ok(body) => {
                    let since = self.since_opened();
                    self.stats.borrow_mut().time_to_headers.get_or_insert(since);
                    if let Some(connection) = &mut *self.connection.borrow_mut() {
                        connection.body = Some(Rc::new(body));
                    }
                }
                Err(cause) => {
                    let message =
                        String::from("the response's body can't be read") + &reason_of(&cause);
                    let error = Error::new(ErrorCode::Unsupported, message);
                    return self.threw(error.caused_by(cause));
                }
            }
        }
        self.keep_response(&response);
        if let Some(on_open) = &self.settings.hooks.on_open
            && let Err(cause) = on_open(Clone::clone(&response)).await
        {
            let error = Error::new(ErrorCode::Refused, "on_open refused the response".into());
            return self.threw(error.of_response(&response).caused_by(cause.into()));
        }
        self.find_job_of_response();
        self.handle(Input::Accepted)
    }

    /// If another request continues the answer, the first response is the one that counts.
    fn keep_response(&self, response: &web_sys::Response) {
        let mut position = self.position.borrow_mut();
        if self.settings.resume.is_none() || position.response.is_none() {
            position.response = Some(Clone::clone(response));
        }
    }

    fn current_response(&self) -> Option<web_sys::Response> {
        self.connection.borrow().as_ref().map(|connection| Clone::clone(&connection.response))
    }

    pub(super) async fn refuse(&self) -> Step {
        let Some(response) = self.current_response() else { return Step::WAIT };
        let url = self.url.borrow().clone();
        if (200..300).contains(&status_of(&response)) {
            let error = type_error(&url, &response, &content_type(&response)).await;
            self.failed(error, Failure::ContentType)
        } else {
            self.failed(http_error(&url, &response).await, Failure::Http)
        }
    }

    pub(super) async fn read(&self, timer: f64) -> Step {
        let body = self.connection.borrow().as_ref().and_then(|connection| connection.body.clone());
        let Some(body) = body else { return Step::WAIT };
        match self.timed(timer, body.read()).await {
            Err(step) => step,
            Ok(Ok(Some(chunk))) => self.decode(&chunk),
            Ok(Ok(None)) => self.handle_with(Input::BodyEnded, f64::from(self.completes.get())),
            Ok(Err(ReadError::Broken(cause))) => self.broke(cause),
            Ok(Err(ReadError::NotBytes(chunk))) => {
                let tag = tag_of(&chunk);
                let message = ["a chunk of the response's body is ", &tag, ", not bytes"].concat();
                self.threw(Error::new(ErrorCode::Unsupported, message))
            }
        }
    }

    fn decode(&self, chunk: &Uint8Array) -> Step {
        let mut buffer = self.chunk.borrow_mut();
        let length = chunk.length() as usize;
        self.stats.borrow_mut().bytes += length as u64;
        // It only grows: to fill it with zeros costs as much as to copy a chunk.
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        let bytes = &mut buffer[..length];
        chunk.copy_to(bytes);
        self.machine.borrow_mut().push(bytes, true)
    }

    pub(super) fn ask_retry(&self) -> Step {
        let Some(error) = self.error.borrow().clone() else { return Step::WAIT };
        let decision = match &self.settings.hooks.should_retry {
            Some(should_retry) => should_retry(&error, error.attempt),
            None => Ok(RetryDecision::Retry),
        };
        match decision {
            Ok(RetryDecision::Fail) => self.handle_with(Input::Decided, -1.0),
            Ok(RetryDecision::Retry) => self.handle_with(Input::Decided, f64::NAN),
            Ok(RetryDecision::RetryAfter(delay)) => {
                self.handle_with(Input::Decided, delay.as_secs_f64() * 1_000.0)
            }
            Err(error) => self.threw(error),
        }
    }

    pub(super) async fn sleep(&self, timer: f64) -> Step {
        let error = self.error.borrow().clone();
        if let (Some(on_retry), Some(error)) = (&self.settings.hooks.on_retry, error) {
            let attempt = self.machine().attempt() + 1;
            let delay = Duration::try_from_secs_f64(timer / 1_000.0).unwrap_or(Duration::MAX);
            if let Err(error) = on_retry(&RetryInfo { attempt, delay, error }) {
                return self.threw(error);
            }
        }
        let mut step = Step::WAIT;
        sleep_until_back(timer, |returned| {
            step = self.handle(match returned {
                Returned::Yes => Input::Returned,
                Returned::No => Input::Timer,
            });
            step.action() != Action::Wait
        })
        .await;
        step
    }

    /// Returns what the work results in, or the step that its timer leads to.
    async fn timed<T>(&self, mut timer: f64, work: impl Future<Output = T>) -> Result<T, Step> {
        let mut work = pin!(work);
        loop {
            let due = now() + timer;
            if let Some(result) = within(timer, work.as_mut()).await {
                return Ok(result);
            }
            let step = self.handle_with(Input::Timer, now() - due);
            if step.action() != Action::Wait {
                return Err(step);
            }
            timer = self.machine().timer();
        }
    }

    fn failed(&self, mut error: Error, failure: Failure) -> Step {
        let status = error.status.unwrap_or_default();
        let header = error.headers.as_ref().and_then(|headers| headers.get("retry-after").ok()?);
        let until = |date: &str| js_sys::Date::parse(date) - js_sys::Date::now();
        let retry_after = retry_after(&header.unwrap_or_default(), until);
        let details = error.details();
        details.attempt = self.machine().attempt();
        details.retryable = failure.is_retryable(status);
        self.error.replace(Some(error));
        self.machine.borrow_mut().failed(failure, status, retry_after)
    }

    fn broke(&self, cause: JsValue) -> Step {
        let url = display_url(&self.url.borrow());
        let events = self.events.get();
        let unit = if events == 1 { " event" } else { " events" };
        let how = decimal(events.into()) + unit + &reason_of(&cause);
        let error = Error::new(ErrorCode::Network, ErrorText::Broke.with(&url, &how));
        self.failed(error.caused_by(cause), Failure::Network)
    }
}

fn content_type(response: &web_sys::Response) -> String {
    response.headers().get("content-type").ok().flatten().unwrap_or_default()
}
