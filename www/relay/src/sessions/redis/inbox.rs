//! What replicas send each other.

use std::sync::Weak;

use redis::{PushInfo, PushKind};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::Inner;

/// A message from one replica to another. Each may be lost.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum Message {
    /// To the owner: its user wants the session to stop.
    Cancel { session: String },
    /// To the owner: a reader of `replica` has read the session up to the id `to`.
    Reading { session: String, replica: String, reader: String, to: u64 },
    /// From the owner: there is more for that reader.
    Written { reader: String },
}

impl Message {
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("messages have string keys only")
    }
}

/// Does what the other replicas' messages ask, as long as this replica is there.
pub async fn receive(inner: Weak<Inner>, mut pushed: mpsc::Receiver<PushInfo>) {
    while let Some(push) = pushed.recv().await {
        let Some(inner) = inner.upgrade() else { return };
        let message = match (push.kind, push.data.last()) {
            (PushKind::Message, Some(redis::Value::BulkString(bytes))) => {
                inner.store.received(bytes).and_then(|json| serde_json::from_slice(json).ok())
            }
            _ => None,
        };
        match message {
            Some(Message::Cancel { session }) => {
                if let Some(session) = inner.memory.find_live(&session) {
                    session.ask_to_stop();
                }
            }
            Some(Message::Reading { session, replica, reader, to }) => {
                let Some(session) = inner.memory.find_live(&session) else { continue };
                let is_id = |name: &str| Uuid::try_parse(name).is_ok();
                if !is_id(&replica) || !is_id(&reader) {
                    continue;
                }
                let name = format!("{replica} {reader}");
                if session.log.remote_read(name, to) {
                    // What was written since that reader last looked, it was not told of.
                    tokio::spawn(async move {
                        inner.send(&replica, &Message::Written { reader }).await;
                    });
                }
            }
            Some(Message::Written { reader }) => {
                if let Some(reader) = inner.reader(&reader) {
                    reader.notify_one();
                }
            }
            None => {}
        }
    }
}
