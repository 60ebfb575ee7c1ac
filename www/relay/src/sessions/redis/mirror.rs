//! A reader's side of a session that another replica owns: its frames come from Redis. When the
//! owner dies, this replica takes the session over.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use sluicegate::sse::Decoder;
use tokio::sync::Notify;
use uuid::Uuid;

use super::super::log::FRAMES_AHEAD;
use super::super::{Reader, ResumeError, Session, State, TakenOver};
use super::inbox::Message;
use super::store::{StoreError, StoreResult, View};
use super::{Inner, owner};
use crate::chat::{Chat, Message as Turn, Role};
use crate::framing::{self, Framing, Plain};

/// How many frames are read at once.
const BATCH: usize = 256;

/// When the owner is told again how far the reader is, and Redis is looked at although nobody has
/// said that there is more.
const LOOK: Duration = Duration::from_secs(1);

/// How long an owner has to be seen dead before another one takes its sessions. Redis may just have
/// come back, and the owner not yet said that it lives.
const DEAD_FOR: Duration = Duration::from_millis(1500);

/// From one look at a dead owner to the next.
const DEAD_LOOK: Duration = Duration::from_millis(250);

/// A reader of a session that this replica does not own, or whose frames it does not keep.
pub async fn open(
    inner: &Arc<Inner>,
    id: &str,
    user: &str,
    after: Option<u64>,
) -> Result<Reader, ResumeError> {
    let from = after.map_or(0, |after| after.saturating_add(1));
    let view = inner.store.read(id, from, 1).await;
    inner.note(&view);
    let view = view.map_err(|error| match error {
        StoreError::Gone(_) => ResumeError::Unavailable,
        StoreError::Foreign(_) => ResumeError::Foreign,
    })?;
    let view = view.ok_or(ResumeError::Unknown)?;
    if view.user != user {
        return Err(ResumeError::NotYours);
    }
    if from > view.next {
        return Err(ResumeError::NeverSent);
    }
    if view.frames.is_empty() && view.is_foreign {
        return Err(ResumeError::Foreign);
    }
    if from < view.next && view.frames.first().is_none_or(|(first, _)| *first != from) {
        let is_live = view.state == State::Live;
        return Err(if is_live { ResumeError::Gone } else { ResumeError::Forgotten });
    }
    let log = inner.memory.log_of_elsewhere(user, from);
    let session = Session::begun_elsewhere(id.to_owned(), user.to_owned(), log);
    let session = Arc::new(session);
    if view.state != State::Live {
        session.end(view.state);
        if from == view.next {
            session.log.finish();
        }
    }
    let reader = session.reader(after)?;
    let mirror = Mirror {
        inner: Arc::clone(inner),
        session,
        name: Uuid::new_v4().to_string(),
        more: Arc::default(),
        owner: view.owner,
        missing_since: None,
    };
    tokio::spawn(mirror.run());
    Ok(reader)
}

struct Mirror {
    inner: Arc<Inner>,
    session: Arc<Session>,
    /// What this reader is called between replicas.
    name: String,
    /// There is more in Redis.
    more: Arc<Notify>,
    owner: String,
    /// Since when Redis has not known the session.
    missing_since: Option<Instant>,
}

/// What to do next.
enum Next {
    /// Read on at once.
    Read,
    /// Wait for more.
    Wait,
    /// Look again soon.
    Look,
    /// Nothing.
    Stop,
}

impl Mirror {
    async fn run(mut self) {
        self.readers().insert(self.name.clone(), Arc::clone(&self.more));
        let session = Arc::clone(&self.session);
        tokio::select! {
            () = session.log.unread() => {}
            () = self.follow() => {}
        }
        self.readers().remove(&self.name);
    }

