//! A schedule that fails, made small and written as a scenario.

use super::{
    World,
    format::{Expectation, Native, Options, Scenario},
    outcome::Failed,
    schedules::{self, Schedule},
    script,
    server::{Act, Attempt},
};
use serde_json::{Value, json};
use std::{
    borrow::ToOwned as _,
    boxed::Box,
    cell::RefCell,
    format,
    panic::{self, AssertUnwindSafe, catch_unwind},
    string::{String, ToString as _},
    sync::Once,
    vec::Vec,
};

std::thread_local! {
    /// What the last panic said, while schedules run on this thread.
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Returns why the code panicked, if it did. It prints nothing.
pub(super) fn fails(code: impl FnOnce()) -> Option<String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            MESSAGE.with_borrow_mut(|message| match message {
                Some(message) => *message = info.to_string(),
                None => usual(info),
            });
        }));
    });
    MESSAGE.set(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(code));
    let message = MESSAGE.take();
    result.is_err().then(|| message.unwrap_or_default())
}

/// A schedule with the answers of its server.
struct Case {
    schedule: Schedule,
    attempts: Vec<Attempt>,
}

impl Case {
    fn world(&self) -> World<'static> {
        let Schedule { options, endpoint, moves } = &self.schedule;
        let mut world = World::new(options, Box::new(self.answers()), moves.clone());
        world.driver.endpoint = endpoint.clone();
        world
    }

    /// The last answer comes again and again: it has to be one that ends the stream.
    fn answers(&self) -> Vec<Attempt> {
        let end = Attempt { status: 204, ..Attempt::new(Vec::new()) };
        self.attempts.iter().cloned().chain([end]).collect()
    }

    /// Returns the place of the check that fails.
    fn fails(&self) -> Option<String> {
        let mut world = self.world();
        let message = fails(|| schedules::run(&mut world, None))?;
        Some(place(&message).to_owned())
    }

    fn copy(&self) -> Self {
        let Schedule { options, endpoint, moves } = &self.schedule;
        let (options, endpoint, moves) = (options.clone(), endpoint.clone(), moves.clone());
        Self { schedule: Schedule { options, endpoint, moves }, attempts: self.attempts.clone() }
    }

    /// Tries to do without one thing after the other.
    fn shrink(mut self, place: &str) -> Self {
        loop {
            let before = self.size();
            for index in (0..self.schedule.moves.len()).rev() {
                self.attempt(place, |case| drop(case.schedule.moves.remove(index)));
            }
            for index in (0..self.attempts.len()).rev() {
                self.attempt(place, |case| drop(case.attempts.remove(index)));
            }
            for attempt in 0..self.attempts.len() {
                for act in (0..self.attempts[attempt].acts.len()).rev() {
                    self.attempt(place, |case| drop(case.attempts[attempt].acts.remove(act)));
                    self.attempt(place, |case| join(&mut case.attempts[attempt].acts, act));
                }
            }
            for simplify in SIMPLER {
                self.attempt(place, |case| simplify(&mut case.schedule.options));
            }
            if self.size() >= before {
                return self;
            }
        }
    }

    fn attempt(&mut self, place: &str, change: impl FnOnce(&mut Self)) {
        let mut smaller = self.copy();
        change(&mut smaller);
        if smaller.fails().as_deref() == Some(place) {
            *self = smaller;
        }
    }

    fn size(&self) -> usize {
        let acts: usize = self.attempts.iter().map(|attempt| attempt.acts.len() + 1).sum();
        let options = serde_json::to_string(&self.schedule.options).expect("JSON");
        acts + self.schedule.moves.len() + options.len()
    }
}

/// Sends two chunks as one.
fn join(acts: &mut Vec<Act>, second: usize) {
    if second == 0 || second >= acts.len() {
        return;
    }
    if let [Act::Send(first), Act::Send(rest)] = &mut acts[second - 1..=second] {
        first.append(rest);
        acts.remove(second);
    }
}

