//! The clients of `/api/sse`: one connection each, over which all that is sent to a client goes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How many frames may wait for a slow client before the answers to it wait.
const FRAMES_AHEAD: usize = 100;

/// How many messages of a client are remembered; past this the oldest is forgotten.
const REMEMBERED: usize = 1000;

/// The connected clients of this process, by id.
#[derive(Default)]
pub struct Clients(Mutex<HashMap<String, Arc<Client>>>);

/// A connected client.
pub struct Client {
    /// As it calls itself.
    pub id: String,
    /// The user of its token, if there are tokens.
    owner: Option<String>,
    /// The frames to it.
    pub frames: mpsc::Sender<Bytes>,
    /// Ends the connection.
    pub completed: CancellationToken,
    /// The ids of the messages that were sent to it, and whether it has acknowledged them.
    messages: Mutex<VecDeque<(String, bool)>>,
}

/// Why a client was not connected.
#[derive(Debug, PartialEq)]
pub enum ConnectError {
    /// As many are connected as may be.
    Full,
    /// A client of another user has this id.
    NotYours,
}

/// Why there is no such client.
#[derive(Debug, PartialEq)]
pub enum FindError {
    /// None of this id is connected.
    Unknown,
    /// It is another user's.
    NotYours,
}

impl Clients {
    /// Connects a client, and completes the connection that it has already. `most` may be connected.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn connect(
        &self,
        id: String,
        owner: Option<&str>,
        most: usize,
    ) -> Result<(Arc<Client>, mpsc::Receiver<Bytes>), ConnectError> {
        let mut clients = self.clients();
        if clients.get(&id).is_some_and(|known| known.owner.as_deref() != owner) {
            return Err(ConnectError::NotYours);
        }
        if clients.len() >= most && !clients.contains_key(&id) {
            return Err(ConnectError::Full);
        }
        let (frames, receiver) = mpsc::channel(FRAMES_AHEAD);
        let client = Arc::new(Client {
            id: id.clone(),
            owner: owner.map(str::to_owned),
            frames,
            completed: CancellationToken::new(),
            messages: Mutex::default(),
        });
        if let Some(before) = clients.insert(id, Arc::clone(&client)) {
            before.completed.cancel();
        }
        Ok((client, receiver))
    }

    /// The connected client of this id.
    ///
    /// # Errors
    /// [`FindError`].
    pub fn find(&self, id: &str, owner: Option<&str>) -> Result<Arc<Client>, FindError> {
        let clients = self.clients();
        let client = clients.get(id).ok_or(FindError::Unknown)?;
        if client.owner.as_deref() != owner {
            return Err(FindError::NotYours);
        }
        Ok(Arc::clone(client))
    }

    /// Forgets a client, unless another connection has its id by now.
    pub fn remove(&self, client: &Arc<Client>) {
        let mut clients = self.clients();
        if clients.get(&client.id).is_some_and(|known| Arc::ptr_eq(known, client)) {
            clients.remove(&client.id);
        }
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<String, Arc<Client>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Client {
    /// Remembers a message that is being sent.
    pub fn remember(&self, message: String) {
        let mut messages = self.messages();
        if messages.len() == REMEMBERED {
            messages.pop_front();
        }
        messages.push_back((message, false));
    }

    /// Marks a message as acknowledged, and tells whether this is the first time; `None` if no such
    /// message is remembered.
    pub fn acknowledge(&self, message: &str) -> Option<bool> {
        let mut messages = self.messages();
        let (_, acknowledged) = messages.iter_mut().find(|(id, _)| id == message)?;
        Some(!std::mem::replace(acknowledged, true))
    }

    fn messages(&self) -> MutexGuard<'_, VecDeque<(String, bool)>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_one_connection_and_one_owner() {
        let clients = Clients::default();
        let (first, _) = clients.connect("c".into(), Some("ann"), 1).unwrap();
        let other = clients.connect("c".into(), Some("bob"), 1);
        assert_eq!(other.err(), Some(ConnectError::NotYours));
        assert_eq!(clients.connect("d".into(), None, 1).err(), Some(ConnectError::Full));
        assert!(!first.completed.is_cancelled());
        let (second, _) = clients.connect("c".into(), Some("ann"), 1).unwrap();
        assert!(first.completed.is_cancelled() && !second.completed.is_cancelled());
        clients.remove(&first);
        assert!(Arc::ptr_eq(&clients.find("c", Some("ann")).unwrap(), &second));
        assert_eq!(clients.find("c", None).err(), Some(FindError::NotYours));
        clients.remove(&second);
        assert_eq!(clients.find("c", Some("ann")).err(), Some(FindError::Unknown));
    }

    #[test]
    fn a_message_is_acknowledged_once() {
        let (client, _) = Clients::default().connect("c".into(), None, 1).unwrap();
        for number in 0..=REMEMBERED {
            client.remember(number.to_string());
        }
        assert_eq!(client.acknowledge("0"), None);
        assert_eq!(client.acknowledge("1"), Some(true));
        assert_eq!(client.acknowledge("1"), Some(false));
        assert_eq!(client.acknowledge("2"), Some(true));
    }
}
