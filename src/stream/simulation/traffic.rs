//! A random server: a log of events, and faults on the way.

use super::{
    Event,
    random::Random,
    server::{Act, Attempt, Position, Request, Server},
    setup::Setup,
};
use crate::sse::Format;
use std::{
    borrow::ToOwned as _,
    format,
    string::{String, ToString as _},
    vec::Vec,
};

pub(super) struct Traffic {
    random: Random,
    blocks: Vec<Block>,
    /// The events of a server that keeps its side: each with an id of its own, and it resumes behind
    /// the last one.
    pub(super) log: Option<Vec<Event>>,
    /// How resuming requests say where to go on.
    way: Way,
    /// How many requests may meet a fault.
    faults: usize,
    content_type: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Id,
    Events,
    Bytes,
    Replay,
}

struct Block {
    /// Whether it is an event.
    is_event: bool,
    id: Option<String>,
    bytes: Vec<u8>,
}

/// Small, with characters of all lengths, and with what might be taken for something else.
const TEXTS: &[&str] = &[
    "a", "", " b", "é", "汉字", "🦀", "data: x", "id: 9", "[DONE", "{}", ": c", "z z", "\u{feff}",
    "message",
];

const TYPES: &[&str] = &["ping", "é", "message", "stopped", "a b"];

impl Traffic {
    pub(super) fn new(mut random: Random, setup: &Setup) -> Self {
        let is_ndjson = setup.format == Some(Format::Ndjson) || random.percent(6);
        let is_faithful = !is_ndjson && random.percent(70);
        let (mut blocks, mut log) = (Vec::new(), Vec::new());
        let job_at = random.between(1, 4);
        for number in 1..=random.below(13) {
            let block = match (is_ndjson, is_faithful) {
                (true, _) => json_line(&mut random),
                (_, true) => {
                    let job = setup.job_in.as_ref().filter(|_| number == job_at);
                    faithful_block(&mut random, number, job, &mut log)
                }
                (_, false) => careless_block(&mut random),
            };
            blocks.push(block);
        }
        // Where no last event is waited for, a rest without events would be asked for without end.
        if is_faithful && setup.resume.is_some() && !setup.has_done() {
            let length = blocks.iter().rposition(|block| block.is_event).map_or(0, |last| last + 1);
            blocks.truncate(length);
        }
        if setup.max_event_size < 1_000 && random.percent(60) {
            let field = if is_ndjson { "" } else { "data:" };
            let bytes = format!("{field}{}\n\n", "x".repeat(4 * setup.max_event_size));
            let index = random.below(blocks.len() + 1);
            blocks.insert(index, Block { is_event: false, id: None, bytes: bytes.into() });
        }
        if setup.has_done() && random.percent(90) {
            blocks.push(last_block(&mut random, setup, is_ndjson));
            // Whatever follows is to be dropped.
            if random.percent(30) {
                blocks.push(Block { id: None, ..careless_block(&mut random) });
            }
        }
        let content_type = match is_ndjson {
            true => "application/x-ndjson",
            false => random.pick(&["text/event-stream", "text/event-stream; charset=utf-8"]),
        };
        let way = match setup.resume {
            Some(resume) if resume.replays => Way::Replay,
            // An event that is too large ends the count of bytes in the middle of a chunk.
            _ if setup.max_event_size < 1_000 => *random.pick(&[Way::Id, Way::Events]),
            _ => *random.pick(&[Way::Id, Way::Events, Way::Bytes]),
        };
        // The stream may begin behind the first one.
        log.retain(|event: &Event| event.last_event_id != setup.last_event_id);
        let log = is_faithful.then_some(log);
        Self { faults: random.below(9), random, blocks, log, way, content_type }
    }

    /// Returns where a response begins.
    fn start(&mut self, last_event_id: &str) -> usize {
        let is_last = |block: &Block| block.id.as_deref() == Some(last_event_id);
        let found = self.blocks.iter().rposition(is_last).map_or(0, |index| index + 1);
        if self.log.is_some() {
            return found;
        }
        match self.random.below(4) {
            0 => found,
            1 => self.random.below(self.blocks.len() + 1),
            _ => 0,
        }
    }