/// What a schedule may do without.
const SIMPLER: &[fn(&mut Options)] = &[
    |options| options.native = Native::default(),
    |options| options.native.seed = 0,
    |options| options.native.prepare.clear(),
    |options| options.native.on_open.clear(),
    |options| options.native.on_retry.clear(),
    |options| options.native.on_events.clear(),
    |options| options.native.should_retry = None,
    |options| options.native.body_ended = None,
    |options| options.native.late = 0.0,
    |options| options.native.piece = 0,
    |options| options.native.opened_by_pull = false,
    |options| options.native.once = false,
    |options| options.method = None,
    |options| options.retry = None,
    |options| options.done = None,
    |options| options.done_when = None,
    |options| options.connect_timeout = None,
    |options| options.idle_timeout = None,
    |options| options.max_event_size = None,
    |options| options.last_event_id = None,
    |options| options.format = None,
    |options| options.when_hidden = None,
    |options| options.cancel = None,
    |options| options.resume = None,
    |options| options.job = None,
    |options| options.job_in = None,
    |options| options.cursor_in = None,
];

/// Returns why a seed fails, and its schedule as a scenario. What the scenario expects is what was
/// seen: correct it.
pub(super) fn report(seed: u64) -> (String, Value) {
    let (mut world, schedule, log) = schedules::world(seed);
    let message = fails(|| schedules::run(&mut world, log.as_deref()));
    let attempts = world.connections.iter().map(|connection| connection.attempt.clone()).collect();
    let mut case = Case { schedule, attempts };
    if case.fails().as_deref() == message.as_deref().map(place) {
        case = case.shrink(message.as_deref().map_or("", place));
        world = case.world();
        let _ = fails(|| schedules::run(&mut world, None));
    }
    let scenario = Scenario {
        title: format!("schedule {seed} of the simulation"),
        skip: [("npm", WHY), ("rust", WHY)]
            .map(|(player, why)| (player.to_owned(), why.to_owned()))
            .into(),
        server: script::server(&case.answers()),
        options: case.schedule.options,
        endpoint: case.schedule.endpoint,
        consumer: case.schedule.moves,
        expect: expectation(&world),
    };
    (message.unwrap_or_default(), as_json(&scenario))
}

const WHY: &str = "it takes a simulated clock";

/// Where a panic came from: the first line of its message.
fn place(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

fn expectation(world: &World<'_>) -> Expectation {
    let ending = world.driver.end.map(|end| end.outcome_type.as_str());
    Expectation {
        events: world.consumer.taken.iter().map(|event| event.data.clone().into()).collect(),
        outcome: ending.unwrap_or_default().to_string(),
        error: world.driver.error.as_ref().map(Failed::to_json),
        notified: None,
        last_event_id: None,
        requests: None,
        notifications: Vec::new(),
        dropped: None,
        reason: None,
    }
}

/// Leaves out what has no effect.
fn as_json(scenario: &Scenario) -> Value {
    let mut scenario = serde_json::to_value(scenario).expect("JSON");
    let native = &mut scenario["options"]["native"];
    drop_members(native, |value| value.is_null() || *value == json!(0) || *value == json!(0.0));
    drop_members(native, |value| *value == json!(false) || *value == json!([]));
    for name in ["cancel", "doneWhen"] {
        drop_members(&mut scenario["options"][name], |value| {
            value.is_null() || *value == json!({}) || *value == json!([])
        });
    }
    drop_members(&mut scenario["options"], |value| value.is_null() || *value == json!({}));
    drop_members(&mut scenario["expect"]["error"], Value::is_null);
    drop_members(&mut scenario["expect"], Value::is_null);
    scenario
}

fn drop_members(object: &mut Value, says_nothing: impl Fn(&Value) -> bool) {
    if let Value::Object(members) = object {
        members.retain(|_, value| !says_nothing(value));
    }
}
