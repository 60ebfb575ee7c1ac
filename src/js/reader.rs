//! Reads options, and says what is wrong with them.

use crate::error::{Error, ErrorCode};
use alloc::{string::String, vec::Vec};
use core::cell::RefCell;
use js_sys::{Function, Object, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};

/// An object of options, and what it is called in messages. `null` is absent.
pub(super) struct Reader {
    options: Object,
    path: &'static str,
    /// The names that were asked for.
    known: RefCell<Vec<&'static str>>,
}

impl Reader {
    pub(super) fn new(options: JsValue, path: &'static str) -> Result<Self, Error> {
        let known = RefCell::default();
        if options.is_undefined() || options.is_null() {
            return Ok(Self { options: Object::new(), path, known });
        }
        if !options.is_object() {
            let name = if path.is_empty() { "the options" } else { &path[..path.len() - 1] };
            return Err(invalid([name, " must be an object"].concat()));
        }
        Ok(Self { options: options.unchecked_into(), path, known })
    }

    /// Returns the unchanged value, unless it is absent.
    pub(super) fn value(&self, name: &'static str) -> Result<Option<JsValue>, Error> {
        let mut known = self.known.borrow_mut();
        if !known.contains(&name) {
            known.push(name);
        }
        drop(known);
        // A getter of the page may throw.
        let value = Reflect::get(&self.options, &name.into()).map_err(Error::callback)?;
        Ok(Some(value).filter(|value| !value.is_undefined() && !value.is_null()))
    }

    /// The value, which has to be of the type.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        name: &'static str,
        expected: &str,
    ) -> Result<Option<T>, Error> {
        let read = |value| serde_wasm_bindgen::from_value(value);
        let value = self.value(name)?.map(read).transpose();
        value.map_err(|cause| self.invalid(name, expected).caused_by(cause.into()))
    }

    pub(super) fn string(&self, name: &'static str) -> Result<Option<String>, Error> {
        self.get(name, "a string")
    }

    pub(super) fn function(&self, name: &'static str) -> Result<Option<Function>, Error> {
        let function = self.value(name)?.map(|value| value.dyn_into());
        function.transpose().map_err(|_| self.invalid(name, "a function"))
    }

    /// A number of at least `least`, which is 0 or 1.
    pub(super) fn number(&self, name: &'static str, least: u8) -> Result<Option<f64>, Error> {
        let expected = ["a number of at least ", if least == 0 { "0" } else { "1" }].concat();
        let number: Option<f64> = self.get(name, &expected)?;
        match number {
            // Not a number is not at least anything.
            Some(number) if number >= least.into() => Ok(Some(number)),
            Some(_) => Err(self.invalid(name, &expected)),
            None => Ok(None),
        }
    }

    /// The index of the value in `names`.
    pub(super) fn one_of(
        &self,
        name: &'static str,
        names: &[&str],
    ) -> Result<Option<usize>, Error> {
        let expected = ["'", &names.join("' or '"), "'"].concat();
        let Some(value) = self.get::<String>(name, &expected)? else { return Ok(None) };
        let found = names.iter().position(|one| *one == value);
        found.map(Some).ok_or_else(|| self.invalid(name, &expected))
    }

    /// Refuses what was not asked for: an option that has no effect would be missed in silence.
    pub(super) fn finish(&self) -> Result<(), Error> {
        let known = self.known.borrow();
        for name in Object::keys(&self.options) {
            let name = name.as_string().unwrap_or_default();
            if !known.iter().any(|known| *known == name) {
                let path = self.path;
                let all = known.join("`, `");
                let parts =
                    ["unknown option `", path, &name, "`: the options here are `", &all, "`"];
                return Err(invalid(parts.concat()));
            }
        }
        Ok(())
    }

    pub(super) fn invalid(&self, name: &str, expected: &str) -> Error {
        invalid(["`", self.path, name, "` must be ", expected].concat())
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidOptions, message)
}
