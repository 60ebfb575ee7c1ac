//! Telling the backend to stop its work.

use super::endpoint::{CancelContext, Endpoint};
use crate::{
    error::Error,
    fetch::{knows_keepalive, send_beacon},
};

/// What else than `cancel()` notifies the backend.
#[derive(Clone, Copy, Default)]
pub(crate) struct CancelOn {
    pub(crate) abort: bool,
    pub(crate) leave: bool,
    pub(crate) pagehide: bool,
    /// Also a stream whose request had not left yet.
    pub(crate) unsent: bool,
}

pub(crate) struct Cancel {
    pub(crate) endpoint: Endpoint,
    pub(crate) on: CancelOn,
}

/// What became of a notification.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Notification {
    /// Whether the backend answered with a success, or the browser has queued the beacon.
    pub notified: bool,
    /// The backend's status, if it answered.
    pub status: Option<u16>,
    /// Why it was not notified.
    pub error: Option<Error>,
}

impl Cancel {
    pub(super) async fn notify(&self, context: &CancelContext) -> Notification {
        match self.endpoint.send(context).await {
            Ok(status) => Notification { notified: true, status: Some(status), error: None },
            Err(error) => Notification { status: error.status, ..Notification::failed(error) },
        }
    }

    /// The notification of a page that is going away: by beacon where `fetch` knows no
    /// `keepalive`. Beacons are POSTs.
    pub(super) async fn notify_leaving(&self, context: &CancelContext) -> Notification {
        if knows_keepalive() || self.endpoint.method != "POST" {
            return self.notify(context).await;
        }
        match self.endpoint.prepare(context).await {
            Ok((request, init)) => Notification {
                notified: send_beacon(&request.url, &init),
                ..Notification::default()
            },
            Err(error) => Notification::failed(error),
        }
    }
}

impl Notification {
    fn failed(error: Error) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}
