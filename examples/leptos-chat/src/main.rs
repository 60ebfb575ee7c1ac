//! A chat in Leptos: a signal that follows the answer, and Stop, which stops the backend too.

use futures::StreamExt as _;
use leptos::{ev::SubmitEvent, html::Input, prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;
use serde::Serialize;
use sluicegate::{CancelRequest, Canceller, Error, EventStream};

/// What the relay of this repository takes. Its `/chat/cancel` ignores the prompt.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    prompt: String,
    user_id: &'static str,
    session_id: String,
}

/// Opens the stream of an answer. The request leaves when the stream is first polled.
fn open(prompt: String) -> Result<EventStream, Error> {
    let session_id = format!("leptos-{:x}", (js_sys::Math::random() * 2f64.powi(53)) as u64);
    let question = Question { prompt, user_id: "leptos-chat", session_id };
    EventStream::builder("/chat")
        .method("POST")
        .json(&question)?
        .cancel(CancelRequest::to("/chat/cancel").json(&question)?)
        .open()
}

/// An answer, as signals.
#[derive(Clone, Copy)]
struct Answer {
    text: RwSignal<String>,
    status: RwSignal<String>,
    /// While the answer is being written. Signals want `Send`; the browser's one thread is all that uses it.
    canceller: RwSignal<Option<SendWrapper<Canceller>>>,
}

impl Answer {
    fn new() -> Self {
        Self {
            text: RwSignal::default(),
            status: RwSignal::default(),
            canceller: RwSignal::new(None),
        }
    }

    fn ask(self, prompt: String) {
        self.text.set(String::new());
        match open(prompt) {
            Ok(stream) => {
                self.status.set("Writing…".into());
                self.canceller.set(Some(SendWrapper::new(stream.canceller())));
                spawn_local(self.follow(stream));
            }
            Err(error) => self.status.set(error.to_string()),
        }
    }

    /// Writes what comes into the signals.
    async fn follow(self, mut stream: EventStream) {
        let mut status = "Done.".to_owned();
        while let Some(event) = stream.next().await {
            match event {
                Ok(event) if event.event_type == "message" => {
                    self.text.update(|text| text.push_str(&event.data));
                }
                Ok(event) if event.event_type == "error" => status = event.data,
                // `start` and `done` tell nothing that is shown here.
                Ok(_) => {}
                Err(error) => status = error.to_string(),
            }
        }
        if stream.closed().await.notified == Some(true) {
            status = "Stopped here and on the server.".into();
        }
        self.status.set(status);
        self.canceller.set(None);
    }

    fn stop(self) {
        if let Some(canceller) = self.canceller.get_untracked() {
            // The notification is on its way; `follow` sees how it went.
            drop(canceller.cancel());
        }
    }
}

#[component]
fn Chat() -> impl IntoView {
    let prompt = NodeRef::<Input>::new();
    let answer = Answer::new();
    let ask = move |submit: SubmitEvent| {
        submit.prevent_default();
        if let Some(field) = prompt.get() {
            answer.ask(field.value());
        }
    };
    let is_writing = move || answer.canceller.read().is_some();
    view! {
        <main>
            <form on:submit=ask>
                <label>"Prompt " <input node_ref=prompt required /></label>
                <button disabled=is_writing>"Ask"</button>
                <button type="button" disabled=move || !is_writing() on:click=move |_| answer.stop()>
                    "Stop"
                </button>
            </form>
            <p id="answer" style="white-space: pre-wrap">{answer.text}</p>
            <p role="status">{answer.status}</p>
        </main>
    }
}

fn main() {
    leptos::mount::mount_to_body(Chat);
}
