//! Whose the ids of sessions are that are not remembered any more.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

/// How long an id is its owner's after its session has ended.
pub const PROMISED: Duration = Duration::from_secs(600);

/// Ids and their owners, a few bytes each: hashes of both, with a secret key.
pub struct Owned {
    start: Instant,
    hasher: RandomState,
    ids: HashMap<u64, Owner>,
    users: HashMap<u64, usize>,
    /// In the order of forgetting.
    queue: VecDeque<(u64, u32)>,
}

#[derive(Clone, Copy, PartialEq)]
struct Owner {
    user: u64,
    /// In seconds since `start`.
    until: u32,
}

impl Default for Owned {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            hasher: RandomState::new(),
            ids: HashMap::new(),
            users: HashMap::new(),
            queue: VecDeque::new(),
        }
    }
}

impl Owned {
    /// Keeps the id of a session that ended `ago`.
    pub fn keep(&mut self, id: &str, user: &str, ago: Duration, now: Instant) {
        let Some(left) = PROMISED.checked_sub(ago) else { return };
        self.free(id);
        let until = self.seconds(now + left);
        let (id, user) = (self.hasher.hash_one(id), self.hasher.hash_one(user));
        self.ids.insert(id, Owner { user, until });
        self.queue.push_back((id, until));
        *self.users.entry(user).or_default() += 1;
    }

    /// Forgets an id, because there is a session of it again.
    pub fn free(&mut self, id: &str) {
        self.remove(self.hasher.hash_one(id));
    }

    /// Whether an id is another user's.
    pub fn is_anothers(&self, id: &str, user: &str, now: Instant) -> bool {
        let owner = self.ids.get(&self.hasher.hash_one(id));
        owner.is_some_and(|owner| {
            owner.user != self.hasher.hash_one(user) && owner.until > self.seconds(now)
        })
    }

    /// Whether an id is kept, whosever it is.
    pub fn has(&self, id: &str) -> bool {
        self.ids.contains_key(&self.hasher.hash_one(id))
    }

    /// How many ids of a user are kept.
    pub fn count(&self, user: &str) -> usize {
        self.users.get(&self.hasher.hash_one(user)).copied().unwrap_or_default()
    }

    /// How many ids are kept.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Forgets the ids whose time is over.
    pub fn forget_old(&mut self, now: Instant) {
        let now = self.seconds(now);
        while let Some((id, until)) = self.queue.front().copied().filter(|(_, until)| *until <= now)
        {
            self.queue.pop_front();
            // It may have been kept anew since.
            if self.ids.get(&id).is_some_and(|owner| owner.until == until) {
                self.remove(id);
            }
        }
        if self.ids.capacity() > 1024 && self.ids.len() < self.ids.capacity() / 8 {
            self.ids.shrink_to_fit();
            self.users.shrink_to_fit();
            self.queue.shrink_to_fit();
        }
    }

    fn remove(&mut self, id: u64) {
        let Some(owner) = self.ids.remove(&id) else { return };
        if let Entry::Occupied(mut count) = self.users.entry(owner.user) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }

    fn seconds(&self, at: Instant) -> u32 {
        let since = at.saturating_duration_since(self.start).as_secs();
        u32::try_from(since).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_owners_until_its_time_is_over() {
        let mut owned = Owned::default();
        let now = Instant::now();
        owned.keep("old", "ann", PROMISED + Duration::from_secs(1), now);
        assert_eq!(owned.len(), 0);
        owned.keep("s", "ann", Duration::ZERO, now);
        owned.keep("t", "bob", Duration::ZERO, now);
        assert!(owned.is_anothers("s", "bob", now) && !owned.is_anothers("s", "ann", now));
        assert!(!owned.is_anothers("u", "bob", now));
        assert_eq!((owned.count("ann"), owned.count("bob"), owned.len()), (1, 1, 2));
        owned.free("s");
        assert_eq!((owned.count("ann"), owned.is_anothers("s", "bob", now)), (0, false));
        let later = now + PROMISED + Duration::from_secs(1);
        assert!(!owned.is_anothers("t", "ann", later));
        owned.forget_old(later);
        assert_eq!((owned.count("bob"), owned.len()), (0, 0));
    }
}
