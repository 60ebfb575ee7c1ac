//! Bad network weather on request, so that people can watch a client get through it.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout_at};

use crate::connection::Cut;
use crate::sessions::Reader;

/// How long a stall takes, unless the weather clears before.
const STALL: Duration = Duration::from_secs(5);

/// The time between two frames when it is slow.
const SLOW: Duration = Duration::from_millis(300);

/// What the network does to a connection.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It is reset, in the middle of the answer.
    Drop,
    /// Nothing comes through for 5 seconds.
    Stall,
    /// A frame comes through each 300 ms.
    Slow,
    /// Nothing bad.
    Clear,
}

/// Why there is no weather to make.
pub enum WeatherError {
    /// No connection carries this session.
    Unknown,
    /// The session is another user's.
    NotYours,
}

/// The connections that carry a session's answer now, by session id. A clone is the same.
#[derive(Clone, Default)]
pub struct Weather(Arc<Mutex<HashMap<String, Sky>>>);

/// Above one connection.
struct Sky {
    user: String,
    /// The kind, and since when.
    now: watch::Sender<(Kind, Instant)>,
}

impl Weather {
    /// Changes the weather of the connection that carries this session.
    ///
    /// # Errors
    /// [`WeatherError`].
    pub fn change(&self, session: &str, user: &str, kind: Kind) -> Result<(), WeatherError> {
        let skies = self.skies();
        let sky = skies.get(session).ok_or(WeatherError::Unknown)?;
        if sky.user != user {
            return Err(WeatherError::NotYours);
        }
        sky.now.send_replace((kind, Instant::now()));
        Ok(())
    }

    /// Carries the frames of a session's answer through the weather, to the connection that `cut`
    /// is for. From now on that is the session's.
    pub fn carry(&self, frames: Reader, cut: Cut) -> mpsc::Receiver<io::Result<Bytes>> {
        let session = frames.session().id().to_owned();
        let user = frames.session().user().to_owned();
        let (reader, carried) = mpsc::channel(1);
        let now = watch::Sender::new((Kind::Clear, Instant::now()));
        self.skies().insert(session.clone(), Sky { user, now: now.clone() });
        let weather = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = reader.closed() => {}
                () = dropped(now.subscribe()) => {
                    cut.cut();
                    let error = io::Error::from(io::ErrorKind::ConnectionReset);
                    drop(reader.send(Err(error)).await);
                }
                () = carry_all(frames, &reader, now.subscribe()) => {}
            }
            let mut skies = weather.skies();
            if skies.get(&session).is_some_and(|sky| sky.now.same_channel(&now)) {
                skies.remove(&session);
            }
        });
        carried
    }

    fn skies(&self) -> MutexGuard<'_, HashMap<String, Sky>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn dropped(mut now: watch::Receiver<(Kind, Instant)>) {
    let dropped = now.wait_for(|(kind, _)| matches!(kind, Kind::Drop)).await;
    drop(dropped.expect("the sender is held"));
}

async fn carry_all(
    mut frames: Reader,
    reader: &mpsc::Sender<io::Result<Bytes>>,
    mut now: watch::Receiver<(Kind, Instant)>,
) {
    while let Some(frame) = frames.next_frame().await {
        loop {
            let (kind, since) = *now.borrow_and_update();
            match kind {
                Kind::Clear | Kind::Drop => break,
                Kind::Slow => break sleep(SLOW).await,
                // Whatever is next decides; if nothing comes, the frame goes on its way.
                Kind::Stall if timeout_at(since + STALL, now.changed()).await.is_err() => break,
                Kind::Stall => {}
            }
        }
        drop(reader.send(frame).await);
    }
}
