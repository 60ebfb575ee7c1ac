//! One client's socket. Whatever the server waits for, it also watches for the client's going away.

use std::io::{ErrorKind, IoSlice};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use bytes::BytesMut;
use serde_json::Value;
use tokio::net::TcpStream;

use super::{Head, Request, Stop};

/// Bytes that a client may send ahead, while its last request is still being answered, before they
/// are left in the socket (and its disconnection behind them unnoticed). Browsers send none.
const MAX_AHEAD: usize = 64 * 1024;

pub struct Connection {
    stream: TcpStream,
    input: BytesMut,
    /// Whether the socket is used again once the current response is complete.
    pub keep_alive: bool,
    written: Arc<AtomicU64>,
}

impl Connection {
    pub fn new(stream: TcpStream) -> std::io::Result<Connection> {
        // Every write is on the wire at once: tests and latency depend on it.
        stream.set_nodelay(true)?;
        let written = Arc::default();
        Ok(Connection { stream, input: BytesMut::new(), keep_alive: true, written })
    }

    /// The next request with its whole body.
    pub async fn request(&mut self) -> Result<Request, Stop> {
        let (mut request, length) = loop {
            if let Some(parsed) = Request::parse_head(&mut self.input)? {
                break parsed;
            }
            fill(&self.stream, &mut self.input).await?;
        };
        while !request.take_body(&length, &mut self.input)? {
            fill(&self.stream, &mut self.input).await?;
        }
        self.keep_alive = request.keep_alive;
        self.written = Arc::default();
        Ok(request)
    }

    /// Counts the bytes of the current response that the socket took, head and framing included.
    pub fn written(&self) -> Arc<AtomicU64> {
        self.written.clone()
    }

    /// Writes all `parts`, one after the other, as fast as the client takes them.
    pub async fn write<const N: usize>(&mut self, parts: [&[u8]; N]) -> Result<(), Stop> {
        let mut slices = parts.map(IoSlice::new);
        let mut rest = &mut slices[..];
        IoSlice::advance_slices(&mut rest, 0);
        while !rest.is_empty() {
            tokio::select! {
                biased;
                gone = client_gone(&self.stream, &mut self.input) => return Err(gone),
                ready = self.stream.writable() => ready.map_err(|_| Stop::ClientGone)?,
            }
            match self.stream.try_write_vectored(rest) {
                Ok(count) => {
                    self.written.fetch_add(count as u64, Relaxed);
                    IoSlice::advance_slices(&mut rest, count);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return Err(Stop::ClientGone),
            }
        }
        Ok(())
    }

    /// Waits for `event` or for the client's end, whichever is first.
    pub async fn wait<T>(&mut self, event: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::select! {
            gone = client_gone(&self.stream, &mut self.input) => Err(gone),
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
        client_gone(&self.stream, &mut self.input).await
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
        let body = if request.method == "HEAD" || head.status == 204 { &[] } else { body };
        self.write([&head.encode(), body]).await
    }

    pub async fn respond_json(&mut self, request: &Request, value: &Value) -> Result<(), Stop> {
        let head = Head::open(request, 200).with("content-type", "application/json");
        self.respond(request, head, value.to_string().as_bytes()).await
    }

    /// Closes the socket with a RST instead of a FIN.
    pub fn reset(self) {
        // With linger set to zero, close(2) resets. If that can't be set, the close is a plain one.
        let _ = self.stream.set_zero_linger();
    }
}

/// Resolves when the client has closed or reset the connection. Bytes that it sends go to `input`.
async fn client_gone(stream: &TcpStream, input: &mut BytesMut) -> Stop {
    while input.len() < MAX_AHEAD {
        if let Err(gone) = fill(stream, input).await {
            return gone;
        }
    }
    std::future::pending().await
}

/// Reads what there is, at least one byte.
async fn fill(stream: &TcpStream, input: &mut BytesMut) -> Result<(), Stop> {
    loop {
        stream.readable().await.map_err(|_| Stop::ClientGone)?;
        input.reserve(16 * 1024);
        match stream.try_read_buf(input) {
            Ok(0) => return Err(Stop::ClientGone),
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return Err(Stop::ClientGone),
        }
    }
}
