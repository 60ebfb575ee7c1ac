//! What is kept in Redis, under the names of this deployment:
//!
//! - `PREFIXsession:ID`, a hash: whose session it is, which replica writes it, how it stands
//! - `PREFIXevents:ID`, a stream of its frames: the frame N has the stream's id `N+1-0`
//! - `PREFIXuser:USER`, a set: the ids of the user's live sessions
//! - `PREFIXended:USER`, a list: those of the last ended ones, the latest first
//! - `PREFIXids:USER`, a sorted set: all ids that the user took lately, and when
//! - `PREFIXreplica:ID`, there while that replica lives
//!
//! Everything expires by itself. A replica writes to a session only as long as the hash names it as
//! the owner, so one that was taken for dead can do no harm.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{
    AsyncCommands as _, ErrorKind, FromRedisValue, PushInfo, RedisError, RedisResult, Script,
    ScriptInvocation,
};
use tokio::sync::mpsc;

use super::super::log::{BYTES_AHEAD, Unstored};
use super::super::owned::PROMISED;
use super::super::{Limits, State};
use super::scripts::{APPEND, CANCEL, DISCARD, OPEN, READ, RELEASE, RESTORE, TAKE_OVER};
use super::seal::{Seal, escaped, is_frame, preview};

/// How long a replica counts as alive after it last said so.
const LEASE: Duration = Duration::from_secs(5);

/// How long a session is kept after it was last written to, live or ended.
const KEPT: Duration = Duration::from_secs(120);

/// How long Redis may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The most bytes of a frame: more than any that the relay makes of a model's event.
const LONGEST_FRAME: usize = 8 << 20;

/// The most bytes of a message between replicas.
const LONGEST_MESSAGE: usize = 4 << 10;

/// How many messages of other replicas may wait here.
const MESSAGES_AHEAD: usize = 10_000;

/// Why Redis was of no help.
#[derive(Debug)]
pub enum StoreError {
    /// It does not answer, or does nothing for the relay.
    Gone(RedisError),
    /// What it holds at the relay's keys is not the relay's.
    Foreign(String),
}

pub type StoreResult<T> = Result<T, StoreError>;

impl From<RedisError> for StoreError {
    fn from(error: RedisError) -> Self {
        let is_foreign = match error.kind() {
            // A value of another type than asked for.
            ErrorKind::UnexpectedReturnType | ErrorKind::Parse => true,
            _ => matches!(error.code(), Some("FOREIGN" | "WRONGTYPE")),
        };
        if is_foreign {
            Self::Foreign(preview(error.to_string().as_bytes()))
        } else {
            Self::Gone(error)
        }
    }
}

impl StoreError {
    fn foreign(what: &str) -> Self {
        Self::Foreign(what.to_owned())
    }
}

/// The connection to Redis, as one replica. A clone is the same.
#[derive(Clone)]
pub struct Store {
    connection: ConnectionManager,
    /// This replica's id.
    pub replica: String,
    limits: Limits,
    pub seal: Seal,
}

/// A session that is being opened or restored.
pub struct NewSession<'a> {
    pub id: &'a str,
    pub user: &'a str,
    pub started_at: u64,
    pub chat: &'a str,
}

/// What came of storing frames.
#[derive(Debug, PartialEq)]
pub enum Stored {
    Kept,
    /// They are stored, and the user wants the session to stop.
    Cancel,
    /// Redis does not know the session any more.
    Missing,
    /// Another replica writes it.
    Lost,
}

/// A session as any replica can read it.
pub struct View {
    pub user: String,
    pub state: State,
    pub owner: String,
    pub owner_lives: bool,
    /// The id that the next frame gets.
    pub next: u64,
    pub tokens: u64,
    /// Ids and frames, in order.
    pub frames: Vec<(u64, Vec<u8>)>,
    /// Whether something follows that is no frame of the relay's.
    pub is_foreign: bool,
}

