//! Arguments of a call that come value by value, as Gemini streams them.

use super::at::{at, text_at};
use crate::json::Value;
use alloc::vec::Vec;

/// How many arrays and objects may be in each other.
const MAX_DEPTH: usize = 64;

/// A value of the arguments, of which more may come.
#[derive(Clone, Debug)]
pub(super) enum CallValue {
    /// A number or another word of JSON.
    Word(Vec<u8>),
    /// A string without its quotes, as it is in JSON.
    Text(Vec<u8>),
    List(Vec<Self>),
    Object(Vec<(Vec<u8>, Self)>),
}

/// A value, or what continues a text, and where it belongs, such as `$.a[0].b`.
#[derive(Debug)]
pub(super) struct Placed {
    path: Vec<u8>,
    value: CallValue,
}

/// The values that a fragment of a call has.
pub(super) fn placed_in(call: Value<'_>) -> Vec<Placed> {
    let values = at(call, "partialArgs").into_iter().flat_map(Value::items);
    let placed = values.map(|value| Placed {
        path: text_at(value, "jsonPath"),
        value: match value.get("stringValue").map_or(&[][..], Value::raw) {
            [b'"', text @ .., b'"'] => CallValue::Text(text.to_vec()),
            _ => at(value, "numberValue|boolValue").map_or(CallValue::NULL, CallValue::word),
        },
    });
    placed.collect()
}

impl CallValue {
    const NULL: Self = Self::Word(Vec::new());

    fn word(value: Value<'_>) -> Self {
        Self::Word(value.raw().to_vec())
    }

    pub(super) fn put(&mut self, Placed { path, value }: Placed) {
        let names = path.get(1..).unwrap_or_default().split(|byte| b".[]'\"".contains(byte));
        let names = names.filter(|name| !name.is_empty());
        match (names.take(MAX_DEPTH).fold(self, Self::inner), value) {
            (Self::Text(text), Self::Text(more)) => text.extend(more),
            (place, value) => *place = value,
        }
    }

    /// What is under a name, or at an index of a list. Lists grow item by item.
    fn inner(&mut self, name: &[u8]) -> &mut Self {
        let index = core::str::from_utf8(name).ok().and_then(|name| name.parse::<usize>().ok());
        if !matches!(self, Self::List(_) | Self::Object(_)) {
            *self = if index.is_some() { Self::List(Vec::new()) } else { Self::Object(Vec::new()) };
        }
        match self {
            Self::List(items) => {
                let at = index.unwrap_or(usize::MAX).min(items.len());
                if at == items.len() {
                    items.push(Self::NULL);
                }
                &mut items[at]
            }
            Self::Object(members) => {
                let found = members.iter().position(|(other, _)| other == name);
                let at = found.unwrap_or_else(|| {
                    members.push((name.to_vec(), Self::NULL));
                    members.len() - 1
                });
                &mut members[at].1
            }
            Self::Word(_) | Self::Text(_) => self,
        }
    }

    /// Appends the value as JSON.
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Word(word) if word.is_empty() => to.extend(b"null"),
            Self::Word(word) => to.extend(word),
            Self::Text(text) => {
                to.push(b'"');
                to.extend(text);
                to.push(b'"');
            }
            Self::List(items) => {
                to.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        to.push(b',');
                    }
                    item.write(to);
                }
                to.push(b']');
            }
            Self::Object(members) => {
                to.push(b'{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        to.push(b',');
                    }
                    write_name(name, to);
                    value.write(to);
                }
                to.push(b'}');
            }
        }
    }
}

/// Appends a name, which has no quotes, and its colon.
fn write_name(name: &[u8], to: &mut Vec<u8>) {
    to.push(b'"');
    for &byte in name {
        match byte {
            b'\\' => to.extend(br"\\"),
            ..b' ' => to.extend(alloc::format!("\\u{byte:04x}").bytes()),
            _ => to.push(byte),
        }
    }
    to.extend(b"\":");
}
