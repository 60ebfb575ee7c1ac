//! How much of something is open, for whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts slots by their owner. A clone is the same.
#[derive(Clone, Default)]
pub struct Slots(Arc<Mutex<HashMap<String, usize>>>);

/// Taken until it is dropped.
pub struct Slot {
    slots: Slots,
    owner: String,
}

impl Slots {
    /// A slot, unless `owner` has `most` already.
    pub fn take(&self, owner: &str, most: usize) -> Option<Slot> {
        let mut taken = self.taken();
        let count = taken.get(owner).copied().unwrap_or_default();
        if count >= most {
            return None;
        }
        taken.insert(owner.to_owned(), count + 1);
        Some(Slot { slots: self.clone(), owner: owner.to_owned() })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken();
        match taken.get_mut(&self.owner) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(&self.owner)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;

    #[test]
    fn an_owner_has_so_many_and_none_is_left_behind() {
        let slots = Slots::default();
        let first = slots.take("ann", 2).unwrap();
        let second = slots.take("ann", 2).unwrap();
        assert!(slots.take("ann", 2).is_none());
        let other = slots.take("bob", 2).unwrap();
        drop(first);
        drop(slots.take("ann", 2).unwrap());
        drop((second, other));
        assert!(slots.taken().is_empty());
        assert!(slots.take("ann", 0).is_none());
    }
}
