//! The walker and the values against `serde_json`, for the tests and for fuzzing.

use crate::json::{Found, Pattern, Value, literal::Out, walk};
use alloc::vec::Vec;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

/// What is appended.
#[derive(Default)]
pub(crate) struct Text(pub(crate) Vec<u8>);

impl Out for Text {
    fn append(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// How many arrays and objects are allowed in each other.
const MAX_DEPTH: usize = 64;

/// A text, which is valid UTF-8, is JSON for both of them or for none, and the same JSON.
pub(crate) fn assert_agrees(text: &[u8]) {
    const PATTERN: &[u8] = b"a$ b{a$ c!} c[a$ b?] d% text=a,text id#";
    let pattern = Pattern::new(PATTERN.into()).expect("a pattern");
    let mut out = Text::default();
    let mut found = Found::default();
    let result = walk(text, &pattern, &mut out, &mut found);
    let is_json = serde_json::from_slice::<IgnoredAny>(text).is_ok();
    let json = serde_json::from_slice::<Json>(text);
    if result.is_err() {
        let is_too_deep = json.is_ok_and(|json| depth(&json) > MAX_DEPTH);
        assert!(!is_json || is_too_deep, "{:?}", text.escape_ascii());
        return;
    }
    // The limit of the other one is 128.
    let mut open = text.iter().filter(|byte| matches!(byte, b'[' | b'{'));
    assert!(is_json || open.nth(127).is_some(), "{:?}", text.escape_ascii());
    let Ok(json) = json else {
        return;
    };
    compare(Value::new(text), &json);
    if !found.is_special() {
        assert_eq!(wanted(&json), out.0);
        assert_eq!(found.names != 0, json["id"].as_str().is_some_and(|id| !id.is_empty()));
    }
}

fn depth(json: &Json) -> usize {
    match json {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The text where the pattern wants it: in one place, or in the items of the array.
fn wanted(json: &Json) -> Vec<u8> {
    let items = json["c"].as_array().map(Vec::as_slice).unwrap_or_default();
    let objects = [json, &json["b"]].into_iter().chain(items);
    objects.filter_map(|object| object["a"].as_str()).collect::<Vec<_>>().concat().into_bytes()
}

fn compare(value: Value<'_>, json: &Json) {
    assert_eq!(value.is_object(), json.is_object());
    assert_eq!(value.is_null(), json.is_null());
    assert_eq!(value.is_true(), *json == Json::Bool(true));
    assert_eq!(value.is_number(), json.is_number());
    match json {
        Json::String(expected) => {
            let literal = value.string().expect("a string");
            let mut text = Text::default();
            assert!(literal.is(expected) && literal.decode(&mut text));
            assert_eq!(text.0, expected.as_bytes());
        }
        Json::Array(items) => {
            assert_eq!(value.items().count(), items.len());
            value.items().zip(items).for_each(|(value, json)| compare(value, json));
        }
        Json::Object(members) => {
            for (name, json) in members {
                compare(value.get(name).expect("a member"), json);
            }
            for (name, _) in value.members() {
                let mut text = Text::default();
                name.decode(&mut text);
                let name = core::str::from_utf8(&text.0).expect("a name");
                assert!(members.contains_key(name));
            }
        }
        _ => {
            let raw: Json = serde_json::from_slice(value.raw()).expect("JSON");
            assert_eq!(&raw, json);
        }
    }
}
