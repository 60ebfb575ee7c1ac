//! One pass over a text along a pattern.

use super::{
    literal::Out,
    pattern::{
        EACH, EQUAL, FALSY, FIGURES, KIND, LOOSE, NAME, NONE, OBJECT, ONE, Pattern, ROOT, SIGN,
        STRICT, TEXT, WANTED,
    },
    scan::Scanner,
};

/// The most arrays and objects in each other.
const MAX_DEPTH: usize = 64;

/// Why a text was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is no JSON.
    Broken,
    /// It has more than 64 arrays and objects in each other.
    TooDeep,
}

/// What a walk found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    flags: u16,
    /// The names that were there: a bit each.
    pub(crate) names: u64,
    /// Where the figures are in the text; empty if there are none.
    pub(crate) figures: (usize, usize),
}

/// A bit that is no mark.
const LONE: u16 = 1 << 15;

impl Found {
    /// Whether a member is not what the pattern wants; or may not be: it comes twice, or its name
    /// has escapes; or strings were found at two places of the pattern.
    pub(crate) fn is_special(&self) -> bool {
        self.flags & STRICT != 0
    }

    /// Whether a string that was wanted has half of a surrogate pair.
    pub(crate) fn has_lone_surrogate(&self) -> bool {
        self.flags & LONE != 0
    }

    /// Whether there was one of the signs that the pattern has, if any.
    pub(crate) fn has_sign(&self, pattern: &Pattern) -> bool {
        pattern.flags & SIGN & !self.flags == 0
    }

    /// Whether there was one of the kinds that the pattern has, if any.
    pub(crate) fn has_kind(&self, pattern: &Pattern) -> bool {
        pattern.flags & KIND & !self.flags == 0
    }
}

/// Finds what a pattern wants in a JSON text, which is valid UTF-8.
///
/// The strings are appended to `out` in their order, also if the text turns out to be broken.
///
/// # Errors
///
/// Of a text that is no JSON, or is too deep.
pub(crate) fn walk(
    text: &[u8],
    pattern: &Pattern,
    out: &mut impl Out,
    found: &mut Found,
) -> Result<(), Refusal> {
    let mut scan = Scanner::new(text);
    // What is open: its node, which `NONE` is for what is not looked into, and whether it is an
    // object, the innermost as the lowest bit.
    let mut open = [NONE as u8; MAX_DEPTH];
    let mut objects = 0_u64;
    let mut depth = 0;
    // The nodes that were found in what is open: a bit each.
    let mut seen = 0_u64;
    // The node that has brought text.
    let mut text_node = NONE;
    // What comes next, and what it should be. An item has its array's node, but not its flags.
    let mut node = ROOT;
    let mut flags = OBJECT;
    let mut special = scan.space() != b'{';
    let mut signs = 0;
    loop {
        let byte = scan.space();
        let start = scan.at;
        let mut is_first = false;
        let mut suits = 0;
        if matches!(byte, b'{' | b'[') {
            if depth == MAX_DEPTH {
                return Err(Refusal::TooDeep);
            }
            is_first = true;
            scan.at += 1;
            let is_object = byte == b'{';
            if is_object {
                suits = flags & (OBJECT | FIGURES);
                if suits & FIGURES != 0 {
                    found.figures.0 = start;
                }
            } else {
                suits = flags & (EACH | ONE);
                if scan.space() == b']' {
                    suits |= LOOSE;
                }
            }
            let is_inside = suits & !LOOSE != 0;
            open[depth % MAX_DEPTH] = if is_inside { node as u8 } else { NONE as u8 };
            if is_inside {
                suits |= TEXT;
            }
            objects = objects << 1 | u64::from(is_object);
            depth += 1;
        } else if byte == b'"' {
            let literal = scan.string().ok_or(Refusal::Broken)?;
            suits = TEXT;
            if literal.raw.is_empty() {
                suits = TEXT | LOOSE | KIND;
            } else if flags & TEXT != 0 {
                if !literal.decode(out) {
                    signs |= LONE;
                }
            } else if flags & NAME != 0 {
                found.names |= 1 << node;
            } else if flags & (EQUAL | KIND) != 0
                // With escapes it may be equal all the same.
                && !literal.has_escapes
                && pattern.has_value(node, literal.raw)
            {
                suits = EQUAL | KIND;
                signs |= flags & KIND;
            }
        } else if !scan.word() {
            return Err(Refusal::Broken);
        } else if byte == b'f' || byte == b'0' && scan.at - start == 1 {
            suits = FALSY;
        }
        if byte != b'n' {
            signs |= flags & SIGN;
            special |= flags & WANTED != 0 && flags & suits == 0;
            if flags & suits & TEXT != 0 {
                // Text at another place is special, unless it is inside.
                let end = usize::from(pattern.node(text_node).end);
                if text_node == NONE {
                    text_node = node;
                } else {
                    special |= node < text_node || node >= end;
                }
            }
        }
        // Behind a value, or before the first one of what was opened.
        loop {
            let next = scan.space();
            if depth == 0 {
                if special {
                    signs |= STRICT;
                }
                found.flags = signs;
                return if scan.at == text.len() { Ok(()) } else { Err(Refusal::Broken) };
            }
            let is_object = objects & 1 != 0;
            let parent = usize::from(open[(depth - 1) % MAX_DEPTH]);
            let inside = pattern.node(parent);
            if next == if is_object { b'}' } else { b']' } {
                scan.at += 1;
                objects >>= 1;
                depth -= 1;
                is_first = false;
                if inside.flags & FIGURES != 0 {
                    found.figures.1 = scan.at;
                }
                continue;
            }
            if !is_first {
                if next != b',' {
                    return Err(Refusal::Broken);
                }
                scan.at += 1;
            }
            node = parent;
            flags = 0;
            if is_object {
                scan.space();
                let name = scan.string().ok_or(Refusal::Broken)?;
                if scan.space() != b':' {
                    return Err(Refusal::Broken);
                }
                scan.at += 1;
                if parent != NONE {
                    node = pattern.find(parent, name.raw);
                    flags = pattern.node(node).flags;
                    // `JSON.parse` takes the last one of a name.
                    let bit = 1 << node & !1;
                    special |= name.has_escapes || seen & bit != 0;
                    seen |= bit;
                }
            } else if parent != NONE {
                flags = OBJECT;
                special |= !is_first && inside.flags & ONE != 0;
                // What is inside may come again.
                seen &= !(u64::MAX << parent << 1) | u64::MAX << (inside.end % 64);
            }
            break;
        }
    }
}
