//! The body of a streamed response: framing, compression, and their faults.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Connection, Head, Request, Stop};

/// How the client knows where the body ends.
#[derive(Clone, Copy, PartialEq)]
pub enum Framing {
    /// Chunked transfer coding, a chunk for each [`Body::send`].
    Chunked,
    /// A `content-length` of that many bytes; the connection is closed if fewer were sent.
    Length(u64),
    /// The end of the connection.
    Close,
}

pub struct Body {
    framing: Framing,
    gzip: Option<GzEncoder<Vec<u8>>>,
    owed: u64,
    /// A response to HEAD, or with status 204 or 304, has no body: nothing of it is sent.
    absent: bool,
}

impl Body {
    /// Sends the head, completed with what the framing and the compression need.
    pub async fn start(
        connection: &mut Connection,
        request: &Request,
        head: Head,
        framing: Framing,
        gzip: bool,
    ) -> Result<Body, Stop> {
        let mut head = head;
        let absent = request.method == "HEAD" || matches!(head.status, 204 | 304);
        if gzip {
            head = head.with("content-encoding", "gzip");
        }
        head = match framing {
            _ if absent => head,
            Framing::Chunked => head.with("transfer-encoding", "chunked"),
            Framing::Length(length) => head.with("content-length", length.to_string()),
            Framing::Close => {
                connection.keep_alive = false;
                head
            }
        };
        if head.has("connection", "close") {
            connection.keep_alive = false;
        } else if !connection.keep_alive {
            head = head.with("connection", "close");
        }
        connection.write([&head.encode()]).await?;
        let gzip = gzip.then(|| GzEncoder::new(Vec::new(), Compression::fast()));
        let owed = if let Framing::Length(length) = framing { length } else { 0 };
        Ok(Body { framing, gzip, owed, absent })
    }

    /// An event stream that pages of any origin may read.
    pub async fn events(connection: &mut Connection, request: &Request) -> Result<Body, Stop> {
        let head = Head::open(request, 200).with("content-type", "text/event-stream");
        Body::start(connection, request, head, Framing::Chunked, false).await
    }

    /// No head at all: what is sent goes to the socket as it is.
    pub fn bare(connection: &mut Connection) -> Body {
        connection.keep_alive = false;
        Body { framing: Framing::Close, gzip: None, owed: 0, absent: false }
    }

    /// Sends `bytes` at once, in one chunk of their own where there are chunks.
    pub async fn send(&mut self, connection: &mut Connection, bytes: &[u8]) -> Result<(), Stop> {
        let Some(gzip) = &mut self.gzip else { return self.frame(connection, bytes).await };
        let in_memory = "writing to memory can't fail";
        gzip.write_all(bytes).expect(in_memory);
        gzip.flush().expect(in_memory);
        let compressed = std::mem::take(gzip.get_mut());
        self.frame(connection, &compressed).await
    }

    async fn frame(&mut self, connection: &mut Connection, bytes: &[u8]) -> Result<(), Stop> {
        if bytes.is_empty() || self.absent {
            return Ok(());
        }
        match self.framing {
            Framing::Chunked => {
                let size = format!("{:x}\r\n", bytes.len());
                connection.write([size.as_bytes(), bytes, b"\r\n"]).await
            }
            Framing::Length(_) => {
                self.owed = self.owed.saturating_sub(bytes.len() as u64);
                connection.write([bytes]).await
            }
            Framing::Close => connection.write([bytes]).await,
        }
    }

    /// Sends the beginning of a chunk that promises `missing` more bytes, which never come.
    pub async fn send_unfinished_chunk(
        &mut self,
        connection: &mut Connection,
        bytes: &[u8],
        missing: usize,
    ) -> Result<(), Stop> {
        let size = format!("{:x}\r\n", bytes.len() + missing);
        connection.write([size.as_bytes(), bytes]).await
    }

    /// Ends the body properly, unless it promised more than was sent: then the socket closes.
    pub async fn finish(mut self, connection: &mut Connection) -> Result<(), Stop> {
        if let Some(gzip) = self.gzip.take() {
            let trailer = gzip.finish().expect("writing to memory can't fail");
            self.frame(connection, &trailer).await?;
        }
        match self.framing {
            _ if self.absent => Ok(()),
            Framing::Chunked => connection.write([b"0\r\n\r\n"]).await,
            Framing::Length(_) if self.owed > 0 => Err(Stop::Close),
            Framing::Length(_) | Framing::Close => Ok(()),
        }
    }
}
