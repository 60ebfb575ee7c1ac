//! What is kept in Redis, and the scripts that change it, each as one step:
//!
//! - `sluicegate:session:ID`, a hash: whose session it is, which replica writes it, how it stands
//! - `sluicegate:events:ID`, a stream of its frames: the frame N has the stream's id `N+1-0`
//! - `sluicegate:user:USER`, a set: the ids of the user's live sessions
//! - `sluicegate:replica:ID`, there while that replica lives
//!
//! Everything expires by itself. A replica writes to a session only as long as the hash names it as
//! the owner, so one that was taken for dead can do no harm.

use std::sync::LazyLock;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands as _, FromRedisValue, PushInfo, RedisResult, Script, ScriptInvocation};
use tokio::sync::mpsc;

use super::super::log::Unstored;

/// How long a replica counts as alive after it last said so.
const LEASE: Duration = Duration::from_secs(5);

/// How long a session is kept after it was last written to, live or ended.
const KEPT: Duration = Duration::from_secs(120);

/// How many frames are kept of a session: at least this many of the last ones.
const FRAMES_KEPT: usize = 10_000;

/// How long Redis may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

static OPEN: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
local user, state = unpack(redis.call('HMGET', KEYS[1], 'user', 'state'))
if user and (state == 'live' or user ~= ARGV[2]) then return 'taken' end
local live = 0
for _, id in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  local state, owner = unpack(redis.call('HMGET', ARGV[6] .. id, 'state', 'owner'))
  if state ~= 'live' then redis.call('SREM', KEYS[3], id)
  elseif redis.call('EXISTS', ARGV[7] .. owner) == 1 then live = live + 1 end
end
if live >= tonumber(ARGV[8]) then return 'user-full' end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'user', ARGV[2], 'owner', ARGV[3], 'chat', ARGV[4], 'started', ARGV[5],
  'state', 'live', 'next', 0, 'tokens', 0)
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[9])
redis.call('PEXPIRE', KEYS[3], ARGV[9])
return 'opened'",
    )
});

static DISCARD: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
local owner, started = unpack(redis.call('HMGET', KEYS[1], 'owner', 'started'))
if owner == ARGV[1] and started == ARGV[2] then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('SREM', KEYS[3], ARGV[3])
end",
    )
});

static APPEND: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
local owner, next, cancel = unpack(redis.call('HMGET', KEYS[1], 'owner', 'next', 'cancel'))
if not owner then return 'missing' end
if owner ~= ARGV[1] then return 'lost' end
local id = tonumber(ARGV[2])
for i = 7, #ARGV do
  if id >= tonumber(next) then
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], string.format('%d-0', id + 1), 'f', ARGV[i])
  end
  id = id + 1
end
redis.call('HSET', KEYS[1], 'next', string.format('%d', math.max(id, tonumber(next))), 'tokens', ARGV[3],
  'state', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
if cancel then return 'cancel' end
return 'stored'",
    )
});

static RESTORE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'user', ARGV[2], 'owner', ARGV[3], 'chat', ARGV[4], 'started', ARGV[5],
  'state', 'live', 'next', ARGV[6], 'tokens', 0)
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('PEXPIRE', KEYS[3], ARGV[7])
return 1",
    )
});

static READ: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
local user, state, owner, next, tokens =
  unpack(redis.call('HMGET', KEYS[1], 'user', 'state', 'owner', 'next', 'tokens'))
if not user then return false end
local alive = redis.call('EXISTS', ARGV[1] .. owner)
local frames = {}
local entries = redis.call('XRANGE', KEYS[2], ARGV[2], '+', 'COUNT', ARGV[3])
for i, entry in ipairs(entries or {}) do frames[i] = { entry[1], entry[2][2] } end
return { user, state, owner, alive, next, tokens, frames }",
    )
});

static TAKE_OVER: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
local state, owner = unpack(redis.call('HMGET', KEYS[1], 'state', 'owner'))
if state ~= 'live' or owner ~= ARGV[1] or redis.call('EXISTS', ARGV[3] .. owner) == 1 then return false end
redis.call('HSET', KEYS[1], 'owner', ARGV[2])
return redis.call('HMGET', KEYS[1], 'chat', 'started', 'next')",
    )
});

static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then redis.call('HSET', KEYS[1], 'owner', '') end",
    )
});

static CANCEL: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
local user, state, owner, tokens = unpack(redis.call('HMGET', KEYS[1], 'user', 'state', 'owner', 'tokens'))
if not user then return false end
if user == ARGV[1] and state == 'live' then redis.call('HSET', KEYS[1], 'cancel', 1) end
return { user, state, owner, redis.call('EXISTS', ARGV[2] .. owner), tokens }",
    )
});

/// The connection to Redis, as one replica. A clone is the same.
#[derive(Clone)]
pub struct Store {
    connection: ConnectionManager,
    /// This replica's id.
    pub replica: String,
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
    pub state: String,
    pub owner: String,
    pub owner_lives: bool,
    /// The id that the next frame gets.
    pub next: u64,
    pub tokens: u64,
    /// Ids and frames, in order.
    pub frames: Vec<(u64, Vec<u8>)>,
}

/// A session that this replica writes from now on.
pub struct Taken {
    pub chat: String,
    pub started_at: u64,
    pub next: u64,
}

/// A session whose cancel was noted.
pub struct Cancelling {
    pub user: String,
    pub state: String,
    pub owner: String,
    pub owner_lives: bool,
    pub tokens: u64,
}

type Entry = (String, Vec<u8>);