/// A session that this replica writes from now on.
pub struct Taken {
    /// In JSON; empty if it is not known.
    pub chat: String,
    pub started_at: u64,
    pub next: u64,
}

/// A session whose cancel was noted.
pub struct Cancelling {
    pub user: String,
    pub state: State,
    pub owner: String,
    pub owner_lives: bool,
    pub tokens: u64,
}

type Entry = (String, Vec<u8>, Vec<u8>);

impl Store {
    /// For the Redis at `url`; what other replicas send to this one comes out of the receiver.
    /// Connects in the background, and again whenever the connection is lost.
    pub fn new(
        url: &str,
        replica: String,
        limits: Limits,
        seal: Seal,
    ) -> RedisResult<(Self, mpsc::Receiver<PushInfo>)> {
        let info: redis::ConnectionInfo = redis::IntoConnectionInfo::into_connection_info(url)?;
        // Messages come over the same connection.
        let settings = info.redis_settings().clone().set_protocol(redis::ProtocolVersion::RESP3);
        let client = redis::Client::open(info.set_redis_settings(settings))?;
        let (pushes, pushed) = mpsc::channel(MESSAGES_AHEAD);
        // Each may be lost: whoever sends more than is read here loses what is too much.
        let push = move |info: PushInfo| {
            let size = |value: &redis::Value| match value {
                redis::Value::BulkString(bytes) => bytes.len(),
                _ => 0,
            };
            if info.data.iter().all(|value| size(value) <= LONGEST_MESSAGE) {
                drop(pushes.try_send(info));
            }
            Ok::<_, std::convert::Infallible>(())
        };
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_push_sender(push)
            .set_automatic_resubscription();
        let connection = ConnectionManager::new_lazy_with_config(client, config)?;
        Ok((Self { connection, replica, limits, seal }, pushed))
    }

    /// Says that this replica lives, and listens for what others send it.
    pub async fn say_alive(&self) -> StoreResult<()> {
        let mut connection = self.connection.clone();
        connection.subscribe(self.channel(&self.replica)).await?;
        let key = self.seal.prefix.name("replica", &self.replica);
        Ok(connection.pset_ex(key, 1, millis(LEASE)).await?)
    }

    /// Claims an id for a user's new session: `opened`, `taken` or `user-full`.
    pub async fn open(&self, session: &NewSession<'_>) -> StoreResult<String> {
        let (seal, asked) = self.signatures(session);
        let mut script = self.keys(&OPEN, session.id, Some(session.user));
        script.arg(escaped(session.id)).arg(session.user).arg(&self.replica).arg(session.chat);
        script.arg(session.started_at).arg(self.start_of("session")).arg(self.start_of("replica"));
        script.arg(self.limits.sessions_per_user).arg(millis(KEPT)).arg(seal).arg(asked);
        self.run(script.arg(self.limits.ids_per_user).arg(millis(PROMISED))).await
    }

    /// Takes a claim back, if it was made after all.
    pub async fn discard(&self, id: &str, user: &str, started_at: u64) -> StoreResult<()> {
        let mut script = self.keys(&DISCARD, id, Some(user));
        self.run(script.arg(&self.replica).arg(started_at).arg(escaped(id))).await
    }

    /// Adds frames to a session of this replica, and keeps it for longer. `tokens` were relayed, and a
    /// reader has read up to the id `read_to`.
    pub async fn append(
        &self,
        (id, user, started_at): (&str, &str, u64),
        new: &Unstored,
        state: State,
        (tokens, read_to): (u64, u64),
    ) -> StoreResult<Stored> {
        let mut script = self.keys(&APPEND, id, Some(user));
        script.arg(&self.replica).arg(new.first).arg(tokens).arg(state.name());
        script.arg(millis(KEPT)).arg(millis(PROMISED)).arg(escaped(id));
        script.arg(self.start_of("session")).arg(self.start_of("events")).arg(read_to);
        script.arg(self.limits.bytes_per_session).arg(self.limits.bytes_per_user);
        script.arg(self.limits.ended_per_user);
        for (number, frame) in (new.first..).zip(&new.frames) {
            let signed = frame_parts((id, user), [started_at, number].map(u64::to_be_bytes), frame);
            script.arg(&frame[..]).arg(self.seal.sign("frame", &signed.each_ref().map(|p| &p[..])));
        }
        let outcome: String = self.run(&script).await?;
        Ok(match outcome.as_str() {
            "missing" => Stored::Missing,
            "lost" => Stored::Lost,
            "cancel" => Stored::Cancel,
            _ => Stored::Kept,
        })
    }

