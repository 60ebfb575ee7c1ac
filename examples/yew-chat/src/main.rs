//! A chat in Yew: a prompt, its answer as it is written, and Stop, which stops the backend too.

use futures::{
    StreamExt as _,
    channel::oneshot,
    future::{Either, select},
};
use serde::Serialize;
use sluicegate::{CancelRequest, CancelResult, Error, Event, EventStream};
use web_sys::HtmlInputElement;
use yew::{platform::spawn_local, prelude::*};

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
    let session_id = format!("yew-{:x}", (js_sys::Math::random() * 2f64.powi(53)) as u64);
    let question = Question { prompt, user_id: "yew-chat", session_id };
    EventStream::builder("/chat")
        .method("POST")
        .json(&question)?
        .cancel(CancelRequest::to("/chat/cancel").json(&question)?)
        .open()
}

/// Reads the answer to its end, unless it is told to stop, or the component goes away.
async fn read(mut stream: EventStream, mut stop: oneshot::Receiver<()>, tell: Callback<Message>) {
    loop {
        match select(stream.next(), &mut stop).await {
            Either::Left((Some(Ok(event)), _)) => tell.emit(Message::Arrived(event)),
            Either::Left((Some(Err(error)), _)) => return tell.emit(Message::Failed(error)),
            Either::Left((None, _)) => return tell.emit(Message::Ended("Done.".into())),
            Either::Right((Ok(()), _)) => {
                let report = stream.cancel().await;
                return tell.emit(Message::Ended(describe(&report)));
            }
            // Nobody is there to tell. Dropping the stream closes its connection.
            Either::Right((Err(oneshot::Canceled), _)) => return,
        }
    }
}

fn describe(report: &CancelResult) -> String {
    match report.notification.as_ref().map(|sent| &sent.error) {
        None => "Stopped before the question was sent.".into(),
        Some(None) => "Stopped here and on the server.".into(),
        Some(Some(error)) => format!("Stopped here, but not on the server: {error}"),
    }
}

enum Message {
    Asked,
    Stopped,
    Arrived(Event),
    Failed(Error),
    Ended(String),
}

#[derive(Default)]
struct Chat {
    prompt: NodeRef,
    answer: String,
    status: String,
    /// Stops the answer that is being written. Dropping it closes the answer's connection.
    stop: Option<oneshot::Sender<()>>,
}

impl Chat {
    fn ask(&mut self, context: &Context<Self>) {
        let Some(input) = self.prompt.cast::<HtmlInputElement>() else { return };
        self.answer.clear();
        match open(input.value()) {
            Err(error) => self.status = error.to_string(),
            Ok(stream) => {
                let (stop, stopped) = oneshot::channel();
                self.stop = Some(stop);
                self.status = "Writing…".into();
                spawn_local(read(stream, stopped, context.link().callback(|message| message)));
            }
        }
    }

    fn end(&mut self, status: String) {
        self.status = status;
        self.stop = None;
    }
}

impl Component for Chat {
    type Message = Message;
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn update(&mut self, context: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Asked => self.ask(context),
            // The receiver is gone if the answer has just ended.
            Message::Stopped => drop(self.stop.take().map(|stop| stop.send(()))),
            Message::Arrived(event) if event.event_type == "message" => {
                self.answer.push_str(&event.data);
            }
            Message::Arrived(event) if event.event_type == "error" => self.status = event.data,
            // `start` and `done` tell nothing that is shown here.
            Message::Arrived(_) => return false,
            Message::Failed(error) => self.end(error.to_string()),
            Message::Ended(status) => self.end(status),
        }
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let asked = context.link().callback(|event: SubmitEvent| {
            event.prevent_default();
            Message::Asked
        });
        let stopped = context.link().callback(|_: MouseEvent| Message::Stopped);
        let is_writing = self.stop.is_some();
        html! {
            <main>
                <form onsubmit={asked}>
                    <label>{ "Prompt " }<input ref={&self.prompt} required=true /></label>
                    <button disabled={is_writing}>{ "Ask" }</button>
                    <button type="button" onclick={stopped} disabled={!is_writing}>{ "Stop" }</button>
                </form>
                <p id="answer" style="white-space: pre-wrap">{ &self.answer }</p>
                <p role="status">{ &self.status }</p>
            </main>
        }
    }
}

fn main() {
    yew::Renderer::<Chat>::new().render();
}
