//! A response's chunks.

use super::{globals::get, request::tag_of};
use alloc::string::String;
use core::cell::{Cell, RefCell};
use js_sys::{ArrayBuffer, DataView, Function, JsString, Promise, Reflect, Symbol, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type ReadResult;
    /// Iterators need not say it.
    #[wasm_bindgen(method, getter, structural)]
    fn done(this: &ReadResult) -> Option<bool>;
    #[wasm_bindgen(method, getter, structural)]
    fn value(this: &ReadResult) -> JsValue;
}

/// The body of a response, whatever it is: polyfills and tests have others than streams. Dropping it
/// cancels it.
pub(crate) struct Body {
    source: Source,
    /// The first half of a character, where chunks of text are cut within one.
    half: RefCell<JsString>,
}

enum Source {
    /// A reader, or an iterator: its method that returns the next chunk, and the one that ends it.
    Chunks { owner: JsValue, next: Function, end: &'static str },
    /// The body itself, until it is read.
    Piece(Cell<Option<JsValue>>),
    /// The methods that read the whole body.
    Whole(Cell<Option<web_sys::Response>>),
}

/// Why there is no next chunk.
pub(crate) enum ReadError {
    /// The stream failed with this.
    Broken(JsValue),
    /// This chunk is not bytes.
    NotBytes(JsValue),
}

impl Body {
    /// # Errors
    /// If it is read elsewhere, was read already, or can't be read at all.
    pub(crate) fn of(response: &web_sys::Response) -> Result<Self, JsValue> {
        Ok(Self { source: Source::of(response)?, half: RefCell::new("".into()) })
    }

    /// The next chunk, `None` at the end.
    ///
    /// # Errors
    /// What the stream failed with, or a chunk that is not bytes.
    pub(crate) async fn read(&self) -> Result<Option<Uint8Array>, ReadError> {
        let chunk = match &self.source {
            Source::Chunks { owner, next, .. } => {
                let result = awaited(next.call0(owner)).await.map_err(ReadError::Broken)?;
                let result = result.unchecked_into::<ReadResult>();
                if result.done() == Some(true) {
                    return Ok(None);
                }
                result.value()
            }
            Source::Piece(piece) => match piece.take() {
                Some(piece) => piece,
                None => return Ok(None),
            },
            Source::Whole(response) => match response.take() {
                Some(response) => whole(&response).await.map_err(ReadError::Broken)?,
                None => return Ok(None),
            },
        };
        self.bytes_of(chunk).map(Some).map_err(ReadError::NotBytes)
    }

    fn bytes_of(&self, chunk: JsValue) -> Result<Uint8Array, JsValue> {
        match chunk.dyn_into::<JsString>() {
            Ok(text) => Ok(self.bytes_of_text(&text)),
            Err(chunk) => view_of(chunk),
        }
    }

    fn bytes_of_text(&self, chunk: &JsString) -> Uint8Array {
        let text = self.half.borrow().concat(chunk);
        let length = text.length();
        let last = text.char_code_at(length.wrapping_sub(1));
        let whole =
            if (0xD800.into()..0xDC00.into()).contains(&last) { length - 1 } else { length };
        self.half.replace(text.slice(whole, length));
        Uint8Array::from(String::from(text.slice(0, whole)).as_bytes())
    }
}

impl Source {
    fn of(response: &web_sys::Response) -> Result<Self, JsValue> {
        if get(response, "bodyUsed").is_truthy() {
            return Err(js_sys::TypeError::new("the body was read already").into());
        }
        let body = get(response, "body");
        if body.is_string() || view_of(body.clone()).is_ok() {
            return Ok(Self::Piece(Cell::new(Some(body))));
        }
        let by = |symbol: Symbol| Reflect::get(&body, &symbol).unwrap_or_default();
        let ways = [
            (get(&body, "getReader"), "read", "cancel"),
            (by(Symbol::async_iterator()), "next", "return"),
            (by(Symbol::iterator()), "next", "return"),
        ];
        for (method, next, end) in ways {
            if let Some(method) = method.dyn_ref::<Function>() {
                let owner = method.call0(&body)?;
                let next = get(&owner, next).dyn_into()?;
                return Ok(Self::Chunks { owner, next, end });
            }
        }
        if ["arrayBuffer", "text"].iter().any(|name| get(response, name).is_function()) {
            return Ok(Self::Whole(Cell::new(Some(Clone::clone(response)))));
        }
        let what = ["it is ", &tag_of(&body), ", and there is no arrayBuffer() and no text()"];
        Err(js_sys::TypeError::new(&what.concat()).into())
    }
}

/// The bytes of a value, without a copy. Not by its class alone: it may be of another realm.
fn view_of(value: JsValue) -> Result<Uint8Array, JsValue> {
    let value = match value.dyn_into::<Uint8Array>() {
        Ok(bytes) => return Ok(bytes),
        Err(value) => value,
    };
    if ArrayBuffer::is_view(&value) {
        let view = value.unchecked_into::<DataView>();
        let (at, length) = (view.byte_offset() as u32, view.byte_length() as u32);
        return Ok(Uint8Array::new_with_byte_offset_and_length(&view.buffer(), at, length));
    }
    if tag_of(&value).ends_with("ArrayBuffer]") {
        return Ok(Uint8Array::new(&value));
    }
    Err(value)
}

/// The whole body: bytes, or else text.
async fn whole(response: &web_sys::Response) -> Result<JsValue, JsValue> {
    let read = |from: &JsValue, name| {
        get(from, name).dyn_into::<Function>().and_then(|method| method.call0(from))
    };
    // Of a clone: what fails to read it as bytes may have used it up.
    let copy = read(response, "clone").unwrap_or_else(|_| response.into());
    match awaited(read(&copy, "arrayBuffer")).await {
        Ok(bytes) => Ok(bytes),
        Err(cause) if !get(response, "text").is_function() => Err(cause),
        Err(_) => awaited(read(response, "text")).await,
    }
}

/// What a call returned, or what its promise resolves to.
async fn awaited(returned: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&returned?)).await
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Source::Chunks { owner, end, .. } = &self.source
            && let Ok(end) = get(owner, end).dyn_into::<Function>()
            && let Ok(ended) = end.call0(owner)
        {
            super::discard(Promise::resolve(&ended));
        }
    }
}
