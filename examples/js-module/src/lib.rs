//! A module of an app's own. Scripts read the streams that it opens, and open others by `openStream`, which it exports
//! because it depends on the crate with the feature `js`.

use serde::Serialize;
use sluicegate::{CancelRequest, Error, EventStream, js};
use wasm_bindgen::prelude::wasm_bindgen;

/// What the relay of this repository takes. Its `/chat/cancel` ignores the prompt.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    prompt: &'a str,
    user_id: &'static str,
    session_id: &'a str,
}

/// Asks a question. The answer's `cancel()` stops the model, too.
#[wasm_bindgen]
pub fn ask(prompt: &str, session_id: &str) -> Result<js::EventStream, Error> {
    let question = Question { prompt, user_id: "js-module", session_id };
    EventStream::builder("/chat")
        .method("POST")
        .json(&question)?
        .cancel(CancelRequest::to("/chat/cancel").json(&question)?)
        .open()
        .map(js::EventStream::from)
}
