//! One stream of an HTTP/2 connection.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, SendStream};
use tokio::sync::mpsc::UnboundedSender;

use super::{Head, Stop};

/// What a stream asks of the connection that it is on.
pub enum Order {
    /// Send GOAWAY. With `NO_ERROR` the open streams go on, with any other code they end.
    GoAway(Reason),
    /// Close the socket, all streams with it.
    Close,
}

pub struct Exchange {
    response: SendResponse<Bytes>,
    /// There once the head was sent.
    body: Option<SendStream<Bytes>>,
    orders: UnboundedSender<Order>,
}

impl Exchange {
    pub fn new(response: SendResponse<Bytes>, orders: UnboundedSender<Order>) -> Exchange {
        Exchange { response, body: None, orders }
    }

    pub fn start(&mut self, head: &Head) -> Result<(), Stop> {
        let response = head.to_http2().map_err(|_| Stop::Reset(Reason::INTERNAL_ERROR))?;
        let body = self.response.send_response(response, false).map_err(|_| Stop::ClientGone)?;
        self.body = Some(body);
        Ok(())
    }

    /// Sends `bytes` as the client takes them, and counts them.
    pub async fn send(&mut self, mut bytes: Bytes, written: &AtomicU64) -> Result<(), Stop> {
        // Without a head there is nothing that could carry them.
        let body = self.body.as_mut().ok_or(Stop::Reset(Reason::INTERNAL_ERROR))?;
        while !bytes.is_empty() {
            body.reserve_capacity(bytes.len());
            let capacity = poll_fn(|context| poll_capacity(body, context)).await?;
            let piece = bytes.split_to(capacity.min(bytes.len()));
            written.fetch_add(piece.len() as u64, Relaxed);
            body.send_data(piece, false).map_err(|_| Stop::ClientGone)?;
        }
        Ok(())
    }

    /// Resolves when the client has reset the stream, or the connection is gone.
    pub async fn gone(&mut self) -> Stop {
        // After a reset as after an error, the client no longer listens.
        let _ = match &mut self.body {
            Some(body) => poll_fn(|context| body.poll_reset(context)).await,
            None => poll_fn(|context| self.response.poll_reset(context)).await,
        };
        Stop::ClientGone
    }

    /// Asks the connection, which may be gone already.
    pub fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }

    /// Ends the stream as its answer ended.
    pub fn end(mut self, answered: Result<(), Stop>) {
        match (answered, &mut self.body) {
            // That fails if the client has gone meanwhile.
            (Ok(()), Some(body)) => drop(body.send_data(Bytes::new(), true)),
            (Ok(()), None) => self.response.send_reset(Reason::INTERNAL_ERROR),
            (Err(Stop::Reset(code)), _) => self.response.send_reset(code),
            (Err(Stop::Close), _) => self.order(Order::Close),
            (Err(_), _) => {}
        }
    }
}

fn poll_capacity(
    body: &mut SendStream<Bytes>,
    context: &mut Context<'_>,
) -> Poll<Result<usize, Stop>> {
    if body.poll_reset(context).is_ready() {
        return Poll::Ready(Err(Stop::ClientGone));
    }
    // `poll_capacity` tells of what is added only.
    match body.capacity() {
        0 => body.poll_capacity(context).map(|capacity| match capacity {
            Some(Ok(capacity)) => Ok(capacity),
            _ => Err(Stop::ClientGone),
        }),
        capacity => Poll::Ready(Ok(capacity)),
    }
}
