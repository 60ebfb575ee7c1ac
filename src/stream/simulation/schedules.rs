//! Schedules from seeds: what servers, consumers and pages do, all at random.

use super::{
    World,
    format::{
        Address, Answer, BodyFormat, Cancel, Decision, DoneWhen, Endpoint, Move, Native, Options,
        Reply, Resume, Retry, Stop,
    },
    random::Random,
    setup::Setup,
    shrink,
    traffic::Traffic,
};
use crate::stream::lifecycle::{OutcomeType, State};
use serde_json::{Value, json};
use std::{
    borrow::ToOwned as _,
    boxed::Box,
    collections::BTreeMap,
    env, eprintln,
    num::NonZero,
    string::{String, ToString as _},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Instant,
    vec::Vec,
};

/// All that a seed decides but for the server.
pub(super) struct Schedule {
    pub(super) options: Options,
    pub(super) endpoint: Endpoint,
    pub(super) moves: Vec<Move>,
}

impl Schedule {
    pub(super) fn new(random: &mut Random) -> Self {
        Self { options: options(random), endpoint: endpoint(random), moves: moves(random) }
    }
}

/// Returns the world of a seed, ready to run.
pub(super) fn world(seed: u64) -> (World<'static>, Schedule, Option<Vec<super::Event>>) {
    let mut random = Random::new(seed);
    let schedule = Schedule::new(&mut random);
    let setup = Setup::new(&schedule.options);
    let traffic = Traffic::new(Random::new(random.next()), &setup);
    let log = traffic.log.clone();
    let mut world = World::new(&schedule.options, Box::new(traffic), schedule.moves.clone());
    world.driver.endpoint = schedule.endpoint.clone();
    (world, schedule, log)
}

/// Runs a world, and closes the stream if it still waits.
pub(super) fn run(world: &mut World<'_>, log: Option<&[super::Event]>) {
    world.run();
    if let Some(log) = log {
        check_log(world, log);
    }
    if world.driver.machine.state() != State::Closed {
        world.stop(Stop::Close);
    }
    world.poke();
    assert!(world.driver.notifications <= 1, "the backend was notified twice");
}

/// A server that keeps its side: nothing is lost, nothing comes twice.
fn check_log(world: &World<'_>, log: &[super::Event]) {
    let taken = &world.consumer.taken;
    assert!(log.starts_with(taken), "taken: {taken:?}\nof {log:?}");
    let end = world.driver.end.map(|end| end.outcome_type);
    let is_whole = matches!(end, Some(OutcomeType::Done | OutcomeType::NoContent));
    if is_whole && !world.driver.was_stopped {
        assert_eq!(taken, log, "some events never came");
    }
}

fn options(random: &mut Random) -> Options {
    let method = *random.pick(&["GET", "GET", "GET", "GET", "POST", "POST", "put"]);
    let mut options = Options {
        method: (method != "GET").then(|| method.to_owned()),
        retry: match random.below(10) {
            0..4 => None,
            4..6 => Some(Retry::Switch(true)),
            6 => Some(Retry::Switch(false)),
            _ => Some(Retry::Policy(policy(random))),
        },
        ..Options::default()
    };
    match random.below(10) {
        0..4 => options.done = Some("[DONE]".to_owned()),
        4 => options.done_when = Some(done_when(Some("stop"), None)),
        5 => options.done_when = Some(done_when(None, Some("x"))),
        _ => {}
    }
    if random.percent(20) {
        options.connect_timeout = Some(*random.pick(&[10, 500, 5_000]));
    }
    if random.percent(60) {
        options.idle_timeout = Some(*random.pick(&[10, 500, 5_000]));
    }
    if random.percent(10) {
        options.max_event_size = Some(200);
    }
    if random.percent(10) {
        options.last_event_id = Some(random.pick(&["1", "zero"]).to_string());
    }
    if random.percent(10) {
        options.format = Some(*random.pick(&[BodyFormat::Sse, BodyFormat::Ndjson]));
    }
    if random.percent(30) {
        options.when_hidden = Some("pause".to_owned());
    }
    if random.percent(70) {
        let all = ["abort", "return", "pagehide", "unsent"];
        let on = all.into_iter().filter(|_| random.percent(35)).map(str::to_owned).collect();
        let timeout = random.percent(20).then_some(100);
        options.cancel = Some(Cancel { on, timeout, ..Cancel::default() });
    }
    if random.percent(50) {
        resume(random, &mut options);
    }
    options.native = native(random);
    options
}