impl Store {
    /// For the Redis at `url`; what other replicas send to this one comes out of the receiver.
    /// Connects in the background, and again whenever the connection is lost.
    pub fn new(
        url: &str,
        replica: String,
    ) -> RedisResult<(Self, mpsc::UnboundedReceiver<PushInfo>)> {
        let info: redis::ConnectionInfo = redis::IntoConnectionInfo::into_connection_info(url)?;
        // Messages come over the same connection.
        let settings = info.redis_settings().clone().set_protocol(redis::ProtocolVersion::RESP3);
        let client = redis::Client::open(info.set_redis_settings(settings))?;
        let (pushes, pushed) = mpsc::unbounded_channel();
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_push_sender(pushes)
            .set_automatic_resubscription();
        let connection = ConnectionManager::new_lazy_with_config(client, config)?;
        Ok((Self { connection, replica }, pushed))
    }

    /// Says that this replica lives, and listens for what others send it.
    pub async fn say_alive(&self) -> RedisResult<()> {
        let mut connection = self.connection.clone();
        connection.subscribe(channel(&self.replica)).await?;
        let lease = u64::try_from(LEASE.as_millis()).unwrap_or(u64::MAX);
        connection.pset_ex(format!("{REPLICA}{}", self.replica), 1, lease).await
    }

    /// Claims an id for a user's new session: `opened`, `taken` or `user-full`.
    pub async fn open(&self, session: &NewSession<'_>, per_user: usize) -> RedisResult<String> {
        let mut script = keys(&OPEN, session.id, Some(session.user));
        script.arg(session.id).arg(session.user).arg(&self.replica).arg(session.chat);
        script.arg(session.started_at).arg(SESSION).arg(REPLICA).arg(per_user);
        self.run(script.arg(millis(KEPT))).await
    }

    /// Takes a claim back, if it was made after all.
    pub async fn discard(&self, id: &str, user: &str, started_at: u64) -> RedisResult<()> {
        let mut script = keys(&DISCARD, id, Some(user));
        self.run(script.arg(&self.replica).arg(started_at).arg(id)).await
    }

    /// Adds frames to a session of this replica, and keeps it for longer.
    pub async fn append(
        &self,
        (id, user): (&str, &str),
        new: &Unstored,
        state: &str,
        tokens: u64,
    ) -> RedisResult<Stored> {
        let mut script = keys(&APPEND, id, Some(user));
        script.arg(&self.replica).arg(new.first).arg(tokens).arg(state);
        script.arg(millis(KEPT)).arg(FRAMES_KEPT);
        for frame in &new.frames {
            script.arg(&frame[..]);
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
    pub async fn restore(&self, session: &NewSession<'_>, first: u64) -> RedisResult<()> {
        let mut script = keys(&RESTORE, session.id, Some(session.user));
        script.arg(session.id).arg(session.user).arg(&self.replica).arg(session.chat);
        self.run(script.arg(session.started_at).arg(first).arg(millis(KEPT))).await
    }

    /// A session, with at most `count` frames from the id `from` on.
    pub async fn read(&self, id: &str, from: u64, count: usize) -> RedisResult<Option<View>> {
        type Row = (String, String, String, bool, u64, u64, Vec<Entry>);
        let mut script = keys(&READ, id, None);
        let start = format!("{}-0", from.saturating_add(1));
        let row: Option<Row> = self.run(script.arg(REPLICA).arg(start).arg(count)).await?;
        let Some((user, state, owner, owner_lives, next, tokens, entries)) = row else {
            return Ok(None);
        };
        let number = |id: &str| id.split('-').next().and_then(|id| id.parse().ok()).unwrap_or(0u64);
        let frames = entries.into_iter().map(|(id, frame)| (number(&id).saturating_sub(1), frame));
        let frames = frames.collect();
        Ok(Some(View { user, state, owner, owner_lives, next, tokens, frames }))
    }

    /// Makes this replica the owner of a live session, if it is still that of `owner` and that one
    /// does not live.
    pub async fn take_over(&self, id: &str, owner: &str) -> RedisResult<Option<Taken>> {
        let mut script = keys(&TAKE_OVER, id, None);
        let row: Option<(String, u64, u64)> =
            self.run(script.arg(owner).arg(&self.replica).arg(REPLICA)).await?;
        Ok(row.map(|(chat, started_at, next)| Taken { chat, started_at, next }))
    }

    /// Gives a session of this replica to whoever wants it.
    pub async fn release(&self, id: &str) -> RedisResult<()> {
        self.run(keys(&RELEASE, id, None).arg(&self.replica)).await
    }

    /// Notes that `user` wants a session to stop, if it is theirs.
    pub async fn cancel(&self, id: &str, user: &str) -> RedisResult<Option<Cancelling>> {
        let row: Option<(String, String, String, bool, u64)> =
            self.run(keys(&CANCEL, id, None).arg(user).arg(REPLICA)).await?;
        Ok(row.map(|(user, state, owner, owner_lives, tokens)| Cancelling {
            user,
            state,
            owner,
            owner_lives,
            tokens,
        }))
    }

    /// Sends a message to another replica.
    pub async fn send(&self, replica: &str, message: &str) -> RedisResult<()> {
        self.connection.clone().publish(channel(replica), message).await
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> RedisResult<T> {
        script.invoke_async(&mut self.connection.clone()).await
    }
}

const SESSION: &str = "sluicegate:session:";
const REPLICA: &str = "sluicegate:replica:";

/// A script with the keys of a session, and of its user.
fn keys(
    script: &'static LazyLock<Script>,
    id: &str,
    user: Option<&str>,
) -> ScriptInvocation<'static> {
    let mut invocation = script.prepare_invoke();
    invocation.key(format!("{SESSION}{id}")).key(format!("sluicegate:events:{id}"));
    if let Some(user) = user {
        invocation.key(format!("sluicegate:user:{user}"));
    }
    invocation
}

fn channel(replica: &str) -> String {
    format!("sluicegate:to:{replica}")
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