    /// Returns the block in which a resumed response begins, and how many of its bytes are skipped.
    fn place(&self, position: &Position, last_event_id: &str) -> (usize, usize) {
        match self.way {
            Way::Replay => (0, 0),
            Way::Id => {
                let is_last = |block: &Block| block.id.as_deref() == Some(last_event_id);
                (self.blocks.iter().position(is_last).map_or(0, |index| index + 1), 0)
            }
            Way::Events => {
                let mut left = position.events;
                let is_next = |block: &Block| {
                    let is_left = left > 0;
                    left -= usize::from(is_left && block.is_event);
                    !is_left
                };
                (self.blocks.iter().position(is_next).unwrap_or(self.blocks.len()), 0)
            }
            Way::Bytes => {
                let mut left = position.bytes as usize;
                for (index, block) in self.blocks.iter().enumerate() {
                    if left < block.bytes.len() {
                        return (index, left);
                    }
                    left -= block.bytes.len();
                }
                (self.blocks.len(), 0)
            }
        }
    }

    fn fault(&mut self, mut bytes: Vec<u8>) -> Attempt {
        match self.random.below(20) {
            0 | 1 => Attempt::unreachable(),
            2 => Attempt { head_delay: f64::INFINITY, ..Attempt::new(Vec::new()) },
            3 | 4 => self.refusal(),
            5 if self.log.is_none() => Attempt { status: 204, ..Attempt::new(Vec::new()) },
            _ => {
                let cut = self.random.below(bytes.len() + 1);
                bytes.truncate(cut);
                let end = self.random.pick(&[Act::End, Act::Close, Act::Reset, Act::Stall]).clone();
                self.response(&bytes, end)
            }
        }
    }

    fn refusal(&mut self) -> Attempt {
        let statuses = [500, 502, 503, 503, 503, 503, 599, 429, 429, 429, 408, 425, 404, 301, 200];
        let status = *self.random.pick(&statuses);
        let waits = ["", "", "0", "1", "120", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"];
        let end = if self.random.percent(20) { Act::Stall } else { Act::End };
        Attempt {
            status,
            content_type: self.random.pick(&["text/html", "application/json", ""]).to_string(),
            retry_after: self.random.pick(&waits).to_string(),
            head_delay: self.random.milliseconds(),
            acts: [Act::Send(b"no".to_vec()), end].into(),
        }
    }

    /// Cuts the bytes anywhere.
    fn response(&mut self, bytes: &[u8], end: Act) -> Attempt {
        let random = &mut self.random;
        let most = *random.pick(&[1, 3, 40, 40, 40, usize::MAX]);
        let is_slow = random.percent(50);
        let mut acts = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let size = random.between(1, most.min(rest.len()));
            let (chunk, others) = rest.split_at(size);
            acts.push(Act::Send(chunk.to_vec()));
            if is_slow && random.percent(30) {
                acts.push(Act::Delay(random.milliseconds()));
            }
            rest = others;
        }
        acts.push(end);
        let head_delay = if random.percent(70) { 0.0 } else { random.milliseconds() };
        Attempt { content_type: self.content_type.into(), head_delay, ..Attempt::new(acts) }
    }
}

impl Server for Traffic {
    fn answer(&mut self, request: usize, asked: &Request) -> Attempt {
        let (start, mut skipped) = match &asked.position {
            Some(position) if self.log.is_some() => self.place(position, &asked.last_event_id),
            _ => (self.start(&asked.last_event_id), 0),
        };
        let is_over = start >= self.blocks.len() || request > self.faults + 2;
        if is_over && request > 0 && (self.log.is_none() || start >= self.blocks.len()) {
            return Attempt { status: 204, ..Attempt::new(Vec::new()) };
        }
        let mut bytes = Vec::new();
        if self.random.percent(10) && self.way != Way::Bytes {
            bytes.extend_from_slice("\u{feff}".as_bytes());
        }
        for block in &self.blocks[start..] {
            bytes.extend_from_slice(&block.bytes[skipped..]);
            skipped = 0;
        }
        if request < self.faults && self.random.percent(80) {
            return self.fault(bytes);
        }
        self.response(&bytes, Act::End)
    }
}

