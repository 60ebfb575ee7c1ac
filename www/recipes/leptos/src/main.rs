//! A chat in Leptos: the answer as it is written, and Stop, which stops the backend too.

use futures::StreamExt as _;
use leptos::{html::Input, prelude::*, task::spawn_local};
use serde::Serialize;
use sluicegate::{CancelRequest, Canceller, Error, EventStream};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    prompt: String,
    session_id: String,
}

fn open(prompt: String) -> Result<EventStream, Error> {
    let session_id = format!("{:x}", (js_sys::Math::random() * 2f64.powi(53)) as u64);
    let question = Question { prompt, session_id };
    EventStream::builder("chat")
        .method("POST")
        .json(&question)?
        .done("[DONE]")
        .cancel(CancelRequest::to("chat/cancel").json(&question)?)
        .open()
}

#[component]
fn Chat() -> impl IntoView {
    let prompt = NodeRef::<Input>::new();
    let answer = RwSignal::new(String::new());
    let canceller = StoredValue::new_local(None::<Canceller>);

    let read = move |mut stream: EventStream| async move {
        while let Some(event) = stream.next().await {
            match event.and_then(|event| event.json::<String>()) {
                Ok(token) => answer.update(|answer| answer.push_str(&token)),
                Err(error) => return answer.update(|answer| *answer += &error.to_string()),
            }
        }
    };
    let ask = move |submit: leptos::ev::SubmitEvent| {
        submit.prevent_default();
        let Some(field) = prompt.get() else { return };
        answer.set(String::new());
        match open(field.value()) {
            Ok(stream) => {
                canceller.set_value(Some(stream.canceller()));
                spawn_local(read(stream));
            }
            Err(error) => answer.set(error.to_string()),
        }
    };
    let stop = move |_| {
        if let Some(canceller) = canceller.get_value() {
            spawn_local(async move { drop(canceller.cancel().await) });
        }
    };

    view! {
        <form on:submit=ask>
            <label>"Question " <input node_ref=prompt name="prompt" /></label>
            <button>"Ask"</button>
            <button type="button" on:click=stop>"Stop"</button>
        </form>
        <output aria-live="polite">{answer}</output>
    }
}

fn main() {
    leptos::mount::mount_to_body(Chat);
}
