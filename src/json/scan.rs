//! The words of the grammar: where each ends.

use super::{
    literal::{Literal, unescaped, unicode},
    plain::end_of_plain,
};

/// A place in a text. What moves it returns whether the grammar holds.
pub(super) struct Scanner<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that comes next; 0 at the end, which nothing may start with.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    /// Goes to what follows the white space, and returns its first byte.
    #[inline]
    pub(super) fn space(&mut self) -> u8 {
        let byte = self.peek();
        if byte > b' ' { byte } else { self.skip_space() }
    }

    #[inline(never)]
    fn skip_space(&mut self) -> u8 {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
        self.peek()
    }

    /// Goes behind a byte if it comes next.
    #[inline(never)]
    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte;
        self.at += usize::from(is_next);
        is_next
    }

    /// Goes behind a string.
    #[inline]
    pub(super) fn string(&mut self) -> Option<Literal<'a>> {
        if self.peek() != b'"' {
            return None;
        }
        self.at += 1;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.at = end_of_plain(self.text, self.at);
            let end = self.at;
            self.at += 1;
            match self.text.get(end)? {
                b'"' => return Some(Literal { raw: self.text.get(start..end)?, has_escapes }),
                b'\\' => {
                    has_escapes = true;
                    let rest = self.text.get(self.at..)?;
                    self.at += match unescaped(*rest.first()?) {
                        Some(_) => 1,
                        None => {
                            unicode(rest)?;
                            5
                        }
                    };
                }
                _ => return None,
            }
        }
    }

    #[inline(never)]
    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at > start
    }

    /// `true`, `false`, `null` or `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    #[inline(never)]
    pub(super) fn word(&mut self) -> bool {
        let is_false = self.eat(b'f');
        if let Some(word) = self.text.get(self.at..).and_then(<[u8]>::first_chunk)
            && (is_false && word == b"alse" || !is_false && matches!(word, b"true" | b"null"))
        {
            self.at += word.len();
            return true;
        }
        self.eat(b'-');
        if is_false || !self.eat(b'0') && !self.digits() || self.eat(b'.') && !self.digits() {
            return false;
        }
        if self.peek() | 0x20 == b'e' {
            self.at += 1;
            let _has_sign = self.eat(b'+') || self.eat(b'-');
            return self.digits();
        }
        true
    }
}
