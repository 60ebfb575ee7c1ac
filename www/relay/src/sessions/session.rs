//! One answer, from its request to its end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::Stream;
use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::budget::Budgets;
use super::log::{Log, Missing, Read};
use super::{Cancel, ResumeError};
use crate::frame;

/// How many bytes of frames a response takes at once.
const READ_SIZE: usize = 16 << 10;

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The answer is being written.
    Live,
    /// The answer was written to its end.
    Completed,
    /// Its user, or the relay's shutdown, stopped it.
    Cancelled,
    /// The reader's connection closed, and nobody came back in time.
    ClientGone,
    /// It took longer than a session may.
    Expired,
    /// The model could not be reached, or failed.
    UpstreamError,
}

impl Serialize for State {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl State {
    const ALL: [Self; 6] = [
        Self::Live,
        Self::Completed,
        Self::Cancelled,
        Self::ClientGone,
        Self::Expired,
        Self::UpstreamError,
    ];

    /// As it is called in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::ClientGone => "client-gone",
            Self::Expired => "expired",
            Self::UpstreamError => "upstream-error",
        }
    }

    /// The state of that name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// One answer: who it belongs to, its frames, and how it ended.
pub struct Session {
    id: String,
    user: String,
    started_at: AtomicU64,
    tokens: AtomicU64,
    cancel: CancellationToken,
    /// Another replica writes the rest.
    lost: CancellationToken,
    status: watch::Sender<Status>,
    /// How many bytes were asked.
    pub(super) asked: usize,
    pub(super) log: Log,
}

#[derive(Clone, Copy)]
struct Status {
    state: State,
    ended_at: Option<u64>,
}

/// A session as `GET /sessions` shows it. Times are milliseconds since 1970, as JavaScript's `Date`
/// takes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    session_id: String,
    user_id: String,
    state: State,
    tokens: u64,
    pub(super) started_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<u64>,
}

impl Session {
    /// A session that begins now. `asked` bytes are held as long as it lives.
    pub(super) fn new(id: String, user: String, log: Log, asked: usize) -> Self {
        log.hold_beside(asked);
        let session = Self { asked, ..Self::begun_elsewhere(id, user, log) };
        session.set_begun(now(), 0);
        session
    }

    /// A session whose frames so far were written elsewhere.
    pub(super) fn begun_elsewhere(id: String, user: String, log: Log) -> Self {
        Self {
            id,
            user,
            started_at: AtomicU64::new(0),
            tokens: AtomicU64::new(0),
            cancel: CancellationToken::new(),
            lost: CancellationToken::new(),
            status: watch::Sender::new(Status { state: State::Live, ended_at: None }),
            asked: 0,
            log,
        }
    }

    /// The session's id, as its user chose it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whom the session belongs to.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// How many tokens were relayed so far.
    pub fn tokens(&self) -> u64 {
        self.tokens.load(Ordering::Relaxed)
    }

    /// Where the session stands now.
    pub fn state(&self) -> State {
        self.status.borrow().state
    }

    /// Adds the frame that `frame` makes of its id: 0 for the first, then 1 and so on. Waits while
    /// 100 frames or 256 KiB are unread.
    pub async fn push(&self, frame: impl FnOnce(u64) -> Bytes) {
        self.log.push(frame).await;
    }

    /// As [`Session::push`], without waiting.
    pub fn add(&self, frame: impl FnOnce(u64) -> Bytes) {
        self.log.add_now(frame);
    }

    /// Counts one token.
    pub fn count_token(&self) {
        self.tokens.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds the last frame. To be called once, when the registry knows that the session has ended.
    pub fn close(&self, last: impl FnOnce(u64) -> Bytes) {
        self.log.close(last);
    }

    /// A reader of the frames after that of the id `after`; of all frames without one.
    ///
    /// # Errors
    /// [`ResumeError::Gone`], [`ResumeError::Forgotten`] or [`ResumeError::NeverSent`].
    pub fn reader(self: &Arc<Self>, after: Option<u64>) -> Result<Reader, ResumeError> {
        let next = self.log.attach(after).map_err(|missing| match missing {
            Missing::Dropped if self.state() == State::Live => ResumeError::Gone,
            Missing::Dropped => ResumeError::Forgotten,
            Missing::NotWritten => ResumeError::NeverSent,
        })?;
        Ok(Reader { session: Arc::clone(self), next, shown: self.log.shown(), interrupted: false })
    }

    /// Resolves when the user has asked to stop.
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }

