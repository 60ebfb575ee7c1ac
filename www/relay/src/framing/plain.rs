//! The events of `POST /chat`: `start`, an unnamed event a token, `done` or `error`.

use serde::Serialize;
use sluicegate::llm::Delta;

use super::{Ending, Frame, Frames, Framing};
use crate::error::ErrorBody;

/// The events of a session, whose tokens go out as they are.
pub struct Plain;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Start<'a> {
    session_id: &'a str,
    model: &'a str,
}

/// What ends an answer that went well, or was stopped by its user.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Done<'a> {
    pub finish_reason: &'a str,
    pub tokens: u64,
}

fn named(event: &'static str, data: &impl Serialize) -> Frame {
    let data = serde_json::to_string(data).expect("the relay's own events have string keys only");
    Frame { event: Some(event), data, is_numbered: true }
}

impl Framing for Plain {
    fn start(&mut self, session_id: &str, model: &str, to: &mut Frames) {
        to.push_back(named("start", &Start { session_id, model }));
    }

    fn add(&mut self, delta: Delta, to: &mut Frames) {
        if let Delta::Text(text) = delta {
            to.push_back(Frame::text(text));
        }
    }

    fn end(&mut self, end: &Ending<'_>, to: &mut Frames) {
        let done = |finish_reason, tokens| named("done", &Done { finish_reason, tokens });
        to.push_back(match *end {
            Ending::Done { reason, tokens } => done(reason, tokens),
            Ending::Cancelled { tokens } => done("cancelled", tokens),
            Ending::Failed { code, message } => named("error", &ErrorBody::new(code, message)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::written;
    use super::*;

    #[test]
    fn a_token_goes_out_as_it_is() {
        let text = Delta::Text("a. b".into());
        assert_eq!(written(|to| Plain.add(text, to)), "id: 7\ndata: a. b\n\n");
        let thought = Delta::Reasoning("hm".into());
        assert_eq!(written(|to| Plain.add(thought, to)), "");
    }
}
