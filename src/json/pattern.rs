//! What to look for, as a text that is compiled once.

use super::literal::index_in;
use alloc::vec::Vec;

/// The most nodes of a pattern: one bit each.
const MAX_NODES: usize = 64;

/// What ends a word. The first ones are flags, the very first as the lowest bit.
const MARKS: &[u8; 16] = b"!?%=@$~{[(#+})] ";
/// How many of them are flags.
const FLAGS: usize = 12;
pub(super) const STRICT: u16 = 1;
pub(super) const LOOSE: u16 = 1 << 1;
pub(super) const FALSY: u16 = 1 << 2;
pub(super) const EQUAL: u16 = 1 << 3;
pub(super) const KIND: u16 = 1 << 4;
pub(super) const TEXT: u16 = 1 << 5;
pub(super) const FIGURES: u16 = 1 << 6;
pub(super) const OBJECT: u16 = 1 << 7;
pub(super) const EACH: u16 = 1 << 8;
pub(super) const ONE: u16 = 1 << 9;
pub(super) const NAME: u16 = 1 << 10;
pub(super) const SIGN: u16 = 1 << 11;
/// Of those that a value has to suit, one is enough.
pub(super) const WANTED: u16 = NAME - 1;

/// The node of what is not looked for.
pub(super) const NONE: usize = 0;
pub(super) const ROOT: usize = 1;

/// A place in the pattern's text.
type Span = (u16, u16);

/// A member of a pattern. Those inside it follow, up to the node `end`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    pub(super) flags: u16,
    pub(super) end: u16,
    name: Span,
    values: Span,
    /// While a pattern is compiled: the node that this one is inside, if its brackets are open.
    parent: u16,
}

/// Which members of a JSON object are of interest.
///
/// ```text
/// type@delta,content_delta error! text$ choices+(index% delta{content$[type=text text$] refusal?})
/// ```
///
/// A pattern is a list of members. Behind the name of each:
///
/// - `$`: a string that is wanted
/// - `!`: something special, unless it is `null`
/// - `?`: the same, unless it is `""` or `[]`
/// - `%`: the same, unless it is `0` or `false`
/// - `=a,b`: special unless it is one of these strings
/// - `@a,b`: the same, and such a string is the object's kind; an empty one is no kind
/// - `~`: an object of figures; special if it is something else
/// - `#`: a name, which is told if it is a string that is not empty
/// - `+`: a sign that the object is what it is taken for
/// - `{…}`: an object with these members; special if it is something else
/// - `[…]`: an array of objects with these members
/// - `(…)`: an array of one object with these members; special if there are more
///
/// `null` is always the same as no member.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    source: Vec<u8>,
    nodes: [Node; MAX_NODES],
    /// How their names start.
    keys: [u64; MAX_NODES],
    pub(super) flags: u16,
    kind: usize,
}

/// How many bytes of a name are compared at once.
const KEY: usize = 8;

/// The start of a name as a number.
#[inline(never)]
fn key_of(name: &[u8]) -> u64 {
    name.iter().take(KEY).fold(0, |key, &byte| key << 8 | u64::from(byte))
}

impl Pattern {
    /// Compiles a pattern; `None` if it has too many members, or brackets that don't match.
    pub(crate) fn new(source: Vec<u8>) -> Option<Self> {
        let mut nodes = [Node::default(); MAX_NODES];
        let mut keys = [0; MAX_NODES];
        let mut count = ROOT + 1;
        nodes[ROOT].flags = OBJECT;
        let mut parent = ROOT;
        let mut flags = 0;
        let mut kind = NONE;
        let mut start = 0;
        let mut at = 0;
        let mut is_name = true;
        while parent != NONE {
            let byte = source.get(at).copied().unwrap_or(b'}');
            at += 1;
            let Some(mark) = index_in(MARKS, byte) else {
                continue;
            };
            let word = (start as u16, at as u16 - 1);
            let has_word = word.0 < word.1;
            if has_word && is_name {
                let node = nodes.get_mut(count)?;
                keys[count % MAX_NODES] = key_of(source.get(start..at - 1).unwrap_or_default());
                count += 1;
                node.end = count as u16;
                node.name = word;
            }
            let last = &mut nodes[(count - 1) % MAX_NODES];
            if has_word && !is_name {
                last.values = word;
            }
            let flag = if mark < FLAGS { 1 << mark } else { 0 };
            last.flags |= flag;
            flags |= flag;
            if flag == KIND {
                kind = count - 1;
            }
            start = at;
            is_name = flag & !(OBJECT | EACH | ONE) == 0;
            if is_name && flag != 0 {
                last.parent = parent as u16;
                parent = count - 1;
            } else if is_name && byte != b' ' {
                let node = &mut nodes[parent % MAX_NODES];
                node.end = count as u16;
                parent = usize::from(node.parent);
            }
        }
        // The root ends behind the text, and nowhere else.
        (at == source.len() + 1).then_some(Self { source, nodes, keys, flags, kind })
    }

    /// A node, without a check.
    #[inline]
    pub(super) fn node(&self, node: usize) -> &Node {
        &self.nodes[node % MAX_NODES]
    }

    /// Whether a name is that of one of the kinds that are wanted.
    pub(crate) fn is_kind(&self, name: &[u8]) -> bool {
        self.has_value(self.kind, name)
    }

    /// Whether a string is one of those that a node wants.
    #[inline(never)]
    pub(super) fn has_value(&self, node: usize, value: &[u8]) -> bool {
        let values = self.slice(self.node(node).values);
        values.split(|&byte| byte == b',').any(|wanted| wanted == value)
    }

    /// The node of a member inside another node.
    #[inline]
    pub(super) fn find(&self, node: usize, name: &[u8]) -> usize {
        let key = key_of(name);
        let end = usize::from(self.node(node).end);
        let mut member = node + 1;
        while member < end {
            let found = self.node(member);
            if self.keys[member % MAX_NODES] == key {
                let known = self.slice(found.name);
                if known.len() == name.len() && known.get(KEY..) == name.get(KEY..) {
                    return member;
                }
            }
            member = usize::from(found.end);
        }
        NONE
    }

    fn slice(&self, (start, end): Span) -> &[u8] {
        &self.source[usize::from(start)..usize::from(end)]
    }
}