    /// Makes Redis know a live session again whose frames before `first` are lost.
    pub async fn restore(&self, session: &NewSession<'_>, first: u64) -> StoreResult<()> {
        let (seal, asked) = self.signatures(session);
        let mut script = self.keys(&RESTORE, session.id, Some(session.user));
        script.arg(escaped(session.id)).arg(session.user).arg(&self.replica).arg(session.chat);
        script.arg(session.started_at).arg(first).arg(millis(KEPT)).arg(seal).arg(asked);
        self.run(&script).await
    }

    /// A session, with at most `count` frames from the id `from` on, of 256 KiB or one.
    pub async fn read(&self, id: &str, from: u64, count: usize) -> StoreResult<Option<View>> {
        type Row = (String, String, String, bool, u64, u64, u64, Vec<u8>, Vec<Entry>);
        let mut script = self.keys(&READ, id, None);
        let start = format!("{}-0", from.saturating_add(1));
        script.arg(self.start_of("replica")).arg(start).arg(count).arg(BYTES_AHEAD);
        let row: Option<Row> = self.run(script.arg(LONGEST_FRAME)).await?;
        let Some((user, state, owner, owner_lives, next, tokens, started_at, seal, entries)) = row
        else {
            return Ok(None);
        };
        let state = self.checked((id, &user), &state, started_at, &seal)?;
        let mut view = View {
            user,
            state,
            owner,
            owner_lives,
            next,
            tokens,
            frames: Vec::new(),
            is_foreign: false,
        };
        for (key, frame, signature) in entries {
            // Something else may stand between the frames.
            let Some(number) = frame_number(&key) else { continue };
            let numbers = [started_at, number].map(u64::to_be_bytes);
            let signed = frame_parts((id, &view.user), numbers, &frame);
            let is_signed =
                self.seal.fits("frame", &signed.each_ref().map(|part| &part[..]), &signature);
            if number >= next || !is_signed || !is_frame(&frame, number) {
                let frame = preview(&frame);
                tracing::warn!(id, number, frame, "Redis holds an event that is not the relay's");
                view.is_foreign = true;
                break;
            }
            view.frames.push((number, frame));
        }
        Ok(Some(view))
    }

    /// Makes this replica the owner of a live session, if it is still that of `owner` and that one
    /// does not live.
    pub async fn take_over(
        &self,
        (id, user): (&str, &str),
        owner: &str,
    ) -> StoreResult<Option<Taken>> {
        let mut script = self.keys(&TAKE_OVER, id, None);
        script.arg(owner).arg(&self.replica).arg(self.start_of("replica"));
        let row: Option<(Vec<u8>, u64, u64, Vec<u8>)> =
            self.run(script.arg(self.limits.bytes_per_user)).await?;
        Ok(row.map(|(chat, started_at, next, asked)| {
            let started = started_at.to_be_bytes();
            let parts = [id.as_bytes(), user.as_bytes(), &started, &chat];
            let is_ours = self.seal.fits("chat", &parts, &asked);
            let chat = String::from_utf8(chat).ok().filter(|_| is_ours).unwrap_or_default();
            Taken { chat, started_at, next }
        }))
    }

    /// Hands a session of this replica to whoever wants it.
    pub async fn release(&self, id: &str) -> StoreResult<()> {
        self.run(self.keys(&RELEASE, id, None).arg(&self.replica)).await
    }

