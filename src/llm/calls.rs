//! Tool calls that come in fragments, put together as `pkg/src/llm/calls.ts` does.

use super::{
    answer::Delta,
    call_values::{CallValue, Placed},
    half::Joiner,
    reader::{decoded, is_json_object},
};
use crate::json::Value;
use alloc::{string::String, vec::Vec};
use core::mem;

/// What says which call a fragment is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Key {
    /// Nothing.
    #[default]
    Unknown,
    /// A number or a name, as it is in JSON.
    Of(Vec<u8>),
    /// The fragment is a whole call.
    Own,
}

impl Key {
    pub(super) fn of(value: Value<'_>) -> Self {
        Self::Of(value.raw().to_vec())
    }

    fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => true,
            (Self::Of(key), Self::Of(other)) => key == other,
            _ => false,
        }
    }
}

/// A call, or a fragment of one. Arguments are UTF-8, but for surrogates without their other half.
#[derive(Debug, Default)]
pub(super) struct CallPart {
    pub(super) key: Key,
    /// What the item is called that the call is. Fragments may say only that.
    pub(super) item: Key,
    pub(super) id: String,
    pub(super) name: String,
    /// What is added to the arguments.
    pub(super) arguments: Vec<u8>,
    /// All of the arguments.
    pub(super) whole: Vec<u8>,
    /// What the arguments are if nothing follows.
    pub(super) initial: Vec<u8>,
    /// Values of the arguments.
    pub(super) values: Vec<Placed>,
}

impl CallPart {
    pub(super) fn is_empty(&self) -> bool {
        let has_names = !self.id.is_empty() || !self.name.is_empty();
        let has_arguments =
            [&self.arguments, &self.whole, &self.initial].iter().any(|part| !part.is_empty());
        !has_names && !has_arguments
    }
}

/// A call on its way.
#[derive(Clone, Debug, Default)]
struct Call {
    key: Key,
    item: Key,
    id: String,
    name: String,
    arguments: String,
    initial: Vec<u8>,
    /// The arguments that come value by value.
    values: Option<CallValue>,
    /// The part of the arguments that is in no delta yet, since there was no name.
    untold: String,
    joiner: Joiner,
    /// Its place among the calls that have a name.
    index: Option<usize>,
}

/// Puts tool calls together. Gateways number each call 0, or none; they repeat id and name in each
/// fragment, or send them late; they repeat the arguments at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    all: Vec<Call>,
    named: usize,
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.named == 0
    }

    /// Adds a part of a call.
    pub(super) fn add(&mut self, part: CallPart, to: &mut dyn FnMut(Delta)) {
        let is_of_key = |call: &Call| {
            let is_item = matches!(call.item, Key::Of(_)) && call.item == part.key;
            call.key.fits(&part.key) || is_item
        };
        let is_same = |call: &Call| {
            is_of_key(call) && (part.id.is_empty() || call.id.is_empty() || call.id == part.id)
        };
        // Some gateways send another id with each fragment.
        let newest = || {
            let at = self.all.iter().rposition(is_of_key)?;
            let is_open = !is_json_object(self.all[at].arguments.as_bytes());
            (part.name.is_empty() && is_open).then_some(at)
        };
        let found = self.all.iter().rposition(is_same).or_else(newest);
        let at = found.filter(|at| !self.all[*at].is_followed_by(&part)).unwrap_or_else(|| {
            let (key, item) = (part.key.clone(), part.item.clone());
            self.all.push(Call { key, item, ..Call::default() });
            self.all.len() - 1
        });
        let call = &mut self.all[at];
        let has_id_now = call.id.is_empty() && !part.id.is_empty() && found == Some(at);
        set_once(&mut call.id, part.id);
        set_once(&mut call.name, part.name);
        if call.key == Key::Unknown {
            call.key = part.key;
        }
        if call.initial.is_empty() {
            call.initial = part.initial;
        }
        for value in part.values {
            call.values.get_or_insert(CallValue::Object(Vec::new())).put(value);
        }
        let before = call.arguments.as_bytes();
        let has_fragment = !part.arguments.is_empty();
        let mut fragment = match part.whole.strip_prefix(before) {
            Some(rest) if !part.whole.is_empty() => rest.to_vec(),
            _ => part.arguments,
        };
        // LiteLLM repeats them, encoded twice. Within others it may be a value.
        if let Some(inner) = core::str::from_utf8(&fragment).ok().and_then(decoded)
            && (before.is_empty() || is_json_object(before))
        {
            fragment = inner.into_bytes();
        }
        // An empty object stands for what is still to come; what is whole may be sent again.
        let is_empty = before.is_empty() && fragment == b"{}";
        if has_fragment {
            // What comes as a fragment holds, not what was there at the start.
            call.initial = if is_empty { fragment.clone() } else { Vec::new() };
        }
        if is_empty || is_json_object(&fragment) && is_json_object(before) {
            fragment.clear();
        }
        let mut text = String::new();
        call.joiner.join(&fragment, &mut text);
        call.tell(&text, has_id_now, &mut self.named, to);
    }

    /// What the calls had at their start holds if nothing more came. At the end halves of characters
    /// come out.
    pub(super) fn settle(&mut self, is_end: bool, to: &mut dyn FnMut(Delta)) {
        for call in &mut self.all {
            let mut text = String::new();
            if call.arguments.is_empty() {
                let mut initial = mem::take(&mut call.initial);
                if let Some(values) = call.values.take() {
                    initial.clear();
                    values.write(&mut initial);
                }
                call.joiner.join(&initial, &mut text);
            }
            if is_end {
                call.joiner.finish(&mut text);
            }
            call.tell(&text, false, &mut self.named, to);
        }
    }
}

impl Call {
    /// Whether a part that seems to be this call's is the start of another one.
    fn is_followed_by(&self, part: &CallPart) -> bool {
        let is_this = !part.id.is_empty() && part.id == self.id;
        if part.name.is_empty() || self.name.is_empty() || is_this {
            return false;
        }
        let arguments = self.arguments.as_bytes();
        if part.name != self.name {
            let all = if arguments.is_empty() { &self.initial } else { arguments };
            return part.id.is_empty() && part.key == Key::Unknown || is_json_object(all);
        }
        let is_new = !part.arguments.is_empty() && part.arguments != arguments;
        is_new && is_json_object(arguments)
    }

    fn tell(&mut self, piece: &str, is_new: bool, named: &mut usize, to: &mut dyn FnMut(Delta)) {
        self.arguments.push_str(piece);
        self.untold.push_str(piece);
        let is_told = self.index.is_some() && self.untold.is_empty() && !is_new;
        if self.name.is_empty() || is_told {
            return;
        }
        let index = *self.index.get_or_insert_with(|| {
            *named += 1;
            *named - 1
        });
        let (id, name) = (self.id.clone(), self.name.clone());
        to(Delta::ToolCall { index, id, name, arguments: mem::take(&mut self.untold) });
    }
}

fn set_once(field: &mut String, value: String) {
    if field.is_empty() {
        *field = value;
    }
}
