use super::{
    Found, Pattern, Value,
    oracle::{Text, assert_agrees},
    walk,
    walk::Refusal,
};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

#[derive(Debug, PartialEq)]
struct Walked {
    is_special: bool,
    has_lone_surrogate: bool,
    has_sign: bool,
    has_kind: bool,
    names: u64,
    figures: (usize, usize),
    /// The strings as one text.
    text: String,
}

fn found(pattern: &str, text: &str) -> Result<Walked, Refusal> {
    let pattern = Pattern::new(pattern.into()).expect("a pattern");
    let mut out = Text::default();
    let mut found = Found::default();
    walk(text.as_bytes(), &pattern, &mut out, &mut found)?;
    let text = String::from_utf8_lossy(&out.0).into_owned();
    Ok(Walked {
        is_special: found.is_special(),
        has_lone_surrogate: found.has_lone_surrogate(),
        has_sign: found.has_sign(&pattern),
        has_kind: found.has_kind(&pattern),
        names: found.names,
        figures: found.figures,
        text,
    })
}

/// The text that is found where nothing is special.
fn plain(pattern: &str, text: &str) -> Option<String> {
    let found = found(pattern, text).expect("JSON");
    let is_plain = found.has_sign && !found.is_special && !found.has_lone_surrogate;
    is_plain.then_some(found.text)
}

