//! An OpenAI-compatible server of which each test plays the model: it accepts the relay's request,
//! looks at it, and writes the answer byte by byte.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::PATIENCE;

pub const DONE: &str = "data: [DONE]\n\n";

/// Listens; nothing is accepted before the test asks.
pub struct PlayedUpstream {
    listener: TcpListener,
}

impl PlayedUpstream {
    pub async fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub fn url(&self) -> String {
        format!("http://{}/v1", self.listener.local_addr().unwrap())
    }

    /// Waits for a connection, and for the whole request on it.
    pub async fn accept(&self) -> Exchange<TcpStream> {
        let stream = self.accept_stream().await;
        Exchange::read(stream).await
    }

    /// Accepts, and begins to answer.
    pub async fn begin(&self) -> Exchange<TcpStream> {
        let mut exchange = self.accept().await;
        exchange.begin().await;
        exchange
    }

    /// Waits for a connection only.
    pub async fn accept_stream(&self) -> TcpStream {
        timeout(PATIENCE, self.listener.accept()).await.expect("a connection").unwrap().0
    }
}

/// One request, and the connection to answer it on.
pub struct Exchange<S> {
    stream: S,
    /// The request line and the headers.
    pub head: String,
    pub body: Value,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Exchange<S> {
    pub async fn read(mut stream: S) -> Self {
        let mut bytes = Vec::new();
        let (head, body_start) = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break (String::from_utf8(bytes[..end].to_vec()).unwrap(), end + 4);
            }
            read_some(&mut stream, &mut bytes).await;
        };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.expect("a content-length").parse().unwrap();
        while bytes.len() < body_start + length {
            read_some(&mut stream, &mut bytes).await;
        }
        let body = serde_json::from_slice(&bytes[body_start..]).unwrap();
        Self { stream, head, body }
    }

    /// Writes the head of a good answer, whose body ends with the connection.
    pub async fn begin(&mut self) {
        self.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n").await;
    }

    pub async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    pub async fn token(&mut self, token: &str) {
        self.send(&token_event(token)).await;
    }

    /// Writes as much as is taken at once.
    pub async fn write(&mut self, bytes: &[u8]) -> usize {
        self.stream.write(bytes).await.unwrap()
    }

    /// As [`Exchange::write`]; `None` once the relay has closed the connection.
    pub async fn try_write(&mut self, bytes: &[u8]) -> Option<usize> {
        self.stream.write(bytes).await.ok()
    }

    /// Writes `event` again and again until nothing is taken any more, which must happen before
    /// 256 MiB. Returns how often it was begun, and what is left of the last one.
    pub async fn flood<'a>(&mut self, event: &'a str) -> (usize, &'a str) {
        const FAR_TOO_MUCH: usize = 256 << 20;
        for begun in 1..FAR_TOO_MUCH / event.len() {
            let mut rest = event.as_bytes();
            while !rest.is_empty() {
                match timeout(Duration::from_secs(1), self.write(rest)).await {
                    Ok(taken) => rest = &rest[taken..],
                    Err(_) => return (begun, str::from_utf8(rest).unwrap()),
                }
            }
        }
        panic!("the relay reads on for a reader that does not");
    }

    /// Answers with a status and a JSON body, and closes.
    pub async fn answer(mut self, status: &str, body: &str) {
        self.respond(status, "content-type: application/json", body).await;
    }

    /// Writes a whole response with one more header. The connection stays open.
    pub async fn respond(&mut self, status: &str, header: &str, body: &str) {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\n{header}\r\ncontent-length: {length}");
        self.send(&format!("{head}\r\n\r\n{body}")).await;
    }

    /// The connection, for the next request on it.
    pub fn into_stream(self) -> S {
        self.stream
    }

    /// Waits until the relay has closed the connection.
    pub async fn closed(&mut self) {
        let mut byte = [0];
        let read = timeout(PATIENCE, self.stream.read(&mut byte)).await;
        // A reset is a close, too.
        let read = read.expect("the relay closes its connection").unwrap_or(0);
        assert_eq!(read, 0, "the relay sends nothing more");
    }
}

/// A chat completion chunk with one token.
pub fn token_event(token: &str) -> String {
    let delta = json!({ "content": token });
    let chunk = json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] });
    format!("data: {chunk}\n\n")
}

/// The chunk that says why the model stopped.
pub fn finish_event(reason: &str) -> String {
    let chunk = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] });
    format!("data: {chunk}\n\n")
}

async fn read_some(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) {
    let read = timeout(PATIENCE, stream.read_buf(bytes)).await;
    assert_ne!(read.expect("a request in time").unwrap(), 0, "the request ended early");
}
