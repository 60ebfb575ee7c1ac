//! A response's chunks.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type ReadResult;
    #[wasm_bindgen(method, getter, structural)]
    fn done(this: &ReadResult) -> bool;
    #[wasm_bindgen(method, getter, structural)]
    fn value(this: &ReadResult) -> JsValue;
}

/// The reader of a body, if the response has one. Dropping it cancels the stream.
pub(crate) struct Body(Option<web_sys::ReadableStreamDefaultReader>);

impl Body {
    /// # Errors
    /// If somebody else reads it.
    pub(crate) fn of(response: &web_sys::Response) -> Result<Self, JsValue> {
        let stream = response.body();
        let reader = stream.map(|stream| web_sys::ReadableStreamDefaultReader::new(&stream));
        reader.transpose().map(Self)
    }

    /// The next chunk, `None` at the end.
    ///
    /// # Errors
    /// What the stream failed with; a `TypeError` for chunks that are not bytes.
    pub(crate) async fn read(&self) -> Result<Option<Uint8Array>, JsValue> {
        let Some(reader) = &self.0 else { return Ok(None) };
        let result = JsFuture::from(reader.read()).await?.unchecked_into::<ReadResult>();
        if result.done() {
            return Ok(None);
        }
        let chunk = result.value().dyn_into::<Uint8Array>();
        chunk.map(Some).map_err(|_| js_sys::TypeError::new("a chunk is not a Uint8Array").into())
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Some(reader) = &self.0 {
            super::discard(reader.cancel());
        }
    }
}
