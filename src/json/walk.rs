//! One pass over a text along a pattern.

use super::{
    literal::{Literal, Out},
    pattern::{EQUAL, FIGURES, KIND, LOOSE, NAME, Node, Pattern, SIGN, STRICT, Shape, TEXT, ZERO},
    scan::{Refusal, Scanner},
};

/// What a walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    /// Whether a member is not what the pattern wants; or may not be: it comes twice, or its name
    /// has escapes; or strings were found at two places of the pattern.
    pub(crate) is_special: bool,
    /// Whether a string that was wanted has half of a surrogate pair.
    pub(crate) has_lone_surrogate: bool,
    /// Whether one of the signs was there, or the pattern has none.
    pub(crate) has_sign: bool,
    /// Whether there was a kind, one of those that are wanted.
    pub(crate) has_kind: bool,
    /// The names that were there: a bit each.
    pub(crate) names: u64,
    /// The figures as JSON text.
    pub(crate) figures: Option<&'a [u8]>,
}

/// Finds what a pattern wants in a JSON text, which is valid UTF-8.
///
/// The strings are appended to `out` in their order, also if the text turns out to be broken.
///
/// # Errors
///
/// Of a text that is no JSON, or is too deep.
pub(crate) fn walk<'a, O: Out>(
    text: &'a [u8],
    source: &[u8],
    pattern: &Pattern,
    out: &mut O,
) -> Result<Found<'a>, Refusal> {
    let found = Found { has_sign: !pattern.has_signs, ..Found::default() };
    let scan = Scanner::new(text);
    let mut walk = Walk { scan, source, pattern, out, found, seen: 0, text_node: 0 };
    // What is no object at all is special; `null` among it.
    walk.found.is_special = walk.scan.space() != b'{';
    let is_valid = walk.value(0) && {
        walk.scan.space();
        walk.scan.at == text.len()
    };
    match (is_valid, walk.scan.is_too_deep) {
        (true, _) => Ok(walk.found),
        (false, true) => Err(Refusal::TooDeep),
        (false, false) => Err(Refusal::Broken),
    }
}

struct Walk<'a, 'w, O> {
    scan: Scanner<'a>,
    source: &'w [u8],
    pattern: &'w Pattern,
    out: &'w mut O,
    found: Found<'a>,
    /// The nodes that were found in the objects that are open: a bit each.
    seen: u64,
    /// The node that has brought text; 0 for none.
    text_node: usize,
}

impl<O: Out> Walk<'_, '_, O> {
    /// Goes behind a value, that of a node. The recursion is as deep as the pattern.
    fn value(&mut self, node: usize) -> bool {
        let Some(&Node { flags, shape, .. }) = self.pattern.nodes.get(node) else {
            return false;
        };
        let start = self.scan.at;
        let byte = self.scan.peek();
        let mut suits = false;
        let is_valid = match (byte, shape) {
            (b'"', _) => match self.scan.string() {
                Some(literal) => {
                    suits = self.string(node, literal);
                    true
                }
                None => false,
            },
            (b'{', Shape::Object) => {
                suits = true;
                self.object(node)
            }
            (b'[', Shape::Each | Shape::One) => {
                suits = true;
                if flags & TEXT != 0 {
                    self.take_text(node);
                }
                self.array(node, shape == Shape::One)
            }
            _ => self.scan.skip(),
        };
        if byte == b'n' {
            return is_valid;
        }
        let raw = self.scan.text.get(start..self.scan.at).unwrap_or_default();
        if byte == b'{' && flags & FIGURES != 0 {
            suits = true;
            self.found.figures = Some(raw);
        }
        let wants = shape != Shape::Leaf || flags & (EQUAL | KIND | TEXT | FIGURES) != 0;
        self.found.has_sign |= flags & SIGN != 0;
        self.found.is_special |= wants && !suits
            || flags & STRICT != 0
            || flags & LOOSE != 0 && !matches!(raw, b"\"\"" | b"[]")
            || flags & ZERO != 0 && !matches!(raw, b"0" | b"false");
        is_valid
    }

    /// Takes a string that a node has; returns whether it is what the node wants.
    fn string(&mut self, node: usize, literal: Literal<'_>) -> bool {
        let Node { flags, .. } = self.pattern.nodes[node];
        let is_empty = literal.raw.is_empty();
        if flags & TEXT != 0 {
            if !is_empty {
                self.take_text(node);
            }
            self.found.has_lone_surrogate |= !literal.decode(self.out);
            return true;
        }
        if flags & NAME != 0 && !is_empty {
            self.found.names |= 1 << node;
        }
        // With escapes it may be equal all the same.
        let is_wanted = flags & (EQUAL | KIND) != 0
            && !literal.has_escapes
            && self.pattern.nodes[node].has_value(self.source, literal.raw);
        self.found.has_kind |= is_wanted && flags & KIND != 0;
        is_wanted || flags & KIND != 0 && is_empty
    }

    /// Notes which node has brought text: text of another one is special, unless it is inside.
    fn take_text(&mut self, node: usize) {
        let first = self.text_node;
        if first == 0 {
            self.text_node = node;
        } else {
            let end = usize::from(self.pattern.nodes[first].end);
            self.found.is_special |= !(first..end).contains(&node);
        }
    }

    /// Goes behind the members of a node's object.
    fn object(&mut self, node: usize) -> bool {
        self.scan.at += 1;
        if self.scan.space() == b'}' {
            self.scan.at += 1;
            return true;
        }
        loop {
            let Some(name) = self.scan.name() else {
                return false;
            };
            let is_valid = match self.find(node, name) {
                Some(member) => self.value(member),
                None => self.scan.skip(),
            };
            if !is_valid {
                return false;
            }
            match self.next(b'}') {
                Some(true) => {}
                Some(false) => return true,
                None => return false,
            }
        }
    }

    /// Goes behind the items of a node's array.
    fn array(&mut self, node: usize, has_one: bool) -> bool {
        self.scan.at += 1;
        if self.scan.space() == b']' {
            self.scan.at += 1;
            return true;
        }
        let end = self.pattern.nodes[node].end;
        loop {
            let byte = self.scan.peek();
            let is_object = byte == b'{';
            self.found.is_special |= !is_object && byte != b'n';
            if !(if is_object { self.object(node) } else { self.scan.skip() }) {
                return false;
            }
            match self.next(b']') {
                Some(true) => self.found.is_special |= has_one,
                Some(false) => return true,
                None => return false,
            }
            for inner in node + 1..usize::from(end) {
                self.seen &= !(1 << inner);
            }
        }
    }

    /// Whether another member or item follows, rather than the end; `None` if neither does.
    #[inline]
    fn next(&mut self, end: u8) -> Option<bool> {
        let byte = self.scan.space();
        self.scan.at += 1;
        if byte == b',' {
            self.scan.space();
            return Some(true);
        }
        (byte == end).then_some(false)
    }

    /// The node of a member.
    #[inline]
    fn find(&mut self, node: usize, name: Literal<'_>) -> Option<usize> {
        self.found.is_special |= name.has_escapes;
        let nodes = &self.pattern.nodes;
        let end = usize::from(nodes.get(node)?.end);
        let mut member = node + 1;
        while member < end {
            let found = nodes.get(member)?;
            if found.is_named(self.source, name.raw) {
                // `JSON.parse` takes the last one of a name.
                self.found.is_special |= self.seen & 1 << member != 0;
                self.seen |= 1 << member;
                return Some(member);
            }
            member = usize::from(found.end);
        }
        None
    }
}
