//! The clients of `/api/sse`: one connection each, over which all that is sent to a client goes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// How many frames may wait for a slow client before the answers to it wait.
const FRAMES_AHEAD: usize = 100;

/// How many bytes of frames may wait. One frame may always.
const BYTES_AHEAD: u32 = 64 << 10;

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
    pub frames: FrameSender,
    /// Ends the connection.
    pub completed: CancellationToken,
    /// The ids of the messages that were sent to it, and whether it has acknowledged them.
    messages: Mutex<VecDeque<(String, bool)>>,
}

/// Sends frames to a client, and waits while too much waits for it. A clone is for the same client.
#[derive(Clone)]
pub struct FrameSender {
    frames: mpsc::Sender<Bytes>,
    room: Arc<Semaphore>,
}

/// A frame, and the room that it takes until it is on its way to the client.
struct Waiting {
    frame: Bytes,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Waiting {
    fn as_ref(&self) -> &[u8] {
        &self.frame
    }
}

/// The client does not read any more, or too slowly for a frame that can be left out.
#[derive(Debug)]
pub struct NotSent;

impl FrameSender {
    /// For frames that come out of the receiver.
    pub fn new() -> (Self, mpsc::Receiver<Bytes>) {
        let (frames, receiver) = mpsc::channel(FRAMES_AHEAD);
        (Self { frames, room: Arc::new(Semaphore::new(BYTES_AHEAD as usize)) }, receiver)
    }

    /// Sends a frame as soon as there is room for it.
    pub async fn send(&self, frame: Bytes) -> Result<(), NotSent> {
        let room = Arc::clone(&self.room).acquire_many_owned(room_for(&frame));
        let room = tokio::select! {
            room = room => room.expect("nobody closes it"),
            () = self.frames.closed() => return Err(NotSent),
        };
        let waiting = Bytes::from_owner(Waiting { frame, _room: room });
        self.frames.send(waiting).await.map_err(|_| NotSent)
    }

    /// Sends a frame if there is room for it.
    pub fn try_send(&self, frame: Bytes) -> Result<(), NotSent> {
        let room = Arc::clone(&self.room).try_acquire_many_owned(room_for(&frame));
        let room = room.map_err(|_| NotSent)?;
        let waiting = Bytes::from_owner(Waiting { frame, _room: room });
        self.frames.try_send(waiting).map_err(|_| NotSent)
    }

    /// Resolves when the client does not read any more.
    pub async fn closed(&self) {
        self.frames.closed().await;
    }
}

/// How much room a frame takes: all that there is, if it is longer.
fn room_for(frame: &Bytes) -> u32 {
    u32::try_from(frame.len()).unwrap_or(BYTES_AHEAD).min(BYTES_AHEAD)
}

/// How many clients may be connected: together, and of one user.
#[derive(Clone, Copy)]
pub struct Most {
    pub all: usize,
    pub user: usize,
}

/// Why a client was not connected.
#[derive(Debug, PartialEq)]
pub enum ConnectError {
    /// As many are connected as may be.
    Full,
    /// As many of the user are connected as may be.
    UserFull,
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
    /// Connects a client, and completes the connection that it has already. Where there are no tokens,
    /// all clients are nobody's, and only those of all are counted.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn connect(
        &self,
        id: String,
        owner: Option<&str>,
        most: Most,
    ) -> Result<(Arc<Client>, mpsc::Receiver<Bytes>), ConnectError> {
        let mut clients = self.clients();
        if clients.get(&id).is_some_and(|known| known.owner.as_deref() != owner) {
            return Err(ConnectError::NotYours);
        }
        if !clients.contains_key(&id) {
            let theirs =
                || clients.values().filter(|known| known.owner.as_deref() == owner).count();
            if owner.is_some() && theirs() >= most.user {
                return Err(ConnectError::UserFull);
            }
            if clients.len() >= most.all {
                return Err(ConnectError::Full);
            }
        }
        let (frames, receiver) = FrameSender::new();
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
        let one = Most { all: 1, user: 1 };
        let (first, _) = clients.connect("c".into(), Some("ann"), one).unwrap();
        let other = clients.connect("c".into(), Some("bob"), one);
        assert_eq!(other.err(), Some(ConnectError::NotYours));
        assert_eq!(clients.connect("d".into(), None, one).err(), Some(ConnectError::Full));
        assert!(!first.completed.is_cancelled());
        let (second, _) = clients.connect("c".into(), Some("ann"), one).unwrap();
        assert!(first.completed.is_cancelled() && !second.completed.is_cancelled());
        clients.remove(&first);
        assert!(Arc::ptr_eq(&clients.find("c", Some("ann")).unwrap(), &second));
        assert_eq!(clients.find("c", None).err(), Some(FindError::NotYours));
        clients.remove(&second);
        assert_eq!(clients.find("c", Some("ann")).err(), Some(FindError::Unknown));
    }

    #[test]
    fn a_message_is_acknowledged_once() {
        let most = Most { all: 1, user: 1 };
        let (client, _) = Clients::default().connect("c".into(), None, most).unwrap();
        for number in 0..=REMEMBERED {
            client.remember(number.to_string());
        }
        assert_eq!(client.acknowledge("0"), None);
        assert_eq!(client.acknowledge("1"), Some(true));
        assert_eq!(client.acknowledge("1"), Some(false));
        assert_eq!(client.acknowledge("2"), Some(true));
    }
    #[test]
    fn one_user_cannot_take_all_places() {
        let clients = Clients::default();
        let connect = |id: &str, owner| {
            clients.connect(id.into(), owner, Most { all: 5, user: 2 }).map(|_| ()).err()
        };
        assert_eq!([connect("1", Some("ann")), connect("2", Some("ann"))], [None, None]);
        assert_eq!(connect("3", Some("ann")), Some(ConnectError::UserFull));
        assert_eq!(connect("2", Some("ann")), None, "the same client comes back");
        assert_eq!([connect("4", Some("bob")), connect("5", Some("bob"))], [None, None]);
        assert_eq!(connect("6", Some("bob")), Some(ConnectError::UserFull));
        assert_eq!([connect("7", None), connect("8", None)], [None, Some(ConnectError::Full)]);
    }

    #[tokio::test]
    async fn what_waits_for_a_slow_client_is_counted_in_bytes() {
        let (sender, mut receiver) = FrameSender::new();
        let frame = |size: u32| Bytes::from(vec![b'x'; size as usize]);
        let waits = async |size| {
            let sending = sender.send(frame(size));
            tokio::select! { biased; _ = sending => false, () = async {} => true }
        };
        assert!(!waits(BYTES_AHEAD * 20).await, "one frame may always wait");
        assert!(waits(1).await && sender.try_send(frame(1)).is_err());
        let long = receiver.recv().await.unwrap();
        assert_eq!(long.len(), BYTES_AHEAD as usize * 20);
        assert!(waits(1).await, "it is not sent yet");
        drop(long);
        assert!(!waits(BYTES_AHEAD / 2).await && !waits(BYTES_AHEAD / 2).await && waits(1).await);
        drop(receiver);
        assert!(sender.send(frame(1)).await.is_err());
    }
}