    /// Resolves when another replica writes the rest.
    pub async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Ends the readers here without an end of the answer: they will find it elsewhere.
    pub fn interrupt(&self) {
        self.log.interrupt();
    }

    /// When the session began, in milliseconds since 1970.
    pub(super) fn started_at(&self) -> u64 {
        self.started_at.load(Ordering::Relaxed)
    }

    /// Sets when the session began, and how many tokens it has so far.
    pub(super) fn set_begun(&self, started_at: u64, tokens: u64) {
        self.started_at.store(started_at, Ordering::Relaxed);
        self.tokens.store(tokens, Ordering::Relaxed);
    }

    pub(super) fn ask_to_stop(&self) {
        self.cancel.cancel();
    }

    /// Stops the writer here, and ends the readers after what they may see.
    pub(super) fn lose(&self) {
        self.lost.cancel();
        self.log.lose();
    }

    /// Resolves when there was no reader for all of `grace`.
    pub async fn abandoned(&self, grace: Duration) {
        loop {
            self.log.unread().await;
            tokio::select! {
                biased;
                () = self.log.attached() => {}
                () = tokio::time::sleep(grace) => return,
            }
        }
    }

    /// Milliseconds since the session has ended, if it has.
    pub(super) fn ended_ago(&self) -> Option<Duration> {
        let ended_at = self.status.borrow().ended_at?;
        Some(Duration::from_millis(now().saturating_sub(ended_at)))
    }

    pub(super) fn end(&self, state: State) {
        self.status.send_replace(Status { state, ended_at: Some(now()) });
    }

    /// Counts what is still held in other budgets: those of ended sessions.
    pub(super) fn retire(&self, budgets: Budgets) {
        self.log.retire(budgets);
    }

    /// Asks the session to stop and waits until it has ended.
    ///
    /// A page that cancels also closes its connection, and that can be noticed before its request
    /// is: a cancel of a session that ended as [`State::ClientGone`] counts as what stopped it.
    pub(super) async fn stop(&self) -> Cancel {
        let was_live = self.state() == State::Live;
        self.cancel.cancel();
        let mut status = self.status.subscribe();
        let ended = status.wait_for(|status| status.state != State::Live).await;
        drop(ended.expect("the session holds the sender"));
        let claimed = self.status.send_if_modified(|status| {
            let gone = status.state == State::ClientGone;
            if gone {
                status.state = State::Cancelled;
            }
            gone
        });
        let state = self.state();
        let cancelled = claimed || was_live && state == State::Cancelled;
        Cancel { state, cancelled, tokens: self.tokens() }
    }

    pub(super) fn view(&self) -> SessionView {
        let Status { state, ended_at } = *self.status.borrow();
        SessionView {
            session_id: self.id.clone(),
            user_id: self.user.clone(),
            state,
            tokens: self.tokens(),
            started_at: self.started_at(),
            ended_at,
        }
    }
}

/// Reads a session's frames. While there is none, the session counts as abandoned.
pub struct Reader {
    session: Arc<Session>,
    next: u64,
    shown: watch::Receiver<()>,
    /// Whether the client was told to come back elsewhere.
    interrupted: bool,
}

impl Reader {
    /// Whether there is nothing to read and never will be.
    pub fn is_over(&self) -> bool {
        self.session.log.is_over(self.next)
    }

    /// Whose frames these are.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The next frame; `None` after the last. An error when more is to come, but not here.
    pub async fn next_frame(&mut self) -> Option<io::Result<Bytes>> {
        self.next(0).await
    }

    /// The next frames, one or more; more only if they are not over `size` bytes together.
    async fn next(&mut self, size: usize) -> Option<io::Result<Bytes>> {
        loop {
            self.shown.mark_unchanged();
            match self.session.log.read(self.next, size) {
                Read::Frames(bytes, next) => {
                    self.next = next;
                    return Some(Ok(bytes));
                }
                Read::End => return None,
                Read::Interrupted if !self.interrupted => {
                    self.interrupted = true;
                    return Some(Ok(frame::retry()));
                }
                Read::Interrupted => return Some(Err(io::ErrorKind::ConnectionAborted.into())),
                Read::Wait => drop(self.shown.changed().await),
            }
        }
    }

    /// All frames, as the body of a response.
    pub fn into_stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send {
        futures_util::stream::unfold(self, async |mut reader| {
            let bytes = reader.next(READ_SIZE).await?;
            Some((bytes, reader))
        })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.session.log.detach();
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
