//! The options of a stream, as the machine and the audit need them.

use super::{
    Event,
    format::{BodyFormat, Cancel, DoneWhen, Native, Options, Retry},
};
use crate::{
    sse::{DEFAULT_MAX_EVENT_SIZE, Decoder, Format},
    stream::{
        config::{CancelOn, Resume, RetryMode, StreamConfig},
        machine::Machine,
        retry::RetryPolicy,
    },
};
use std::{collections::BTreeMap, string::String};

pub(super) struct Setup {
    pub(super) method: String,
    pub(super) is_safe: bool,
    pub(super) is_repeatable: bool,
    pub(super) retry: RetryMode,
    pub(super) policy: RetryPolicy,
    pub(super) format: Option<Format>,
    pub(super) marker: Option<String>,
    pub(super) done_when: Option<DoneWhen>,
    pub(super) job: Option<String>,
    pub(super) job_in: Option<String>,
    pub(super) cursor_in: Option<String>,
    pub(super) resume: Option<Resume>,
    pub(super) resume_method: String,
    pub(super) cancel: Option<CancelOn>,
    pub(super) cancel_needs_job: bool,
    pub(super) cancel_timeout: f64,
    pub(super) connect_timeout: f64,
    pub(super) idle_timeout: f64,
    pub(super) max_event_size: usize,
    pub(super) last_event_id: String,
    pub(super) pauses: bool,
    pub(super) asks_retry: bool,
    pub(super) asks_end: bool,
    pub(super) seed: u32,
    pub(super) opened_by_pull: bool,
    pub(super) piece: usize,
    pub(super) late: f64,
    pub(super) hands_on_bytes: bool,
}

impl Setup {
    pub(super) fn new(options: &Options) -> Self {
        let Native { seed, once, opened_by_pull, piece, late, hands_on_bytes, .. } = options.native;
        // Fetch normalises the case of these.
        let method = options.method.as_deref().unwrap_or("GET");
        let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];
        let normal = known.into_iter().find(|known| known.eq_ignore_ascii_case(method));
        let method = normal.unwrap_or(method);
        let (retry, policy) = match &options.retry {
            None => (RetryMode::Safe, RetryPolicy::default()),
            Some(Retry::Switch(true)) => (RetryMode::Always, RetryPolicy::default()),
            Some(Retry::Switch(false)) => (RetryMode::Never, RetryPolicy::default()),
            // With a resuming request, a policy is that request's.
            Some(Retry::Policy(policy)) if options.resume.is_some() => {
                (RetryMode::Safe, policy_of(policy))
            }
            Some(Retry::Policy(policy)) => (RetryMode::Always, policy_of(policy)),
        };
        let on = |Cancel { on, .. }: &Cancel| {
            let has = |name: &str| on.iter().any(|on| on == name);
            CancelOn {
                abort: has("abort"),
                leave: has("return"),
                pagehide: has("pagehide"),
                unsent: has("unsent"),
            }
        };
        let resume = options
            .resume
            .as_ref()
            .map(|resume| Resume { replays: resume.replays, is_first: options.job.is_some() });
        let method_of = |resume: &super::format::Resume| resume.method.clone();
        let timeout = options.cancel.as_ref().and_then(|cancel| cancel.timeout);
        Self {
            method: method.into(),
            is_safe: matches!(method, "GET" | "HEAD") && !resume.is_some_and(|it| it.is_first),
            is_repeatable: !once,
            retry,
            policy,
            format: options.format.map(|format| match format {
                BodyFormat::Sse => Format::Sse,
                BodyFormat::Ndjson => Format::Ndjson,
            }),
            marker: options.done.clone(),
            done_when: options.done_when.clone(),
            job: options.job.clone(),
            job_in: options.job_in.clone(),
            cursor_in: options.cursor_in.clone(),
            resume,
            resume_method: options
                .resume
                .as_ref()
                .and_then(method_of)
                .unwrap_or_else(|| "GET".into()),
            cancel: options.cancel.as_ref().map(on),
            cancel_needs_job: options.job_in.is_some()
                && options.cancel.as_ref().is_some_and(|cancel| cancel.position),
            cancel_timeout: timeout.map_or(10_000.0, milliseconds),
            connect_timeout: options.connect_timeout.map_or(30_000.0, milliseconds),
            idle_timeout: options.idle_timeout.map_or(f64::INFINITY, milliseconds),
            max_event_size: options.max_event_size.unwrap_or(DEFAULT_MAX_EVENT_SIZE),
            last_event_id: options.last_event_id.clone().unwrap_or_default(),
            pauses: options.when_hidden.as_deref() == Some("pause"),
            asks_retry: options.native.should_retry.is_some(),
            asks_end: options.native.body_ended.is_some(),
            seed,
            opened_by_pull,
            piece: if piece == 0 { usize::MAX } else { piece },
            late,
            hands_on_bytes,
        }
    }

    pub(super) fn machine(&self) -> super::machine::Machine {
        let config = StreamConfig {
            retry: self.retry,
            is_safe: self.is_safe,
            is_repeatable: self.is_repeatable,
            format: self.format,
            has_done: self.has_done(),
            marker: self.marker.clone(),
            cancel: self.cancel,
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
            pauses: self.pauses,
            asks_retry: self.asks_retry,
            asks_end: self.asks_end,
            hands_on_bytes: self.hands_on_bytes,
            cancel_needs_job: self.cancel_needs_job,
            resume: self.resume,
            finds_job: self.job_in.is_some(),
        };
        let mut decoder = Decoder::new().max_event_size(self.max_event_size);
        decoder.set_last_event_id(&self.last_event_id);
        let mut machine = Machine::new(config, decoder, self.seed);
        machine.set_policy(self.policy);
        super::machine::Machine::new(machine)
    }

    pub(super) fn has_done(&self) -> bool {
        self.marker.is_some() || self.done_when.is_some()
    }

    /// Whether the request may be sent a second time at all: "a POST is never sent twice unless the
    /// page says so", and a body that is consumed can't be.
    pub(super) fn may_repeat(&self) -> bool {
        self.is_repeatable
            && (self.retry == RetryMode::Always || self.retry == RetryMode::Safe && self.is_safe)
    }
}

fn milliseconds(time: u64) -> f64 {
    time as f64
}

fn policy_of(members: &BTreeMap<String, f64>) -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    for (name, &value) in members {
        match name.as_str() {
            "maxAttempts" => policy.max_attempts = value as u32,
            "initialDelay" => policy.initial_delay = value,
            "maxDelay" => policy.max_delay = value,
            "factor" => policy.factor = value,
            "jitter" => policy.jitter = value,
            "minDelay" => policy.min_delay = value,
            _ => panic!("there is no retry.{name}"),
        }
    }
    policy
}

impl DoneWhen {
    pub(super) fn is_met_by(&self, event: &Event) -> bool {
        let is_met = |wanted: &Option<String>, value: &String| {
            wanted.as_ref().is_none_or(|wanted| wanted == value)
        };
        is_met(&self.r#type, &event.event_type)
            && is_met(&self.data, &event.data)
            && is_met(&self.last_event_id, &event.last_event_id)
    }
}
