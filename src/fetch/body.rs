//! A response's chunks.

use js_sys::{ArrayBuffer, DataView, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type Stream;
    #[wasm_bindgen(method, catch, structural, js_name = getReader)]
    fn get_reader(this: &Stream) -> Result<web_sys::ReadableStreamDefaultReader, JsValue>;

    type ReadResult;
    #[wasm_bindgen(method, getter, structural)]
    fn done(this: &ReadResult) -> bool;
    #[wasm_bindgen(method, getter, structural)]
    fn value(this: &ReadResult) -> JsValue;
}

/// The reader of a body, if the response has one. Dropping it cancels the stream.
pub(crate) struct Body(Option<web_sys::ReadableStreamDefaultReader>);

/// Why there is no next chunk.
pub(crate) enum ReadError {
    /// The stream failed with this.
    Broken(JsValue),
    /// This chunk is not bytes.
    NotBytes(JsValue),
}

impl Body {
    /// # Errors
    /// If it is read elsewhere, or was read already.
    pub(crate) fn of(response: &web_sys::Response) -> Result<Self, JsValue> {
        if response.body_used() {
            return Err(js_sys::TypeError::new("the body was read already").into());
        }
        let stream = response.body().map(JsCast::unchecked_into::<Stream>);
        stream.map(|stream| stream.get_reader()).transpose().map(Self)
    }

    /// The next chunk, `None` at the end.
    ///
    /// # Errors
    /// What the stream failed with, or a chunk that is not bytes.
    pub(crate) async fn read(&self) -> Result<Option<Uint8Array>, ReadError> {
        let Some(reader) = &self.0 else { return Ok(None) };
        let result = JsFuture::from(reader.read()).await.map_err(ReadError::Broken)?;
        let result = result.unchecked_into::<ReadResult>();
        if result.done() {
            return Ok(None);
        }
        let chunk = result.value();
        // Not by its class: it may be of another realm.
        if !ArrayBuffer::is_view(&chunk) {
            return Err(ReadError::NotBytes(chunk));
        }
        let view = chunk.unchecked_into::<DataView>();
        let (at, length) = (view.byte_offset() as u32, view.byte_length() as u32);
        Ok(Some(Uint8Array::new_with_byte_offset_and_length(&view.buffer(), at, length)))
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Some(reader) = &self.0 {
            super::discard(reader.cancel());
        }
    }
}
