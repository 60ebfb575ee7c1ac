//! One JSON text: finds the strings at given paths, and says which other members are there.
//!
//! One pass over the bytes, without allocation or recursion, in linear time and with bounded depth. A text is
//! accepted exactly if `JSON.parse` accepts it ([RFC 8259]), apart from [`walk::Refusal::TooDeep`].
//!
//! [`Pattern`] says what is wanted, [`walk`] finds it. [`Value`] looks up any path in a text that was
//! accepted: slower, but for paths of all kinds.
//!
//! [RFC 8259]: https://www.rfc-editor.org/rfc/rfc8259

pub(crate) mod literal;
mod pattern;
mod plain;
mod scan;
mod template;
mod value;
mod walk;

pub(crate) use literal::Literal;
pub(crate) use pattern::Pattern;
pub(crate) use template::Template;
pub(crate) use value::Value;
pub(crate) use walk::{Found, walk};

// The oracle of the tests is serde_json, which other targets lack.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod oracle;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
