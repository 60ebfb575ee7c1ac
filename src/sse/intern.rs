//! Event types as small numbers.

use alloc::{string::String, vec::Vec};

/// Types that are looked up and kept from batch to batch. Real streams have about ten; past this,
/// each event's type is a new one, so that a hostile server costs neither memory nor time.
const KEPT: usize = 64;

/// The bytes of names kept from batch to batch.
const KEPT_BYTES: usize = 16 * 1024;

/// The number of `message`, the type of events that name none.
pub(super) const MESSAGE: u32 = 0;

struct Type {
    name: String,
    /// Whether a row has told the reader of the table what this number stands for.
    announced: bool,
}

pub(super) struct Types(Vec<Type>);

impl Types {
    pub(super) fn new() -> Self {
        Self(Vec::from([Type { name: String::from("message"), announced: true }]))
    }

    /// The number of a type, a new one if need be. Numbers hold until [`Types::trim`].
    pub(super) fn number_of(&mut self, name: &str) -> u32 {
        let known = self.0.iter().take(KEPT).position(|known| known.name == name);
        known.unwrap_or_else(|| {
            self.0.push(Type { name: String::from(name), announced: false });
            self.0.len() - 1
        }) as u32
    }

    pub(super) fn name(&self, number: u32) -> &str {
        &self.0[number as usize].name
    }

    /// The name, the first time that it is asked for.
    pub(super) fn announce(&mut self, number: u32) -> Option<&str> {
        let found = &mut self.0[number as usize];
        let first = !core::mem::replace(&mut found.announced, true);
        first.then_some(&found.name)
    }

    /// Forgets all but `message` and `used` if they have become too many. Gives the number that
    /// `used` has from now on.
    pub(super) fn trim(&mut self, used: u32) -> u32 {
        let bytes: usize = self.0.iter().map(|known| known.name.len()).sum();
        if self.0.len() <= KEPT && bytes <= KEPT_BYTES {
            return used;
        }
        let used = core::mem::take(&mut self.0[used as usize].name);
        *self = Self::new();
        self.number_of(&used)
    }
}
