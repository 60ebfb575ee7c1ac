//! Where one client's answers go. Whatever the server waits for, it also watches for the client's
//! going away.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use bytes::Bytes;
use h2::Reason;
use serde_json::Value;

use super::http1::Socket;
use super::http2::{Exchange, Order};
use super::{Head, Request, Stop};

/// A socket with one request after the other, or a stream of HTTP/2 with one request.
pub struct Connection {
    wire: Wire,
    /// Whether the socket is used again once the current response is complete; HTTP/1.1 only.
    pub keep_alive: bool,
    written: Arc<AtomicU64>,
}

enum Wire {
    Http1(Socket),
    Http2(Exchange),
}

impl Connection {
    pub fn http1(socket: Socket) -> Connection {
        Connection { wire: Wire::Http1(socket), keep_alive: true, written: Arc::default() }
    }

    pub fn http2(exchange: Exchange) -> Connection {
        Connection { wire: Wire::Http2(exchange), keep_alive: true, written: Arc::default() }
    }

    pub fn is_http2(&self) -> bool {
        matches!(self.wire, Wire::Http2(_))
    }

    /// Makes the connection ready for what answers `request`.
    pub fn begin(&mut self, request: &Request) {
        self.keep_alive = request.keep_alive;
        self.written = Arc::default();
    }

    /// Counts the bytes of the current response that were taken: by the socket, head and framing
    /// included, or of the body by the stream.
    pub fn written(&self) -> Arc<AtomicU64> {
        self.written.clone()
    }

    pub async fn start(&mut self, head: &Head) -> Result<(), Stop> {
        match &mut self.wire {
            Wire::Http1(socket) => socket.write([&head.encode()], &self.written).await,
            Wire::Http2(exchange) => exchange.start(head),
        }
    }

    /// Writes all `parts`, one after the other, as fast as the client takes them.
    pub async fn write<const N: usize>(&mut self, parts: [&[u8]; N]) -> Result<(), Stop> {
        match &mut self.wire {
            Wire::Http1(socket) => socket.write(parts, &self.written).await,
            Wire::Http2(exchange) => {
                exchange.send(Bytes::from(parts.concat()), &self.written).await
            }
        }
    }

    /// Waits for `event` or for the client's end, whichever is first.
    pub async fn wait<T>(&mut self, event: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::select! {
            gone = self.hold() => Err(gone),
            value = event => Ok(value),
        }
    }

    /// Lets `ms` milliseconds pass.
    pub async fn pause(&mut self, ms: u64) -> Result<(), Stop> {
        match ms {
            0 => Ok(()),
            ms => self.wait(tokio::time::sleep(Duration::from_millis(ms))).await,
        }
    }

    /// Holds the connection until the client goes.
    pub async fn hold(&mut self) -> Stop {
        match &mut self.wire {
            Wire::Http1(socket) => socket.gone().await,
            Wire::Http2(exchange) => exchange.gone().await,
        }
    }

    /// Sends GOAWAY. Returns whether it could: HTTP/1.1 has no such thing.
    pub fn go_away(&self, code: Reason) -> bool {
        if let Wire::Http2(exchange) = &self.wire {
            exchange.order(Order::GoAway(code));
        }
        self.is_http2()
    }

    /// Sends a complete response with a `content-length`.
    pub async fn respond(
        &mut self,
        request: &Request,
        head: Head,
        body: &[u8],
    ) -> Result<(), Stop> {
        let mut head = head;
        if head.status != 204 {
            head = head.with("content-length", body.len().to_string());
        }
        if !self.keep_alive {
            head = head.with("connection", "close");
        }
        self.start(&head).await?;
        let body = if request.method == "HEAD" || head.status == 204 { &[] } else { body };
        self.write([body]).await
    }

    pub async fn respond_json(&mut self, request: &Request, value: &Value) -> Result<(), Stop> {
        let head = Head::open(request, 200).with("content-type", "application/json");
        self.respond(request, head, value.to_string().as_bytes()).await
    }

    /// The next request of an HTTP/1.1 connection.
    pub async fn request(&mut self) -> Result<Request, Stop> {
        let Wire::Http1(socket) = &mut self.wire else { return Err(Stop::Close) };
        socket.request().await
    }

    /// Ends it as its last answer ended, where that has to be said.
    pub fn end(self, answered: Result<(), Stop>) {
        match self.wire {
            Wire::Http1(socket) if matches!(answered, Err(Stop::Reset(_))) => socket.reset(),
            Wire::Http1(_) => {}
            Wire::Http2(exchange) => exchange.end(answered),
        }
    }
}
