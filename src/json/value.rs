//! Any value of a text that was accepted, looked up again at each call.

use super::{
    literal::{Literal, Out},
    scan::Scanner,
};

impl Scanner<'_> {
    /// Goes behind a value of a text that was accepted.
    fn skip(&mut self) -> bool {
        let mut depth = 0_usize;
        loop {
            let is_valid = match self.space() {
                b'"' => self.string().is_some(),
                byte @ (b'{' | b'[' | b'}' | b']' | b',' | b':') => {
                    self.at += 1;
                    match byte {
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    true
                }
                _ => self.word(),
            };
            if depth == 0 || !is_valid {
                return is_valid;
            }
        }
    }
}

/// A value in a JSON text that [`super::walk`] accepted. Of another text nothing is to be expected,
/// but that no call panics.
#[derive(Clone, Copy)]
pub(crate) struct Value<'a> {
    text: &'a [u8],
}

impl<'a> Value<'a> {
    /// The value of a whole text.
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self { text: text.trim_ascii() }
    }

    /// The first byte, which says what kind of value it is.
    fn first(self) -> u8 {
        self.text.first().copied().unwrap_or(0)
    }

    pub(crate) fn is_object(self) -> bool {
        self.first() == b'{'
    }

    pub(crate) fn is_null(self) -> bool {
        self.first() == b'n'
    }

    pub(crate) fn is_true(self) -> bool {
        self.first() == b't'
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self.first(), b'-' | b'0'..=b'9')
    }

    /// The string that it is.
    pub(crate) fn string(self) -> Option<Literal<'a>> {
        Scanner::new(self.text).string()
    }

    /// Its JSON text.
    pub(crate) fn raw(self) -> &'a [u8] {
        let mut scan = Scanner::new(self.text);
        scan.skip();
        self.text.get(..scan.at).unwrap_or_default()
    }

    /// Whether it is falsy in JavaScript.
    pub(crate) fn is_falsy(self) -> bool {
        match self.first() {
            b'n' | b'f' => true,
            b'"' => self.raw() == b"\"\"",
            // A number is zero if the digits before its exponent are.
            b'-' | b'0'..=b'9' => {
                let digits = self.raw().iter().take_while(|byte| !matches!(byte, b'e' | b'E'));
                digits.into_iter().all(|byte| !matches!(byte, b'1'..=b'9'))
            }
            _ => false,
        }
    }

    /// The member of a name, the last one if there are several.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        self.members().filter(|(key, _)| key.is(name)).last().map(|(_, value)| value)
    }

    /// The members of an object, in the order of the text; none of another value.
    pub(crate) fn members(self) -> impl Iterator<Item = (Literal<'a>, Self)> {
        let mut inner = Inner::new(self.text, b'{');
        core::iter::from_fn(move || {
            inner.next()?;
            let name = inner.scan.string()?;
            inner.scan.space();
            inner.scan.at += 1;
            Some((name, inner.value()?))
        })
    }

    /// The items of an array; none of another value.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> {
        let mut inner = Inner::new(self.text, b'[');
        core::iter::from_fn(move || {
            inner.next()?;
            inner.value()
        })
    }
}

impl Literal<'_> {
    /// Whether it stands for a text.
    pub(crate) fn is(&self, text: &str) -> bool {
        /// Counts down what is still to come of a text; `None` once something else came.
        struct Rest<'t>(Option<&'t [u8]>);

        impl Out for Rest<'_> {
            fn append(&mut self, bytes: &[u8]) {
                self.0 = self.0.and_then(|rest| rest.strip_prefix(bytes));
            }
        }

        let mut rest = Rest(Some(text.as_bytes()));
        self.decode(&mut rest);
        rest.0 == Some(b"")
    }
}

/// A place between the members or items of a value.
struct Inner<'a> {
    scan: Scanner<'a>,
    /// What comes before the next one; 0 where nothing does.
    before: u8,
}

impl<'a> Inner<'a> {
    fn new(text: &'a [u8], before: u8) -> Self {
        Self { scan: Scanner::new(text), before }
    }

    /// Goes to the next member or item.
    fn next(&mut self) -> Option<()> {
        if self.scan.space() != self.before {
            return None;
        }
        self.before = b',';
        self.scan.at += 1;
        (!matches!(self.scan.space(), b'}' | b']')).then_some(())
    }

    /// Goes behind a value.
    fn value(&mut self) -> Option<Value<'a>> {
        self.scan.space();
        let start = self.scan.at;
        let is_valid = self.scan.skip();
        let text = self.scan.text.get(start..self.scan.at)?;
        is_valid.then_some(Value { text })
    }
}