fn resume(random: &mut Random, options: &mut Options) {
    options.last_event_id = None;
    options.resume = Some(Resume { replays: random.percent(40), method: None });
    match random.below(4) {
        0 => options.job = Some("j1".to_owned()),
        1 | 2 => options.job_in = Some("job ".to_owned()),
        _ => {}
    }
    if random.percent(70) {
        options.method = Some("POST".to_owned());
    }
    if let Some(cancel) = &mut options.cancel {
        cancel.position = random.percent(60);
    }
}

fn done_when(event_type: Option<&str>, data: Option<&str>) -> DoneWhen {
    let [event_type, data] = [event_type, data].map(|text| text.map(str::to_owned));
    DoneWhen { r#type: event_type, data, last_event_id: None }
}

fn policy(random: &mut Random) -> BTreeMap<String, f64> {
    let all: [(&str, &[f64]); 6] = [
        ("initialDelay", &[0.0, 1.0, 100.0, 5_000.0]),
        ("maxDelay", &[0.0, 10.0, 1_000.0, 60_000.0]),
        ("factor", &[1.0, 1.5, 3.0]),
        ("jitter", &[0.0, 0.5, 1.0]),
        ("minDelay", &[0.0, 10.0, 2_000.0]),
        ("maxAttempts", &[1.0, 2.0, 3.0, 4.0]),
    ];
    let mut policy = BTreeMap::new();
    for (name, values) in all {
        if random.percent(50) {
            policy.insert(name.to_owned(), *random.pick(values));
        }
    }
    policy
}

fn native(random: &mut Random) -> Native {
    let seed = random.next() as u32;
    Native {
        seed,
        once: random.percent(4),
        opened_by_pull: random.percent(30),
        piece: *random.pick(&[0, 0, 1, 7]),
        late: match random.below(10) {
            0..7 => 0.0,
            7 | 8 => random.below(20) as f64,
            // A hidden page's timers fire once a minute.
            _ => random.below(60_000) as f64,
        },
        prepare: replies(random, true),
        on_open: replies(random, true),
        on_retry: replies(random, false),
        on_events: replies(random, false),
        should_retry: random.percent(15).then(|| {
            let decisions = [
                Decision::Yes,
                Decision::Yes,
                Decision::No,
                Decision::After(40.0),
                Decision::Throws,
            ];
            (0..random.below(5)).map(|_| *random.pick(&decisions)).collect()
        }),
        body_ended: random
            .percent(10)
            .then(|| (0..random.below(4)).map(|_| random.percent(40)).collect()),
        hands_on_bytes: random.percent(40),
    }
}

fn replies(random: &mut Random, may_take_time: bool) -> Vec<Reply> {
    if random.percent(90) {
        return Vec::new();
    }
    let stops = [Stop::Cancel, Stop::Close, Stop::Leave, Stop::Abort, Stop::Fail, Stop::Finish];
    let mut reply = |_| Reply {
        takes: if may_take_time { random.milliseconds() } else { 0.0 },
        throws: random.percent(10),
        stops: random.percent(10).then(|| *random.pick(&stops)),
    };
    (0..3).map(&mut reply).collect()
}

fn endpoint(random: &mut Random) -> Endpoint {
    let status = *random.pick(&[200, 200, 403]);
    match random.below(4) {
        0 => Endpoint::Address(Address::Unreachable),
        _ => Endpoint::Answer(Answer { status, delay_ms: random.milliseconds() as u32 }),
    }
}

fn moves(random: &mut Random) -> Vec<Move> {
    let pages = ["hide", "hide", "show", "show", "online", "restore", "pagehide"];
    let mut moves = Vec::new();
    for _ in 0..random.below(8) {
        moves.push(match random.below(10) {
            0..5 => {
                Move::Read { within: random.milliseconds(), most: *random.pick(&[1, 1, 2, 99]) }
            }
            5 => Move::Stand(random.milliseconds()),
            6 => Move::Freeze(random.milliseconds()),
            _ => Move::Page(random.pick(&pages).to_string()),
        });
    }
    if random.percent(25) {
        moves.push(match random.below(5) {
            0 | 1 => Move::Cancel(json!({})),
            2 => Move::Close(true),
            3 => Move::Leave(true),
            _ => Move::Abort("enough".to_owned()),
        });
        // A second one changes nothing.
        if random.percent(30) {
            moves.push(random.pick(&[Move::Cancel(json!({})), Move::Leave(true)]).clone());
        }
    } else if random.percent(10) {
        moves.push(Move::Page("gone".to_owned()));
    }
    moves
}

#[derive(Default)]
struct Totals {
    schedules: AtomicU64,
    requests: AtomicU64,
    resumed: AtomicU64,
    lingered: AtomicU64,
    events: AtomicU64,
    endings: [AtomicU64; 9],
}

impl Totals {
    fn add(&self, world: &World<'_>) {
        let add = |total: &AtomicU64, more: usize| total.fetch_add(more as u64, Ordering::Relaxed);
        add(&self.schedules, 1);
        add(&self.requests, world.connections.len());
        let resumed = world.connections.iter().filter(|one| one.request.position.is_some());
        add(&self.resumed, resumed.count());
        add(&self.lingered, world.driver.end.is_some_and(|end| end.lingers).into());
        add(&self.events, world.consumer.taken.len());
        if let Some(end) = world.driver.end {
            add(&self.endings[end.outcome_type as usize], 1);
        }
    }

    fn print(&self, seconds: f64) {
        let get = |total: &AtomicU64| total.load(Ordering::Relaxed);
        let schedules = get(&self.schedules);
        eprintln!(
            "{schedules} schedules in {seconds:.1} s ({:.0} per second): {} requests, {} of them \
             resuming, {} events, {} ends that waited for the job",
            schedules as f64 / seconds,
            get(&self.requests),
            get(&self.resumed),
            get(&self.events),
            get(&self.lingered),
        );
        for (ending, total) in OutcomeType::ALL.iter().zip(&self.endings) {
            eprintln!("  {:<10} {}", ending.as_str(), get(total));
        }
    }
}

/// The seeds from `SIMULATION_FROM` (0) on, as many as `SIMULATION_SEEDS` (3,000) says.
#[test]
fn schedules() {
    let number = |name| env::var(name).ok().map(|value| value.parse::<u64>().expect(name));
    let count = number("SIMULATION_SEEDS").unwrap_or(3_000);
    let from = number("SIMULATION_FROM").unwrap_or(0);
    let start = Instant::now();
    let totals = Totals::default();
    let next = AtomicU64::new(from);
    let is_over = AtomicBool::new(false);
    let failed: Mutex<Option<u64>> = Mutex::new(None);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + count {
                        break;
                    }
                    let (mut world, _, log) = world(seed);
                    if shrink::fails(|| run(&mut world, log.as_deref())).is_some() {
                        is_over.store(true, Ordering::Relaxed);
                        let mut failed = failed.lock().expect("the lock");
                        *failed = Some(failed.map_or(seed, |other| other.min(seed)));
                    }
                    totals.add(&world);
                }
            });
        }
    });
    totals.print(start.elapsed().as_secs_f64());
    if let Some(seed) = failed.into_inner().expect("the lock") {
        let (message, scenario): (String, Value) = shrink::report(seed);
        panic!("seed {seed}: {message}\n\nAs a scenario:\n{scenario:#}");
    }
}