/// Renders lines with line ends of one kind, and the blank line that ends the block.
fn render(random: &mut Random, lines: &[String]) -> Vec<u8> {
    let end = random.pick(&["\n", "\n", "\r\n", "\r"]);
    let mut bytes = Vec::new();
    for line in lines {
        bytes.extend_from_slice(line.as_bytes());
        bytes.extend_from_slice(end.as_bytes());
    }
    for _ in 0..random.between(1, 5).saturating_sub(3).max(1) {
        bytes.extend_from_slice(end.as_bytes());
    }
    bytes
}

fn field(random: &mut Random, name: &str, value: &str) -> String {
    // A value that begins with a space needs one before it.
    let space = if value.starts_with(' ') || random.percent(60) { " " } else { "" };
    format!("{name}:{space}{value}")
}

fn faithful_block(
    random: &mut Random,
    number: usize,
    job: Option<&String>,
    log: &mut Vec<Event>,
) -> Block {
    let id = match random.below(4) {
        0 => format!("é{number}"),
        1 => format!("a {number}"),
        _ => number.to_string(),
    };
    let mut lines = Vec::new();
    noise(random, &mut lines);
    let mut event_type = "message";
    if random.percent(25) {
        event_type = *random.pick(TYPES);
        lines.push(field(random, "event", event_type));
    }
    // A block with an id and no data only moves the place to resume from.
    let named = job.map(|start| format!("{start}j1"));
    let has_data = named.is_some() || random.percent(85);
    let mut data: Vec<&str> = named.iter().map(String::as_str).collect();
    if has_data && data.is_empty() {
        for _ in 0..random.between(1, 4).saturating_sub(1).max(1) {
            data.push(*random.pick(TEXTS));
        }
    }
    let at = random.below(lines.len() + 1);
    lines.insert(at, field(random, "id", &id));
    for text in &data {
        lines.push(if text.is_empty() { "data".to_owned() } else { field(random, "data", text) });
    }
    noise(random, &mut lines);
    if has_data {
        log.push(Event {
            event_type: event_type.to_owned(),
            data: data.join("\n"),
            last_event_id: id.clone(),
        });
    }
    Block { is_event: has_data, id: Some(id), bytes: render(random, &lines) }
}

/// Lines that complete no event.
fn noise(random: &mut Random, lines: &mut Vec<String>) {
    match random.below(12) {
        0 => lines.push(": heartbeat".to_owned()),
        1 => lines.push(format!("retry: {}", random.pick(&[0, 5, 700, 90_000]))),
        2 => lines.push("unknown: field".to_owned()),
        3 => lines.push("retry: soon".to_owned()),
        _ => {}
    }
}

fn careless_block(random: &mut Random) -> Block {
    let mut lines = Vec::new();
    let mut id = None;
    for _ in 0..random.below(5) {
        let text = *random.pick(TEXTS);
        let line = match random.below(8) {
            0 | 1 => {
                id = Some(random.below(4).to_string());
                field(random, "id", id.as_deref().unwrap_or_default())
            }
            2 => "id".to_owned(),
            3 => field(random, "id", "\0"),
            4 => field(random, "event", text),
            5 => text.to_owned(),
            _ => field(random, "data", text),
        };
        lines.push(line);
    }
    noise(random, &mut lines);
    let mut bytes = render(random, &lines);
    if random.percent(10) {
        let at = random.below(bytes.len() + 1);
        bytes.insert(at, random.below(256) as u8);
    }
    Block { is_event: false, id, bytes }
}

fn json_line(random: &mut Random) -> Block {
    let text = random.pick(TEXTS);
    let end = random.pick(&["\n", "\n", "\r\n", "\n\n", ""]);
    Block { is_event: false, id: None, bytes: format!("{{\"t\":\"{text}\"}}{end}").into() }
}

/// The event that ends the stream.
fn last_block(random: &mut Random, setup: &Setup, is_ndjson: bool) -> Block {
    let marker = setup.marker.as_deref().unwrap_or("x");
    if is_ndjson {
        return Block { is_event: false, id: None, bytes: format!("\n{marker}\n").into() };
    }
    let mut lines = Vec::new();
    let pattern = setup.done_when.as_ref();
    if let Some(event_type) = pattern.and_then(|pattern| pattern.r#type.as_ref()) {
        lines.push(field(random, "event", event_type));
    }
    lines.push(field(random, "data", marker));
    Block { is_event: false, id: None, bytes: render(random, &lines) }
}
