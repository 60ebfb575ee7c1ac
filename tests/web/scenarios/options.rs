//! A scenario's options as those of the Rust API.

use super::format::{BodyFormat, Cancel, DoneWhen, Options, Resume, Retry};
use serde_json::{Value, json};
use sluicegate::{
    Builder, CancelRequest, Error, EventStream, ResumeRequest, RetryPolicy,
    sse::{EventRef, Format},
};
use std::{collections::BTreeMap, time::Duration};

impl Options {
    /// A stream with these options, not opened yet.
    pub fn builder(&self, url: &str, endpoint: &str) -> Result<Builder, String> {
        let mut builder = EventStream::builder(url);
        if self.when_hidden.as_deref() == Some("pause") {
            builder = builder.pause_when_hidden();
        }
        builder = with(builder, self.method.as_deref(), Builder::method);
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        builder = match &self.body {
            Some(Value::String(text)) => builder.body(text.as_str()),
            Some(json) => builder.json(json).map_err(refused)?,
            None => builder,
        };
        builder = with(builder, self.done.as_deref(), Builder::done);
        builder = with(builder, self.done_when.clone(), |builder, wanted| {
            builder.done_when(move |event| wanted.is_met_by(event))
        });
        builder = match &self.retry {
            Some(Retry::Switch(false)) => builder.no_retry(),
            Some(Retry::Switch(true)) => builder.retry(RetryPolicy::default()).repeat(),
            Some(Retry::Policy(members)) => builder.retry(policy(members)?),
            None => builder,
        };
        let [connect, idle] = [self.connect_timeout, self.idle_timeout].map(milliseconds);
        builder = with(builder, connect, Builder::connect_timeout);
        builder = with(builder, idle, Builder::idle_timeout);
        builder = with(builder, self.max_event_size, Builder::max_event_size);
        builder = with(builder, self.last_event_id.as_deref(), Builder::last_event_id);
        builder = with(builder, self.format, |builder, format| match format {
            BodyFormat::Sse => builder.format(Format::Sse),
            BodyFormat::Ndjson => builder.format(Format::Ndjson),
        });
        builder = with(builder, self.job.as_deref(), Builder::job);
        builder = with(builder, self.job_in.clone(), |builder, start| {
            builder.job_in(move |event, _| event.data.strip_prefix(&*start).map(Into::into))
        });
        builder = with(builder, self.cursor_in.clone(), |builder, mark| {
            builder.cursor(move |event| {
                event.data.rsplit_once(&*mark).map(|(_, cursor)| cursor.into())
            })
        });
        builder = with(builder, self.resume.as_ref(), |builder, resume| {
            builder.resume(resume.request(url))
        });
        let cancel = self.cancel.as_ref().map(|cancel| cancel.request(endpoint)).transpose()?;
        Ok(with(builder, cancel, Builder::cancel))
    }
}

impl Resume {
    /// It tells where the answer is.
    fn request(&self, url: &str) -> ResumeRequest {
        let mut request = ResumeRequest::to(url);
        request = with(request, self.method.as_deref(), ResumeRequest::method);
        if self.replays {
            request = request.replays();
        }
        request.with(|request, at| {
            let or = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".into());
            let position = format!("{} {} {} {}", or(&at.job), or(&at.cursor), at.events, at.bytes);
            Ok(request.header("x-position", &position))
        })
    }
}

impl DoneWhen {
    fn is_met_by(&self, event: EventRef<'_>) -> bool {
        let is_met =
            |wanted: &Option<String>, value| wanted.as_deref().is_none_or(|wanted| wanted == value);
        is_met(&self.r#type, event.event_type)
            && is_met(&self.data, event.data)
            && is_met(&self.last_event_id, event.last_event_id)
    }
}

impl Cancel {
    fn request(&self, endpoint: &str) -> Result<CancelRequest, String> {
        let mut request = CancelRequest::to(endpoint);
        for on in &self.on {
            request = match on.as_str() {
                "abort" => request.on_abort(),
                "return" => request.on_drop(),
                "pagehide" => request.on_pagehide(),
                "unsent" => request.on_unsent(),
                _ => return Err(format!("there is no `cancel.on` {on}")),
            };
        }
        request = with(request, self.method.as_deref(), CancelRequest::method);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request = match &self.body {
            Some(Value::String(text)) => request.body(text.as_str()),
            Some(json) => request.json(json).map_err(refused)?,
            None => request,
        };
        if self.position {
            request = request.with(|request, at| {
                let mut body = json!({ "cursor": at.cursor, "events": at.events, "job": at.job });
                // What is not known is not sent.
                if let Some(members) = body.as_object_mut() {
                    members.retain(|_, value| !value.is_null());
                }
                request.json(&body)
            });
        }
        Ok(with(request, milliseconds(self.timeout), CancelRequest::timeout))
    }
}

/// Sets the option, if it is given.
fn with<B, T>(builder: B, value: Option<T>, set: impl FnOnce(B, T) -> B) -> B {
    match value {
        Some(value) => set(builder, value),
        None => builder,
    }
}

fn policy(members: &BTreeMap<String, f64>) -> Result<RetryPolicy, String> {
    let mut policy = RetryPolicy::default();
    for (name, &value) in members {
        match name.as_str() {
            "maxAttempts" => policy.max_attempts = value as u32,
            "initialDelay" => policy.initial_delay = value,
            "maxDelay" => policy.max_delay = value,
            "factor" => policy.factor = value,
            "jitter" => policy.jitter = value,
            "minDelay" => policy.min_delay = value,
            _ => return Err(format!("there is no `retry.{name}`")),
        }
    }
    Ok(policy)
}

fn milliseconds(time: Option<u64>) -> Option<Duration> {
    time.map(Duration::from_millis)
}

fn refused(error: Error) -> String {
    format!("the options are refused: {error}")
}