    /// Notes that `user` wants a session to stop, if it is theirs.
    pub async fn cancel(&self, id: &str, user: &str) -> StoreResult<Option<Cancelling>> {
        type Row = (String, String, String, bool, u64, u64, Vec<u8>);
        let mut script = self.keys(&CANCEL, id, None);
        let row: Option<Row> = self.run(script.arg(user).arg(self.start_of("replica"))).await?;
        let Some((user, state, owner, owner_lives, tokens, started_at, seal)) = row else {
            return Ok(None);
        };
        let state = self.checked((id, &user), &state, started_at, &seal)?;
        Ok(Some(Cancelling { user, state, owner, owner_lives, tokens }))
    }

    /// Sends a message to another replica.
    pub async fn send(&self, replica: &str, message: &str) -> StoreResult<()> {
        let signature = self.seal.sign("message", &[replica.as_bytes(), message.as_bytes()]);
        let signed = [signature, message.into()].concat();
        Ok(self.connection.clone().publish(self.channel(replica), signed).await?)
    }

    /// The message that another replica has sent to this one, if it was one.
    pub fn received<'a>(&self, signed: &'a [u8]) -> Option<&'a [u8]> {
        let size = self.seal.sign("message", &[]).len();
        let (signature, message) = signed.split_at_checked(size)?;
        let parts = [self.replica.as_bytes(), message];
        self.seal.fits("message", &parts, signature).then_some(message)
    }

    /// Where a session stands, if the rest of what Redis says of it is true.
    fn checked(
        &self,
        (id, user): (&str, &str),
        state: &str,
        started_at: u64,
        seal: &[u8],
    ) -> StoreResult<State> {
        let started = started_at.to_be_bytes();
        if !self.seal.fits("session", &[id.as_bytes(), user.as_bytes(), &started], seal) {
            return Err(StoreError::foreign("the session is not signed by a relay"));
        }
        State::of(state).ok_or_else(|| StoreError::foreign("the state is none"))
    }

    /// The signatures of a session, and of what it was asked.
    fn signatures(&self, session: &NewSession<'_>) -> (Vec<u8>, Vec<u8>) {
        let started = session.started_at.to_be_bytes();
        let whose = [session.id.as_bytes(), session.user.as_bytes(), &started[..]];
        let [id, user, started] = whose;
        let asked = [id, user, started, session.chat.as_bytes()];
        (self.seal.sign("session", &whose), self.seal.sign("chat", &asked))
    }

    /// A script with the keys of a session, and of its user.
    fn keys(
        &self,
        script: &'static Script,
        id: &str,
        user: Option<&str>,
    ) -> ScriptInvocation<'static> {
        let mut invocation = script.prepare_invoke();
        for kind in ["session", "events"] {
            invocation.key(self.seal.prefix.name(kind, id));
        }
        for kind in ["user", "ended", "ids"] {
            if let Some(user) = user {
                invocation.key(self.seal.prefix.name(kind, user));
            }
        }
        invocation
    }

    /// What the names of all keys of this kind begin with.
    fn start_of(&self, kind: &str) -> String {
        self.seal.prefix.name(kind, "")
    }

    fn channel(&self, replica: &str) -> String {
        self.seal.prefix.name("to", replica)
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> StoreResult<T> {
        Ok(script.invoke_async(&mut self.connection.clone()).await?)
    }
}

/// What a frame's signature is of: the session, when it began, the frame's number, and the frame.
fn frame_parts<'a>(
    (id, user): (&'a str, &'a str),
    numbers: [[u8; 8]; 2],
    frame: &'a [u8],
) -> [std::borrow::Cow<'a, [u8]>; 4] {
    [id.as_bytes().into(), user.as_bytes().into(), numbers.concat().into(), frame.into()]
}

/// The number of the frame with this id in the stream.
fn frame_number(key: &str) -> Option<u64> {
    key.strip_suffix("-0")?.parse::<u64>().ok()?.checked_sub(1)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
