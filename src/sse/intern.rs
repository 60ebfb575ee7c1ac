//! Event types as small numbers.

use alloc::{string::String, vec::Vec};

/// The most types that are looked up and kept from batch to batch. Real streams have about ten. Past
/// this limit each type gets a new number, so that a hostile server costs neither memory nor time.
const KEPT: usize = 64;

/// The most bytes of names that are kept from batch to batch.
const KEPT_BYTES: usize = 16 * 1024;

/// The number of `message`, the type of events that name none.
pub(super) const MESSAGE: u32 = 0;

struct Type {
    name: String,
    /// Whether a row with this name is in the table already, for its readers.
    announced: bool,
}

/// The types by number.
pub(super) struct Types {
    known: Vec<Type>,
    /// The size of all names but `message`.
    bytes: usize,
    /// The number that was looked up last.
    latest: usize,
}

impl Types {
    pub(super) fn new() -> Self {
        let message = Type { name: String::from("message"), announced: true };
        Self { known: Vec::from([message]), bytes: 0, latest: 0 }
    }

    /// Returns the number of a type, a new one if necessary. Numbers are valid until [`Types::trim`].
    pub(super) fn number_of(&mut self, name: &str) -> u32 {
        // Types come in runs.
        let is_name = |known: &Type| is_same(&known.name, name);
        if !self.known.get(self.latest).is_some_and(is_name) {
            let found = self.known.iter().take(KEPT).position(is_name);
            self.latest = found.unwrap_or_else(|| {
                self.known.push(Type { name: String::from(name), announced: false });
                self.bytes += name.len();
                self.known.len() - 1
            });
        }
        self.latest as u32
    }

    /// Returns the number of types. Their numbers are less.
    pub(super) fn count(&self) -> usize {
        self.known.len()
    }

    /// Returns the name of a type.
    pub(super) fn name(&self, number: u32) -> &str {
        &self.known[number as usize].name
    }

    /// Returns the name of a type when called for the first time.
    pub(super) fn announce(&mut self, number: u32) -> Option<&str> {
        let found = &mut self.known[number as usize];
        let first = !core::mem::replace(&mut found.announced, true);
        first.then_some(&found.name)
    }

    /// Lets every type but `message` be announced once more.
    pub(super) fn announce_again(&mut self) {
        for known in &mut self.known[1..] {
            known.announced = false;
        }
    }

    /// Forgets all but `message` and `used` if there are too many. Returns the new number of `used`.
    ///
    /// The name of `used` is moved, not copied: it may be too long by itself, at every call.
    pub(super) fn trim(&mut self, used: u32) -> u32 {
        if self.known.len() <= KEPT && self.bytes <= KEPT_BYTES {
            return used;
        }
        if used == MESSAGE {
            *self = Self::new();
            return MESSAGE;
        }
        self.known.swap(1, used as usize);
        self.known.truncate(2);
        self.known[1].announced = false;
        self.bytes = self.known[1].name.len();
        1
    }
}

/// Compares short texts. On wasm32 `==` is a call that compares one byte at a time.
#[inline(never)]
pub(super) fn is_same(a: &str, b: &str) -> bool {
    let (a, a_rest) = a.as_bytes().as_chunks::<8>();
    let (b, b_rest) = b.as_bytes().as_chunks::<8>();
    let is_word = |(a, b): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*a) == u64::from_ne_bytes(*b);
    a.len() == b.len()
        && a_rest.len() == b_rest.len()
        && a.iter().zip(b).all(is_word)
        && a_rest.iter().zip(b_rest).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_name_has_one_number_and_is_announced_once() {
        let mut types = Types::new();
        assert_eq!(types.number_of("message"), MESSAGE);
        assert_eq!(types.announce(MESSAGE), None);
        let number = types.number_of("e");
        assert_eq!(types.number_of("e"), number);
        assert_eq!(types.name(number), "e");
        assert_eq!(types.announce(number), Some("e"));
        assert_eq!(types.announce(number), None);
    }

    #[test]
    fn few_types_keep_their_numbers() {
        let mut types = Types::new();
        let numbers: Vec<u32> = (1..KEPT).map(|at| types.number_of(&at.to_string())).collect();
        assert_eq!(types.trim(numbers[5]), numbers[5]);
        assert!(numbers.iter().all(|&number| types.name(number) == number.to_string()));
    }

    #[test]
    fn too_many_are_forgotten_but_the_one_in_use() {
        for used in 1..KEPT {
            let mut types = Types::new();
            let numbers: Vec<u32> = (1..=KEPT).map(|at| types.number_of(&at.to_string())).collect();
            types.announce(numbers[used]);
            let used_now = types.trim(numbers[used]);
            assert_eq!(types.known.len(), 2);
            assert_eq!(types.name(used_now), (used + 1).to_string());
            assert!(types.announce(used_now).is_some(), "its number is a new one");
            assert_eq!(types.number_of("message"), MESSAGE);
        }
        let mut types = Types::new();
        for at in 0..2 * KEPT {
            types.number_of(&at.to_string());
        }
        assert_eq!(types.trim(MESSAGE), MESSAGE);
        assert_eq!((types.known.len(), types.bytes), (1, 0));
    }

    #[test]
    fn names_that_are_too_long_are_forgotten() {
        let mut types = Types::new();
        let half = |letter: char| letter.to_string().repeat(KEPT_BYTES / 2);
        types.number_of(&half('a'));
        let b = types.number_of(&half('b'));
        assert_eq!(types.trim(b), b);
        assert_eq!(types.known.len(), 3);
        let c = types.number_of("c");
        let c = types.trim(c);
        assert_eq!((types.name(c), types.known.len(), types.bytes), ("c", 2, 1));
    }
}
