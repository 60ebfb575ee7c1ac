//! Texts with gaps.

/// Replaces each `{name}` in `template` by what `value` gives for it, once: what is put in is not
/// looked at again.
///
/// # Panics
/// If `value` does not know a name, or a brace is not closed: templates are this program's own.
pub fn fill<'a>(template: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let end = start + rest[start..].find('}').expect("a closing brace");
        let name = &rest[start + 1..end];
        filled.push_str(&rest[..start]);
        filled.push_str(value(name).unwrap_or_else(|| panic!("a value for {{{name}}}")));
        rest = &rest[end + 1..];
    }
    filled.push_str(rest);
    filled
}

/// A number from `text` that is the same at each run (FNV-1a).
pub fn seed(text: &str) -> usize {
    let hash = |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    text.bytes().fold(0x811c_9dc5, hash) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_not_filled_again() {
        let value = |name: &str| (name == "a").then_some("{b}");
        assert_eq!(fill("x {a} y{a}", value), "x {b} y{b}");
    }

    #[test]
    fn the_seed_is_fnv_1a() {
        assert_eq!(seed(""), 0x811c_9dc5);
        assert_eq!(seed("a"), 0xe40c_292c);
    }
}
