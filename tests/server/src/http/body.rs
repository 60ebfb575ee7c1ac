//! The body of a streamed response: framing, compression, and their faults.

use serde::Deserialize;

use super::compress::Compressor;
use super::{Connection, Encoding, Head, Request, Stop};

/// How the client knows where the body ends. Over HTTP/2 it is the stream's end in each case.
#[derive(Clone, Copy, PartialEq)]
pub enum Framing {
    /// Chunked transfer coding, a chunk for each [`Body::send`].
    Chunked,
    /// A `content-length` of that many bytes; the connection is closed if fewer were sent.
    Length(u64),
    /// The end of the connection.
    Close,
}

/// Where a body is cut, and how.
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// After so many bytes, counted after compression.
    pub after: u64,
    pub by: CutBy,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum CutBy {
    /// As if the body were whole.
    End,
    Close,
    Reset,
}

pub struct Body {
    framing: Framing,
    compressor: Option<Compressor>,
    owed: u64,
    /// Bytes until the cut.
    before_cut: u64,
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
        encoding: Option<Encoding>,
        cut: Option<Cut>,
    ) -> Result<Body, Stop> {
        let mut head = head;
        let absent = request.method == "HEAD" || matches!(head.status, 204 | 304);
        if let Some(encoding) = encoding {
            head = head.with("content-encoding", encoding.name());
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
        connection.start(&head).await?;
        let owed = if let Framing::Length(length) = framing { length } else { 0 };
        let framing = if connection.is_http2() { Framing::Close } else { framing };
        let compressor = encoding.map(Compressor::new);
        let before_cut = cut.map_or(u64::MAX, |cut| cut.after);
        Ok(Body { framing, compressor, owed, before_cut, absent })
    }

    /// An event stream that pages of any origin may read.
    pub async fn events(
        connection: &mut Connection,
        request: &Request,
        encoding: Option<Encoding>,
    ) -> Result<Body, Stop> {
        let head = Head::open(request, 200).with("content-type", "text/event-stream");
        Body::start(connection, request, head, Framing::Chunked, encoding, None).await
    }

    /// No head at all: what is sent goes to the socket as it is.
    pub fn bare(connection: &mut Connection) -> Body {
        connection.keep_alive = false;
        let framing = Framing::Close;
        Body { framing, compressor: None, owed: 0, before_cut: u64::MAX, absent: false }
    }

    /// Sends `bytes` at once, in one chunk of their own where there are chunks.
    pub async fn send(&mut self, connection: &mut Connection, bytes: &[u8]) -> Result<(), Stop> {
        match &mut self.compressor {
            Some(compressor) => {
                let compressed = compressor.push(bytes);
                self.send_raw(connection, &compressed).await
            }
            None => self.send_raw(connection, bytes).await,
        }
    }

    async fn send_raw(&mut self, connection: &mut Connection, bytes: &[u8]) -> Result<(), Stop> {
        let length = bytes.len() as u64;
        if length <= self.before_cut {
            self.before_cut -= length;
            return self.frame(connection, bytes).await;
        }
        self.frame(connection, &bytes[..self.before_cut as usize]).await?;
        Err(Stop::Cut)
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

    /// Sends the beginning of a chunk that promises `missing` more bytes, which never come. HTTP/2
    /// has no chunks.
    pub async fn send_unfinished_chunk(
        &mut self,
        connection: &mut Connection,
        bytes: &[u8],
        missing: usize,
    ) -> Result<(), Stop> {
        if connection.is_http2() {
            return self.send(connection, bytes).await;
        }
        let size = format!("{:x}\r\n", bytes.len() + missing);
        connection.write([size.as_bytes(), bytes]).await
    }

    /// Ends the body properly, unless it promised more than was sent: then the socket closes.
    pub async fn finish(&mut self, connection: &mut Connection) -> Result<(), Stop> {
        if let Some(compressor) = self.compressor.take() {
            self.send_raw(connection, &compressor.finish()).await?;
        }
        self.terminate(connection).await
    }

    /// Ends what the framing has begun, whatever the compression still owes.
    pub async fn terminate(&mut self, connection: &mut Connection) -> Result<(), Stop> {
        match self.framing {
            _ if self.absent => Ok(()),
            Framing::Chunked => connection.write([b"0\r\n\r\n"]).await,
            Framing::Length(_) if self.owed > 0 => Err(Stop::Close),
            Framing::Length(_) | Framing::Close => Ok(()),
        }
    }
}
