//! Bounded keepers of what tests left behind, the oldest dropped first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// How many keys a [`Store`] keeps.
const KEYS: usize = 8192;

/// How many entries a [`Log`] keeps.
const ENTRIES: usize = 20_000;

/// Values by key, shared with the requests that are using them.
pub struct Store<T>(Mutex<Keyed<T>>);

struct Keyed<T> {
    values: HashMap<String, Arc<T>>,
    oldest_first: VecDeque<String>,
}

impl<T> Store<T> {
    pub fn new() -> Store<T> {
        Store(Mutex::new(Keyed { values: HashMap::new(), oldest_first: VecDeque::new() }))
    }

    pub fn get(&self, key: &str) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values.get(key).cloned()
    }

    pub fn get_or_insert_with(&self, key: &str, make: impl FnOnce() -> T) -> Arc<T> {
        let mut keyed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = keyed.values.get(key) {
            return value.clone();
        }
        if keyed.oldest_first.len() == KEYS
            && let Some(oldest) = keyed.oldest_first.pop_front()
        {
            keyed.values.remove(&oldest);
        }
        let value = Arc::new(make());
        keyed.values.insert(key.to_owned(), value.clone());
        keyed.oldest_first.push_back(key.to_owned());
        value
    }
}

/// What happened, in order.
pub struct Log<T>(Mutex<VecDeque<T>>);

impl<T> Log<T> {
    pub fn new() -> Log<T> {
        Log(Mutex::new(VecDeque::new()))
    }

    pub fn push(&self, entry: T) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == ENTRIES {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    pub fn map<U>(&self, each: impl Fn(&T) -> U) -> Vec<U> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(each).collect()
    }
}
