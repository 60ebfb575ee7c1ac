//! A chat in Dioxus: a signal that follows the answer, and Stop, which stops the backend too.

use dioxus::prelude::*;
use futures::StreamExt as _;
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
    let session_id = format!("dioxus-{:x}", (js_sys::Math::random() * 2f64.powi(53)) as u64);
    let question = Question { prompt, user_id: "dioxus-chat", session_id };
    EventStream::builder("/chat")
        .method("POST")
        .json(&question)?
        .cancel(CancelRequest::to("/chat/cancel").json(&question)?)
        .open()
}

/// An answer, as signals.
#[derive(Clone, Copy)]
struct Answer {
    text: Signal<String>,
    status: Signal<String>,
    /// While the answer is being written.
    canceller: Signal<Option<Canceller>>,
}

impl Answer {
    fn ask(mut self, prompt: String) {
        self.text.set(String::new());
        match open(prompt) {
            Ok(stream) => {
                self.status.set("Writing…".into());
                self.canceller.set(Some(stream.canceller()));
                // Dioxus drops the task with its component, and with it the stream, which closes the connection.
                spawn(self.follow(stream));
            }
            Err(error) => self.status.set(error.to_string()),
        }
    }

    /// Writes what comes into the signals.
    async fn follow(mut self, mut stream: EventStream) {
        let mut status = "Done.".to_owned();
        while let Some(event) = stream.next().await {
            match event {
                Ok(event) if event.event_type == "message" => {
                    self.text.write().push_str(&event.data);
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
        if let Some(canceller) = &*self.canceller.peek() {
            // The notification is on its way; `follow` sees how it went.
            drop(canceller.cancel());
        }
    }
}

#[component]
fn Chat() -> Element {
    let mut prompt = use_signal(String::new);
    let answer = Answer {
        text: use_signal(String::new),
        status: use_signal(String::new),
        canceller: use_signal(|| None),
    };
    let is_writing = answer.canceller.read().is_some();
    rsx! {
        main {
            form {
                onsubmit: move |submit| {
                    submit.prevent_default();
                    answer.ask(prompt());
                },
                label {
                    "Prompt "
                    input { required: true, oninput: move |event| prompt.set(event.value()) }
                }
                button { disabled: is_writing, "Ask" }
                button {
                    r#type: "button",
                    disabled: !is_writing,
                    onclick: move |_| answer.stop(),
                    "Stop"
                }
            }
            p { id: "answer", style: "white-space: pre-wrap", {answer.text} }
            p { role: "status", {answer.status} }
        }
    }
}

fn main() {
    dioxus::launch(Chat);
}
