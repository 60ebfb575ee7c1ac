//! Values at paths, as `pkg/src/llm/json.ts` finds them.

use crate::json::{Literal, Value};
use alloc::vec::Vec;

/// The value at a path such as `a.b`, or the first that is there of `a.b|c`. `null` and empty strings
/// are not there. `*` is an array's first item by its `index`: 0, or none.
pub(super) fn at<'a>(json: Value<'a>, path: &str) -> Option<Value<'a>> {
    path.split('|').find_map(|names| {
        let value = names.split('.').try_fold(json, |value, name| match name {
            "*" => value.items().find(|item| item.get("index").is_none_or(Value::is_falsy)),
            "0" => value.items().next(),
            name => value.get(name),
        });
        value.filter(|value| !value.is_null() && !value.raw().eq(b"\"\""))
    })
}

/// The string at a path, if it is one that is not empty.
pub(super) fn string_at<'a>(json: Value<'a>, path: &str) -> Option<Literal<'a>> {
    at(json, path)?.string()
}

/// Whether the value at a path is this string.
pub(super) fn is_at(json: Value<'_>, path: &str, text: &str) -> bool {
    string_at(json, path).is_some_and(|string| string.is(text))
}

/// As [`text_at`], for what a model said: a number is text, too, as Cloudflare sends digits.
pub(super) fn said_at(json: Value<'_>, path: &str) -> Vec<u8> {
    at(json, path).map_or_else(Vec::new, |value| {
        let mut text = Vec::new();
        say(value, &mut text);
        text
    })
}

/// Appends a string, decoded, or a number.
pub(super) fn say(value: Value<'_>, to: &mut Vec<u8>) {
    if let Some(string) = value.string() {
        string.decode(to);
    } else if value.is_number() {
        to.extend_from_slice(value.raw());
    }
}

/// The string at a path, decoded; empty if there is none.
pub(super) fn text_at(json: Value<'_>, path: &str) -> Vec<u8> {
    let mut text = Vec::new();
    if let Some(string) = string_at(json, path) {
        string.decode(&mut text);
    }
    text
}
