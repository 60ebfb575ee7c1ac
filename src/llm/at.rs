//! Values at paths, as `pkg/src/llm/json.ts` finds them.

use crate::json::{Literal, Value};
use alloc::{string::String, vec::Vec};

/// The value at a path such as `a.b`, or the first that is there of `a.b|c`. `null`, empty strings and
/// empty arrays are not there. `*` is an array's first item by its `index`: 0, or none; `$` is its last
/// item. A name such as `aB` may also be written `a_b`, as backends in Python do.
pub(super) fn at<'a>(json: Value<'a>, path: &str) -> Option<Value<'a>> {
    path.split('|').find_map(|names| {
        let is_mixed = names.contains(|c: char| c.is_ascii_uppercase());
        value_at(json, names)
            .or_else(|| is_mixed.then(|| value_at(json, &with_underscores(names))).flatten())
    })
}

fn value_at<'a>(json: Value<'a>, names: &str) -> Option<Value<'a>> {
    let value = names.split('.').try_fold(json, |value, name| match name {
        "*" => answers(value).next(),
        "0" => value.items().next(),
        "$" => value.items().last(),
        name => value.get(name),
    });
    value.filter(|value| {
        let is_empty = match value.raw() {
            b"\"\"" => true,
            [b'[', ..] => value.items().next().is_none(),
            _ => false,
        };
        !value.is_null() && !is_empty
    })
}

fn with_underscores(names: &str) -> String {
    let mut all = String::new();
    for c in names.chars() {
        if c.is_ascii_uppercase() {
            all.push('_');
        }
        all.push(c.to_ascii_lowercase());
    }
    all
}

/// The items of an array that are of the first answer, by their `index`: 0, or none.
pub(super) fn answers<'a>(choices: Value<'a>) -> impl Iterator<Item = Value<'a>> {
    choices.items().filter(|item| item.get("index").is_none_or(Value::is_falsy))
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
