//! The socket of an HTTP/1.1 connection.

use std::io::{ErrorKind, IoSlice};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bytes::BytesMut;
use tokio::net::TcpStream;

use super::{Request, Stop};

/// Bytes that a client may send ahead, while its last request is still being answered, before they
/// are left in the socket (and its disconnection behind them unnoticed). Browsers send none.
const MAX_AHEAD: usize = 64 * 1024;

pub struct Socket {
    stream: TcpStream,
    input: BytesMut,
}

impl Socket {
    pub fn new(stream: TcpStream) -> Socket {
        Socket { stream, input: BytesMut::new() }
    }

    /// Reads the next request with its whole body.
    pub async fn request(&mut self) -> Result<Request, Stop> {
        let (mut request, length) = loop {
            if let Some(parsed) = Request::parse_head(&mut self.input)? {
                break parsed;
            }
            self.fill().await?;
        };
        while !request.take_body(&length, &mut self.input)? {
            self.fill().await?;
        }
        Ok(request)
    }

    /// Writes all `parts`, and counts their bytes as the socket takes them.
    pub async fn write<const N: usize>(
        &mut self,
        parts: [&[u8]; N],
        written: &AtomicU64,
    ) -> Result<(), Stop> {
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
                    written.fetch_add(count as u64, Relaxed);
                    IoSlice::advance_slices(&mut rest, count);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return Err(Stop::ClientGone),
            }
        }
        Ok(())
    }

    /// Resolves when the client has closed or reset the connection. Keeps the bytes that it sends.
    pub async fn gone(&mut self) -> Stop {
        client_gone(&self.stream, &mut self.input).await
    }

    /// Closes the socket with a RST instead of a FIN.
    pub fn reset(self) {
        // With linger set to zero, close(2) resets. If that can't be set, the close is a plain one.
        let _ = self.stream.set_zero_linger();
    }

    async fn fill(&mut self) -> Result<(), Stop> {
        fill(&self.stream, &mut self.input).await
    }
}

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
