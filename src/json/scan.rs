//! The grammar: what a value is, and where it ends.

use super::{literal::Literal, plain::end_of_plain};

/// Why a text was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is no JSON.
    Broken,
    /// A value has more than [`MAX_DEPTH`] arrays and objects in each other.
    TooDeep,
}

/// The most arrays and objects in each other within a value that is skipped.
const MAX_DEPTH: u32 = u64::BITS;

/// A place in a text. What moves it returns whether the grammar holds.
#[derive(Clone)]
pub(super) struct Scanner<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) is_too_deep: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, is_too_deep: false }
    }

    /// The byte that comes next; 0 at the end, which nothing may start with.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    /// Goes to what follows the white space, and returns its first byte.
    #[inline]
    pub(super) fn space(&mut self) -> u8 {
        loop {
            let byte = self.peek();
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return byte;
            }
            self.at += 1;
        }
    }

    /// Goes behind a byte if it comes next.
    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte;
        self.at += usize::from(is_next);
        is_next
    }

    /// Goes behind a string.
    #[inline]
    pub(super) fn string(&mut self) -> Option<Literal<'a>> {
        if !self.eat(b'"') {
            return None;
        }
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.at = end_of_plain(self.text, self.at);
            match self.peek() {
                b'"' => {
                    let raw = &self.text[start..self.at];
                    self.at += 1;
                    return Some(Literal { raw, has_escapes });
                }
                b'\\' => {
                    has_escapes = true;
                    self.at += 1;
                    if !self.escape() {
                        return None;
                    }
                }
                _ => return None,
            }
        }
    }

    /// `" \ / b f n r t`, or `u` and four hexadecimal digits.
    fn escape(&mut self) -> bool {
        let byte = self.peek();
        self.at += 1;
        match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => true,
            b'u' => (0..4).all(|_| {
                let byte = self.peek();
                self.at += 1;
                byte.is_ascii_hexdigit()
            }),
            _ => false,
        }
    }

    /// Goes behind a member's name and its colon, to the first byte of its value.
    #[inline]
    pub(super) fn name(&mut self) -> Option<Literal<'a>> {
        let name = self.string()?;
        if self.space() != b':' {
            return None;
        }
        self.at += 1;
        self.space();
        Some(name)
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at > start
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    fn number(&mut self) -> bool {
        self.eat(b'-');
        if !self.eat(b'0') && !self.digits() {
            return false;
        }
        if self.eat(b'.') && !self.digits() {
            return false;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _has_sign = self.eat(b'+') || self.eat(b'-');
            return self.digits();
        }
        true
    }

    fn word(&mut self, word: &[u8]) -> bool {
        let is_next = self.text[self.at..].starts_with(word);
        self.at += word.len();
        is_next
    }

    /// A value that is no array and no object.
    #[inline]
    fn simple(&mut self) -> bool {
        match self.peek() {
            b'"' => self.string().is_some(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    /// Goes behind a value, of whatever depth, without recursion.
    pub(super) fn skip(&mut self) -> bool {
        // The lowest bit says whether the innermost of what is open is an object.
        let mut open = 0_u64;
        let mut depth = 0;
        loop {
            let byte = self.peek();
            if matches!(byte, b'{' | b'[') {
                self.is_too_deep = depth == MAX_DEPTH;
                if self.is_too_deep {
                    return false;
                }
                self.at += 1;
                // `}` and `]` are the second byte behind the one that opens.
                let is_empty = self.space() == byte + 2;
                if !is_empty {
                    let is_object = byte == b'{';
                    open = open << 1 | u64::from(is_object);
                    depth += 1;
                    if is_object && self.name().is_none() {
                        return false;
                    }
                    continue;
                }
                self.at += 1;
            } else if !self.simple() {
                return false;
            }
            loop {
                if depth == 0 {
                    return true;
                }
                let is_object = open & 1 != 0;
                let next = self.space();
                self.at += 1;
                if next == b',' {
                    self.space();
                    if is_object && self.name().is_none() {
                        return false;
                    }
                    break;
                }
                if next != if is_object { b'}' } else { b']' } {
                    return false;
                }
                open >>= 1;
                depth -= 1;
            }
        }
    }
}