    fn readers(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<String, Arc<Notify>>> {
        self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn follow(&mut self) {
        self.report().await;
        loop {
            let more = Arc::clone(&self.more);
            let log = &self.session.log;
            // A slow reader slows the owner: no more is read than it may be ahead.
            tokio::select! {
                () = log.room() => {}
                () = tokio::time::sleep(LOOK) => {
                    self.report().await;
                    continue;
                }
            }
            let room = log.read_to() + FRAMES_AHEAD - log.next();
            let count = usize::try_from(room).unwrap_or(BATCH).min(BATCH);
            let view = self.inner.store.read(self.session.id(), log.next(), count).await;
            let wait = match self.take(view).await {
                Next::Read => continue,
                Next::Stop => return,
                Next::Wait => LOOK,
                Next::Look => DEAD_LOOK,
            };
            // Half of what the owner may be ahead.
            let soon = self.session.log.read_to() + FRAMES_AHEAD / 2;
            tokio::select! {
                () = more.notified() => {}
                () = self.session.log.read_up_to(soon) => {}
                () = tokio::time::sleep(wait) => {}
            }
            self.report().await;
        }
    }

    async fn take(&mut self, view: StoreResult<Option<View>>) -> Next {
        self.inner.note(&view);
        let log = &self.session.log;
        let view = match view {
            Ok(Some(view)) => view,
            // Redis may have come back empty; then the owner stores the session anew.
            Ok(None) => {
                let since = *self.missing_since.get_or_insert_with(Instant::now);
                if since.elapsed() < DEAD_FOR {
                    return Next::Look;
                }
                log.interrupt();
                return Next::Stop;
            }
            Err(StoreError::Gone(_)) => return Next::Look,
            Err(StoreError::Foreign(_)) => {
                log.interrupt();
                return Next::Stop;
            }
        };
        self.missing_since = None;
        let came = !view.frames.is_empty();
        for (id, frame) in view.frames {
            if id != log.next() {
                // What comes next is not kept any more.
                log.interrupt();
                return Next::Stop;
            }
            log.add_now(|_| frame.into());
        }
        if view.is_foreign {
            // What comes next will not be found here.
            log.interrupt();
            return Next::Stop;
        }
        if log.next() == view.next && view.state != State::Live {
            log.finish();
            return Next::Stop;
        }
        if self.owner != view.owner {
            self.owner.clone_from(&view.owner);
            self.report().await;
        }
        if came {
            return Next::Read;
        }
        let dead_for = self.inner.dead_for(&view.owner, view.owner_lives);
        if view.owner_lives {
            return Next::Wait;
        }
        // Without a name, it has given the session away.
        if !view.owner.is_empty() && dead_for < DEAD_FOR {
            return Next::Look;
        }
        match self.inner.adopt(&self.session, &view.owner, false).await {
            true => Next::Stop,
            false => Next::Look,
        }
    }

    /// Tells the owner how far the reader is.
    async fn report(&self) {
        let message = Message::Reading {
            session: self.session.id().to_owned(),
            replica: self.inner.store.replica.clone(),
            reader: self.name.clone(),
            to: self.session.log.read_to(),
        };
        self.inner.send(&self.owner, &message).await;
    }
}

impl Inner {
    /// Takes a session over that nobody reads here, from `owner`, which died.
    pub async fn take_over(
        self: &Arc<Self>,
        id: &str,
        user: &str,
        owner: &str,
        cancelled: bool,
    ) -> Option<Arc<Session>> {
        let next = self.store.read(id, 0, 0).await.ok()??.next;
        let log = self.memory.log_of_elsewhere(user, next);
        let session = Arc::new(Session::begun_elsewhere(id.to_owned(), user.to_owned(), log));
        self.adopt(&session, owner, cancelled).await.then_some(session)
    }

    /// Makes `session`, which holds what Redis has from some id on, a session of this replica's,
    /// and lets the model go on with it. Not if another replica was faster.
    async fn adopt(self: &Arc<Self>, session: &Arc<Session>, owner: &str, cancelled: bool) -> bool {
        let (inner, session, owner) = (Arc::clone(self), Arc::clone(session), owner.to_owned());
        // In a task of its own: who asks for this may go away in the middle of it.
        let adopting = async move { inner.adopt_now(&session, &owner, cancelled).await };
        tokio::spawn(adopting).await.unwrap_or(false)
    }

    async fn adopt_now(
        self: &Arc<Self>,
        session: &Arc<Session>,
        owner: &str,
        cancelled: bool,
    ) -> bool {
        let whose = (session.id(), session.user());
        let Ok(Some(taken)) = self.store.take_over(whose, owner).await else { return false };
        let Ok(written) = self.load(session, taken.next).await else {
            // Redis is gone again: whoever reads this session next may try.
            drop(self.store.release(session.id()).await);
            return false;
        };
        let mut chat: Option<Chat> = serde_json::from_str(&taken.chat).ok();
        let (framing, text, tokens) = match &chat {
            Some(chat) => framing::taken_over(chat, written.as_deref().unwrap_or_default()),
            None => (Box::new(Plain) as Box<dyn Framing>, String::new(), 0),
        };
        // All frames but the first are tokens, as a rule.
        let tokens = if written.is_some() { tokens } else { taken.next.saturating_sub(1) };
        tracing::info!(id = session.id(), tokens, "session taken over");
        session.set_begun(taken.started_at, tokens);
        if cancelled {
            session.ask_to_stop();
        }
        self.memory.adopt(Arc::clone(session));
        session.log.hold_beside(chat.as_ref().map_or(0, Chat::size));
        owner::keep(Arc::clone(self), Arc::clone(session), taken.chat, taken.next);
        // The answer so far is the model's last turn.
        if let Some(chat) = chat.as_mut().filter(|_| !text.is_empty()) {
            chat.messages.push(Turn::new(Role::Assistant, text));
        }
        let work = self.work.get().expect("the relay works on its registry's sessions");
        let chat = chat.filter(|_| written.is_some());
        work(TakenOver { session: Arc::clone(session), chat, framing });
        true
    }

    /// Adds the frames to `session` that are not there yet, up to the id `next`, and returns the
    /// unnamed events so far; `None` if the first ones are not kept.
    async fn load(&self, session: &Session, next: u64) -> StoreResult<Option<Vec<String>>> {
        let mut decoder = Decoder::new();
        let mut written = Some(Vec::new());
        let mut from = 0;
        while from < next {
            let view = self.store.read(session.id(), from, BATCH).await?;
            let frames = view.map(|view| view.frames).unwrap_or_default();
            if frames.first().is_none_or(|(first, _)| *first != from) {
                if from >= session.log.next() {
                    return Err(StoreError::Foreign("the last events are missing".to_owned()));
                }
                written = None;
                from = session.log.next();
                continue;
            }
            for (id, frame) in frames {
                from = id + 1;
                if decoder.push(&frame).is_err() {
                    written = None;
                }
                for event in decoder.events().filter(|event| event.event_type == "message") {
                    written.iter_mut().for_each(|written| written.push(event.data.to_owned()));
                }
                if id == session.log.next() {
                    session.log.add_now(|_| frame.into());
                }
            }
        }
        Ok(written)
    }
}
