//! How many bytes are held for one user's sessions, and for all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A bound on what several sessions hold together. Nothing here waits or refuses: a session that finds
/// the budget overdrawn keeps less itself.
pub struct Budget {
    most: usize,
    held: AtomicUsize,
    accounts: AtomicUsize,
}

impl Budget {
    /// For `most` bytes.
    pub fn new(most: usize) -> Self {
        Self { most, held: AtomicUsize::new(0), accounts: AtomicUsize::new(0) }
    }

    /// How many bytes are held now.
    pub fn held(&self) -> usize {
        self.held.load(Relaxed)
    }

    /// How many may be.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Whether more bytes are held than may be.
    pub fn is_over(&self) -> bool {
        self.held() > self.most
    }

    /// The most bytes for one account: an equal share once the budget is overdrawn.
    fn share(&self) -> usize {
        if self.is_over() { self.most / self.accounts.load(Relaxed).max(1) } else { usize::MAX }
    }
}

/// The two budgets that a session's bytes count in.
#[derive(Clone)]
pub struct Budgets {
    pub user: Arc<Budget>,
    pub all: Arc<Budget>,
}

impl Budgets {
    fn each(&self) -> [&Budget; 2] {
        [&self.user, &self.all]
    }
}

/// What one session holds. Dropping it releases that.
pub struct Account {
    budgets: Budgets,
    held: usize,
}

impl Account {
    /// Holds nothing yet.
    pub fn new(budgets: Budgets) -> Self {
        for budget in budgets.each() {
            budget.accounts.fetch_add(1, Relaxed);
        }
        Self { budgets, held: 0 }
    }

    /// Holds `bytes` from now on.
    pub fn set(&mut self, bytes: usize) {
        for budget in self.budgets.each() {
            budget.held.fetch_add(bytes, Relaxed);
            budget.held.fetch_sub(self.held, Relaxed);
        }
        self.held = bytes;
    }

    /// Counts in other budgets from now on.
    pub fn move_to(&mut self, budgets: Budgets) {
        let held = self.held;
        *self = Self::new(budgets);
        self.set(held);
    }

    /// Whether one of its budgets is overdrawn.
    pub fn is_over(&self) -> bool {
        self.budgets.each().iter().any(|budget| budget.is_over())
    }

    /// The most bytes that it should hold.
    pub fn share(&self) -> usize {
        let [user, all] = self.budgets.each().map(Budget::share);
        user.min(all)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.set(0);
        for budget in self.budgets.each() {
            budget.accounts.fetch_sub(1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_counts_for_the_user_and_for_all() {
        let budget = |most| Arc::new(Budget::new(most));
        let all = budget(100);
        let ann = Budgets { user: budget(50), all: Arc::clone(&all) };
        let bob = Budgets { user: budget(50), all: Arc::clone(&all) };
        let [mut first, mut second] = [Account::new(ann.clone()), Account::new(ann.clone())];
        let mut third = Account::new(bob.clone());
        first.set(30);
        second.set(20);
        third.set(40);
        assert_eq!((ann.user.held(), bob.user.held(), all.held()), (50, 40, 90));
        assert!(!first.is_over() && first.share() == usize::MAX);
        second.set(21);
        assert!(first.is_over() && first.share() == 25 && !third.is_over());
        third.set(50);
        assert!(third.is_over() && third.share() == 33);
        first.move_to(bob.clone());
        assert_eq!((ann.user.held(), bob.user.held(), all.held()), (21, 80, 101));
        drop((first, second, third));
        assert_eq!((ann.user.held(), bob.user.held(), all.held()), (0, 0, 0));
    }
}
