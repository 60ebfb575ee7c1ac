//! What to look for, as a text that is compiled once.

/// The most members of a pattern, its root included: one bit each.
pub(super) const MAX_NODES: usize = u64::BITS as usize;
/// The most levels.
const MAX_LEVELS: usize = 16;

/// What a member has to be; else the walk says [`super::Found::is_special`]. `null` is the same as no
/// member, and suits all of them.
pub(super) const STRICT: u16 = 1;
pub(super) const LOOSE: u16 = 1 << 1;
pub(super) const ZERO: u16 = 1 << 2;
pub(super) const EQUAL: u16 = 1 << 3;
pub(super) const KIND: u16 = 1 << 4;
pub(super) const TEXT: u16 = 1 << 5;
pub(super) const FIGURES: u16 = 1 << 6;
pub(super) const NAME: u16 = 1 << 7;
pub(super) const SIGN: u16 = 1 << 8;

/// What a member has inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing that is looked for.
    Leaf,
    Object,
    /// An array of objects, each of which is looked into.
    Each,
    /// An array of one object.
    One,
}

/// A member of a pattern. Those inside it follow, up to the node `end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) flags: u16,
    pub(super) shape: Shape,
    pub(super) end: u8,
    name: (u16, u16),
    values: (u16, u16),
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
#[derive(Clone)]
pub(crate) struct Pattern {
    pub(super) nodes: [Node; MAX_NODES],
    pub(super) has_signs: bool,
    /// The node of the object's kind; the root if there is none.
    kind: u8,
}

impl Pattern {
    /// Compiles a pattern; `None` for one that is none, or has too many members.
    pub(crate) const fn new(source: &[u8]) -> Option<Self> {
        let root = Node { flags: 0, shape: Shape::Object, end: 0, name: (0, 0), values: (0, 0) };
        let mut nodes = [root; MAX_NODES];
        let mut count = 1;
        let mut has_signs = false;
        let mut kind = 0;
        let mut open = [0; MAX_LEVELS];
        let mut level = 0;
        let mut at = 0;
        while at < source.len() {
            let byte = source[at];
            if byte == b' ' {
                at += 1;
                continue;
            }
            if is_closing(byte) {
                if level == 0 {
                    return None;
                }
                nodes[open[level]].end = count as u8;
                level -= 1;
                at += 1;
                continue;
            }
            let mut node = root;
            node.shape = Shape::Leaf;
            node.end = count as u8 + 1;
            let start = at;
            while at < source.len() && is_name(source[at]) {
                at += 1;
            }
            node.name = (start as u16, at as u16);
            while at < source.len() {
                let flag = flag_of(source[at]);
                if flag == 0 {
                    break;
                }
                node.flags |= flag;
                at += 1;
                if flag & (EQUAL | KIND) != 0 {
                    let start = at;
                    while at < source.len()
                        && (is_name(source[at]) || matches!(source[at], b',' | b'.'))
                    {
                        at += 1;
                    }
                    node.values = (start as u16, at as u16);
                }
            }
            has_signs |= node.flags & SIGN != 0;
            if node.flags & KIND != 0 {
                kind = count as u8;
            }
            if count == MAX_NODES || at == start || source.len() > u16::MAX as usize {
                return None;
            }
            if at < source.len() {
                node.shape = match source[at] {
                    b'{' => Shape::Object,
                    b'[' => Shape::Each,
                    b'(' => Shape::One,
                    byte if byte == b' ' || is_closing(byte) => Shape::Leaf,
                    _ => return None,
                };
            }
            if !matches!(node.shape, Shape::Leaf) {
                level += 1;
                at += 1;
                if level == MAX_LEVELS {
                    return None;
                }
                open[level] = count;
            }
            nodes[count] = node;
            count += 1;
        }
        nodes[0].end = count as u8;
        if level == 0 { Some(Self { nodes, has_signs, kind }) } else { None }
    }

    /// Whether objects have a kind.
    pub(crate) fn has_kinds(&self) -> bool {
        self.kind != 0
    }

    /// Whether a name is that of one of the kinds that are wanted.
    pub(crate) fn is_kind(&self, source: &[u8], name: &[u8]) -> bool {
        self.nodes.get(usize::from(self.kind)).is_some_and(|node| node.has_value(source, name))
    }
}

impl Node {
    #[inline]
    pub(super) fn is_named(&self, source: &[u8], name: &[u8]) -> bool {
        let (start, end) = self.name;
        usize::from(end - start) == name.len() && slice(source, self.name) == name
    }

    /// Whether a string is one of those that this node wants.
    pub(super) fn has_value(&self, source: &[u8], value: &[u8]) -> bool {
        slice(source, self.values).split(|&byte| byte == b',').any(|wanted| wanted == value)
    }
}

fn slice(source: &[u8], (start, end): (u16, u16)) -> &[u8] {
    source.get(usize::from(start)..usize::from(end)).unwrap_or_default()
}

const fn is_closing(byte: u8) -> bool {
    matches!(byte, b'}' | b']' | b')')
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

const fn flag_of(byte: u8) -> u16 {
    match byte {
        b'!' => STRICT,
        b'?' => LOOSE,
        b'%' => ZERO,
        b'=' => EQUAL,
        b'@' => KIND,
        b'$' => TEXT,
        b'~' => FIGURES,
        b'#' => NAME,
        b'+' => SIGN,
        _ => 0,
    }
}
