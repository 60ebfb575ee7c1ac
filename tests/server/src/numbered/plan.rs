//! Which fault an attempt of a numbered stream meets, and where: a function of its arguments alone.

use crate::random::Random;

/// Attempts from this one on meet no fault.
const LAST_FAULTY: u64 = 30;

/// A fault comes at the latest this many events after the attempt's first.
const REACH: usize = 30;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// TCP reset inside an event.
    Reset,
    /// The socket closes inside an event, the chunked body without its end.
    Close,
    /// The same, inside a character.
    HalfUtf8,
    /// The body ends properly inside an event.
    End,
    /// The socket closes inside a chunk.
    Truncated,
    /// Nothing more comes.
    Stall,
    /// One event comes byte by byte. This one does not end the attempt.
    Drip,
    /// No stream: an error response with `Retry-After: 0`.
    Status(u16),
    /// The socket closes after the response's head.
    HeadersOnly,
}

const NAMES: [(&str, &[Fault]); 9] = [
    ("reset", &[Fault::Reset]),
    ("close", &[Fault::Close]),
    ("half-utf8", &[Fault::HalfUtf8]),
    ("end", &[Fault::End]),
    ("truncated", &[Fault::Truncated]),
    ("stall", &[Fault::Stall]),
    ("drip", &[Fault::Drip]),
    ("status", &[Fault::Status(500), Fault::Status(502), Fault::Status(503), Fault::Status(429)]),
    ("headers-only", &[Fault::HeadersOnly]),
];

impl Fault {
    /// The faults of a comma-separated list: all without one, none for `none`.
    pub fn parse_list(list: Option<&str>) -> Result<Vec<Fault>, String> {
        let names: Vec<&str> = match list {
            None => NAMES.iter().map(|(name, _)| *name).collect(),
            Some("none") => Vec::new(),
            Some(list) => list.split(',').collect(),
        };
        let mut faults = Vec::new();
        for name in names {
            let (_, found) = NAMES
                .iter()
                .find(|(known, _)| *known == name)
                .ok_or_else(|| format!("unknown fault {name}"))?;
            faults.extend_from_slice(found);
        }
        Ok(faults)
    }

    pub fn name(self) -> String {
        match self {
            Fault::Status(status) => status.to_string(),
            _ => NAMES
                .iter()
                .find(|(_, faults)| faults[0] == self)
                .map_or_else(String::new, |(name, _)| (*name).to_owned()),
        }
    }

    fn ends_attempt(self) -> bool {
        self != Fault::Drip
    }

    /// Whether it comes inside an event, not before the first one.
    pub fn breaks_event(self) -> bool {
        self.ends_attempt() && !matches!(self, Fault::Status(_) | Fault::HeadersOnly)
    }
}

/// What one attempt sends: the events from `first` to `last`, that one broken if there is a fault.
#[derive(Debug, PartialEq)]
pub struct Plan {
    pub first: u64,
    pub last: u64,
    pub fault: Option<Fault>,
    /// How many bytes of a broken event are sent: at least one, never all.
    pub cut: usize,
    /// The event that comes byte by byte.
    pub drip: Option<u64>,
}

impl Plan {
    /// Plans attempt number `attempt` (from 0), from event `first` to event `end` at most.
    pub fn new(seed: u64, attempt: u64, first: u64, end: u64, faults: &[Fault]) -> Plan {
        // Mixed, so that neighbouring seeds and attempts have nothing in common.
        let mut random = Random::new(Random::new(seed).next() ^ attempt);
        let mut plan = Plan { first, last: end, fault: None, cut: 0, drip: None };
        if first > end {
            return plan;
        }
        let left = usize::try_from(end - first + 1).unwrap_or(usize::MAX);
        if faults.contains(&Fault::Drip) && random.below(4) == 0 {
            plan.drip = Some(first + random.below(left.min(REACH)) as u64);
        }
        let ending: Vec<Fault> = faults.iter().copied().filter(|f| f.ends_attempt()).collect();
        let probability =
            if attempt < LAST_FAULTY { 0.98 * 0.98_f64.powi(attempt as i32) } else { 0.0 };
        if !ending.is_empty() && random.fraction() < probability {
            let fault = ending[random.below(ending.len())];
            if fault.breaks_event() {
                plan.last = first + random.below(left.min(REACH)) as u64;
                plan.cut = cut(&event(plan.last), fault, &mut random);
            } else {
                plan.last = first - 1;
            }
            plan.fault = Some(fault);
        }
        plan
    }
}

fn cut(event: &str, fault: Fault, random: &mut Random) -> usize {
    let fits = |at: &usize| fault != Fault::HalfUtf8 || !event.is_char_boundary(*at);
    let places: Vec<usize> = (1..event.len()).filter(fits).collect();
    places[random.below(places.len())]
}

/// Event `k`. Its data has characters of two, three and four bytes.
pub fn event(k: u64) -> String {
    format!("id: {k}\ndata: event {k} żółć 漢字 😀\n\n")
}

#[cfg(test)]
mod tests {
    use super::{Fault, LAST_FAULTY, Plan, event};

    #[test]
    fn every_seed_comes_to_its_end() {
        let all = Fault::parse_list(None).expect("all faults");
        let mut seen = Vec::new();
        for seed in 0..1000 {
            let mut next = 1;
            let mut attempt = 0;
            loop {
                let plan = Plan::new(seed, attempt, next, 200, &all);
                assert_eq!(plan, Plan::new(seed, attempt, next, 200, &all));
                let Some(fault) = plan.fault else { break };
                if fault.breaks_event() {
                    assert!((next..=200).contains(&plan.last));
                    assert!((1..event(plan.last).len()).contains(&plan.cut));
                }
                if fault == Fault::HalfUtf8 {
                    assert!(!event(plan.last).is_char_boundary(plan.cut));
                }
                seen.push(fault.name());
                next = next.max(plan.last);
                attempt += 1;
                assert!(attempt <= LAST_FAULTY);
            }
        }
        for fault in all.into_iter().filter(|f| f.ends_attempt()) {
            assert!(seen.contains(&fault.name()), "{fault:?} never came");
        }
        // About as many as a schedule should have, on average.
        let average = seen.len() as f64 / 1000.0;
        assert!((5.0..15.0).contains(&average), "{average} faults a schedule");
    }

    #[test]
    fn a_list_names_its_faults() {
        assert_eq!(Fault::parse_list(Some("none")), Ok(vec![]));
        assert_eq!(Fault::parse_list(Some("reset,end")), Ok(vec![Fault::Reset, Fault::End]));
        assert_eq!(Fault::parse_list(Some("rest")), Err("unknown fault rest".to_owned()));
    }
}