#[test]
fn finds_the_text() {
    let chat = "choices+(index% delta{content$[type=text text$] refusal?} end!)";
    let cases: &[(&str, &str, Option<&str>)] = &[
        ("a$", r#"{"a":"b"}"#, Some("b")),
        ("a$", " \t\r\n{ \"a\" :\n\"b\" , \"c\" : [ ] } ", Some("b")),
        ("a$", r#"{"a":null}"#, Some("")),
        ("a$", r#"{"a":""}"#, Some("")),
        ("a$", "{}", Some("")),
        ("a$", r#"{"aa":"x","b":{"a":"x"},"c":["a"],"d":"a"}"#, Some("")),
        ("a$", r#"{"a":"1","b":"x","a":"2"}"#, None),
        ("a$", r#"{"\u0061":"1"}"#, None),
        ("a$", r#"{"a":"1","\u0062":0}"#, None),
        ("a$", r#"{"b":{"\u0061":"x"},"a":"1"}"#, Some("1")),
        ("a$", r#"{"a":1}"#, None),
        ("a$", r#"{"a":{}}"#, None),
        ("a$", r#"{"a":[]}"#, None),
        ("a$", r#"["a"]"#, None),
        ("a$", "null", None),
        ("a$", r#""a""#, None),
        ("a$ b$", r#"{"a":"1"}"#, Some("1")),
        ("a$ b$", r#"{"b":"2","a":null}"#, Some("2")),
        ("a$ b$", r#"{"a":"1","b":"2"}"#, None),
        (
            "a$",
            r#"{"a":"\"\\\/\b\f\n\r\t\u0000\u00e9\u6c49\ud83e\udd80!"}"#,
            Some("\"\\/\u{8}\u{c}\n\r\t\0é汉🦀!"),
        ),
        ("a$", r#"{"a":"é汉🦀\u00E9"}"#, Some("é汉🦀é")),
        ("a$", r#"{"a":"\ud83e"}"#, None),
        ("a$", r#"{"a":"\udd80\ud83e"}"#, None),
        ("a$", r#"{"a":"\ud83e\ud83e\udd80"}"#, None),
        ("a$", r#"{"b":"\ud83e","a":"x"}"#, Some("x")),
        ("a$ b!", r#"{"a":"1","b":null}"#, Some("1")),
        ("a$ b!", r#"{"a":"1","b":""}"#, None),
        ("a$ b!", r#"{"a":"1","b":0}"#, None),
        ("a$ b?", r#"{"a":"1","b":""}"#, Some("1")),
        ("a$ b?", r#"{"a":"1","b":[]}"#, Some("1")),
        ("a$ b?", r#"{"a":"1","b":false}"#, None),
        ("a$ b?", r#"{"a":"1","b":true}"#, None),
        ("a$ b?", r#"{"a":"1","b":"c"}"#, None),
        ("a$ b?", r#"{"a":"1","b":{}}"#, None),
        ("a$ b%", r#"{"a":"1","b":0}"#, Some("1")),
        ("a$ b%", r#"{"a":"1","b":false}"#, Some("1")),
        ("a$ b%", r#"{"a":"1","b":1}"#, None),
        ("a$ b%", r#"{"a":"1","b":0.1}"#, None),
        ("a$ b%", r#"{"a":"1","b":0.001}"#, None),
        ("a$ b%", r#"{"a":"1","b":-0}"#, None),
        ("a$ b%", r#"{"a":"1","b":true}"#, None),
        ("a$ b%", r#"{"a":"1","b":"0"}"#, None),
        ("a$ b=x,y.z", r#"{"a":"1","b":"y.z"}"#, Some("1")),
        ("a$ b=x,y.z", r#"{"a":"1","b":"y"}"#, None),
        ("a$ b=x,y.z", r#"{"a":"1","b":""}"#, None),
        ("a$ b=x,y.z", r#"{"a":"1","b":"\u0078"}"#, None),
        ("a$ b=x,y.z", r#"{"a":"1","b":7}"#, None),
        ("a$ b=x,y.z", r#"{"a":"1"}"#, Some("1")),
        ("a$ b+", r#"{"a":"1"}"#, None),
        ("a$ b+", r#"{"a":"1","b":null}"#, None),
        ("a$ b+", r#"{"a":"1","b":0}"#, Some("1")),
        ("a$ b+ c%+", r#"{"a":"1","c":false}"#, Some("1")),
        ("a$+ b+", r#"{"a":"1"}"#, Some("1")),
        ("a$ b{c!}", r#"{"a":"1","b":{"d":1}}"#, Some("1")),
        ("a$ b{c!}", r#"{"a":"1","b":{"c":1}}"#, None),
        ("a$ b{c!}", r#"{"a":"1","b":"c"}"#, None),
        ("a$ b{c!}", r#"{"a":"1","b":[]}"#, None),
        ("a$ b{c!}", r#"{"a":"1","b":null}"#, Some("1")),
        (chat, r#"{"choices":[{"index":0,"delta":{"content":"Hi","refusal":null}}]}"#, Some("Hi")),
        (chat, r#"{"choices":[{"delta":{"content":"Hi"},"index":0}]}"#, Some("Hi")),
        (chat, r#"{"choices":[{"delta":{"content":"Hi"},"index":1}]}"#, None),
        (chat, r#"{"choices":[{"delta":{"content":"Hi"}},{}]}"#, None),
        (chat, r#"{"choices":[{"delta":{"content":"Hi"},"end":"stop"}]}"#, None),
        (chat, r#"{"choices":[]}"#, Some("")),
        (chat, r#"{"choices":[null]}"#, Some("")),
        (chat, r#"{"choices":["a"]}"#, None),
        (chat, r#"{"choices":{"delta":{}}}"#, None),
        (chat, r#"{"choices":[{"delta":{"content":[]}}]}"#, Some("")),
        (
            chat,
            r#"{"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"text":"b"},null,{"text":"c","type":"text"}]}}]}"#,
            Some("abc"),
        ),
        (chat, r#"{"choices":[{"delta":{"content":[{"type":"image","text":"a"}]}}]}"#, None),
        (chat, r#"{"choices":[{"delta":{"content":[{"text":"a","text":"b"}]}}]}"#, None),
        (chat, r#"{"choices":[{"delta":{"content":["a"]}}]}"#, None),
        ("a$[b$] c$", r#"{"a":[],"c":"x"}"#, None),
        ("a$[b$] c$", r#"{"a":null,"c":"x"}"#, Some("x")),
    ];
    for (pattern, text, expected) in cases {
        assert_eq!(plain(pattern, text).as_deref(), *expected, "{pattern} in {text}");
    }
}

#[test]
fn tells_kinds_names_and_figures() {
    let pattern = "type@a,b id# model# usage~ x$";
    let text = r#"{"type":"b","model":"","id":"7","usage":{"n":1}}"#;
    let found = found(pattern, text).expect("JSON");
    assert!(found.has_kind && !found.is_special);
    assert_eq!((found.names, &text[found.figures.0..found.figures.1]), (1 << 3, r#"{"n":1}"#));
    for (text, has_kind, is_special) in [
        (r#"{"type":"c"}"#, false, true),
        (r#"{"type":7}"#, false, true),
        (r#"{"type":""}"#, false, false),
        (r#"{"type":null}"#, false, false),
        (r#"{"type":"a","id":7,"model":[]}"#, true, false),
        (r#"{"type":"a","usage":null}"#, true, false),
        (r#"{"type":"a","usage":[]}"#, true, true),
        (r#"{"type":"a","usage":"x"}"#, true, true),
    ] {
        let found = self::found(pattern, text).expect("JSON");
        assert_eq!((found.has_kind, found.is_special), (has_kind, is_special), "{text}");
        assert_eq!((found.names, found.figures), (0, (0, 0)), "{text}");
    }
}

#[test]
fn patterns_that_are_none() {
    let many: String = (0..64).map(|at| format!("a{at} ")).collect();
    for pattern in ["}", "a{", "a{b(c)", "a{}}", &many] {
        assert!(Pattern::new(pattern.into()).is_none(), "{pattern}");
    }
}

#[test]
fn looks_up_values() {
    let text = r#" {"a":{"b":[1,"x",{"c":"d"}]},"z":0,"e\u0301":"f","n":null,"z":-0.0e7} "#;
    let root = Value::new(text.as_bytes());
    let items: Vec<_> = root.get("a").and_then(|a| a.get("b")).expect("an array").items().collect();
    assert_eq!(items.len(), 3);
    assert_eq!(items[2].get("c").expect("a member").raw(), b"\"d\"");
    assert!(items[1].string().expect("a string").is("x"));
    assert!(root.get("e\u{301}").is_some() && root.get("e").is_none());
    assert_eq!(root.get("z").expect("a member").raw(), b"-0.0e7", "the last one");
    let falsy = root.members().filter(|(_, value)| value.is_falsy()).count();
    assert_eq!(falsy, 3);
    let no_json: Value<'_> = Value::new(b"{\"a\":[1,");
    assert_eq!(no_json.members().count() + no_json.items().count(), 0);
}

/// Without recursion over the text, and each byte is read once or twice.
#[test]
fn deep_and_long_texts() {
    let nested =
        |depth: usize| format!(r#"{{"a":"x","b":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(plain("a$", &nested(63)).as_deref(), Some("x"));
    for depth in [65, 1_000_000] {
        assert_eq!(found("a$", &nested(depth)), Err(Refusal::TooDeep));
        assert_eq!(found("a$", &"{\"b\":".repeat(depth)), Err(Refusal::TooDeep));
    }
    let size = if cfg!(miri) { 1 << 10 } else { 4 << 20 };
    let escaped = "\\u0041".repeat(size);
    let objects = r#"{"c":[{}]},"#.repeat(size);
    let members = r#""c":{"a":"y"},"#.repeat(size);
    let text = format!(r#"{{{members}"a":"{escaped}","b":[{objects}1]}}"#);
    assert_eq!(plain("a$", &text), Some("A".repeat(size)));
    let parts = r#"{"text":"a"},"#.repeat(size);
    let text = format!(r#"{{"a":[{parts}{{}}]}}"#);
    assert_eq!(plain("a$[text$]", &text), Some("a".repeat(size)));
}

mod against_serde {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::select};
    use serde_json::Value as Json;

    const NAMES: &[&str] = &["a", "b", "c", "d", "id", "text", "x\n", "é", "a\"", "", "\u{1f980}"];

    fn json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            any::<String>().prop_map(Json::from),
            select(NAMES).prop_map(Json::from),
        ];
        leaf.prop_recursive(5, 64, 8, |inner| {
            let members = vec((select(NAMES), inner.clone()), 0..6);
            prop_oneof![
                vec(inner, 0..6).prop_map(Json::from),
                members.prop_map(|members| {
                    Json::Object(
                        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                    )
                }),
            ]
        })
    }

    /// JSON as others write it: with white space, and strings escaped where they need not be.
    fn written(json: &Json, style: u8) -> String {
        let compact = match style % 2 {
            0 => serde_json::to_string(json),
            _ => serde_json::to_string_pretty(json),
        }
        .expect("JSON");
        if style < 2 {
            return compact;
        }
        let escape = |c: char| match c {
            ' '..='~' => String::from(c),
            '\n' if style % 2 == 1 => String::from(c),
            _ => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
        };
        compact.chars().map(escape).collect()
    }

    /// Bytes of which broken JSON is made.
    const BYTES: &[u8] = b"{}[]:,\"\\/ \n\t\r\x00\x1f\x7f-+.0123eEunftrlsabx\xc3\xa9";

    fn mutated() -> impl Strategy<Value = Vec<u8>> {
        let change = (any::<prop::sample::Index>(), 0..4_u8, select(BYTES));
        (json(), 0..4_u8, vec(change, 0..4)).prop_map(|(json, style, changes)| {
            let mut text = written(&json, style).into_bytes();
            for (index, change, byte) in changes {
                let at = index.index(text.len() + 1);
                match change {
                    0 => text.insert(at, byte),
                    1 => text.truncate(at),
                    _ if at == text.len() => text.push(byte),
                    2 => text[at] = byte,
                    _ => drop(text.remove(at)),
                }
            }
            text
        })
    }

    proptest! {
        #![proptest_config(crate::cases::cases(5_000, 16))]

        #[test]
        fn json_and_what_is_nearly_json(text in mutated()) {
            if core::str::from_utf8(&text).is_ok() {
                assert_agrees(&text);
            }
        }

        #[test]
        fn any_bytes_of_json(text in vec(select(BYTES), 0..12)) {
            if core::str::from_utf8(&text).is_ok() {
                assert_agrees(&text);
            }
        }

        #[test]
        fn written_json(json in json(), style in 0..4_u8) {
            assert_agrees(written(&json, style).as_bytes());
        }
    }
}
