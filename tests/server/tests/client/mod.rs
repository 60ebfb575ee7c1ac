//! A server of the test's own, and a client that sees every byte.
#![allow(dead_code, reason = "each test file uses its part")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};
use sluicegate_test_server::Server;

/// A test that waits longer than this for anything fails.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Closed,
    Reset,
    Silent,
}

/// Starts a server that runs until the test's process ends.
pub fn server() -> SocketAddr {
    server_with_site(None)
}

pub fn server_with_site(site: Option<PathBuf>) -> SocketAddr {
    start(site).0
}

/// Starts a server; returns the certificate of its TLS as well.
pub fn start(site: Option<PathBuf>) -> (SocketAddr, CertificateDer<'static>) {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let server = Server::bind(0, site).await.expect("a free port");
            let address = server.local_addr().expect("its address");
            send.send((address, server.certificate().clone())).expect("the test waits");
            server.run().await;
        });
    });
    receive.recv().expect("a server")
}

/// Sends one request, and leaves the answer to be read. `headers` end with CRLF each.
pub fn send(server: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {server}\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("a request sent");
    stream
}

/// Reads until the connection ends, or has been silent for as long as its read time-out.
pub fn read_to_end(stream: &mut TcpStream) -> (Vec<u8>, End) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 65536];
    let end = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break End::Closed,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break End::Reset,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break End::Silent,
            Err(error) => panic!("reading failed: {error}"),
        }
    };
    (bytes, end)
}

/// Reads exactly until `bytes` have been seen, which must come last.
pub fn read_until(stream: &mut TcpStream, bytes: &[u8]) -> Vec<u8> {
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(bytes) {
        stream.read_exact(&mut byte).unwrap_or_else(|error| {
            panic!("{error} after {:?}", String::from_utf8_lossy(&seen));
        });
        seen.push(byte[0]);
    }
    seen
}

/// A whole response: its head, the bytes after it as they were on the wire, and the end.
pub struct Answer {
    pub head: String,
    pub wire: Vec<u8>,
    pub end: End,
}

impl Answer {
    /// One request on a connection of its own, which closes after it.
    pub fn to(server: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let headers = format!("connection: close\r\n{headers}");
        Answer::read(&mut send(server, method, path, &headers, body))
    }

    pub fn get(server: SocketAddr, path: &str) -> Answer {
        Answer::to(server, "GET", path, "", "")
    }

    pub fn read(stream: &mut TcpStream) -> Answer {
        let (bytes, end) = read_to_end(stream);
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
        let (head, wire) = bytes.split_at(head);
        Answer { head: String::from_utf8(head.to_vec()).expect("a head"), wire: wire.into(), end }
    }

    pub fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines();
        lines.filter_map(|line| line.split_once(": ")).find(|(n, _)| *n == name).map(|(_, v)| v)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.wire).expect("UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The complete chunks, and what follows them on the wire.
    pub fn chunks(&self) -> (Vec<&[u8]>, &[u8]) {
        let (mut chunks, mut rest) = (Vec::new(), &self.wire[..]);
        while let Ok(httparse::Status::Complete((head, size))) = httparse::parse_chunk_size(rest) {
            let size = usize::try_from(size).expect("a size");
            if size == 0 || rest.len() < head + size + 2 {
                break;
            }
            chunks.push(&rest[head..head + size]);
            rest = &rest[head + size + 2..];
        }
        (chunks, rest)
    }
}

/// Registers a script with these attempts. Returns its id.
pub fn script(server: SocketAddr, attempts: Value) -> String {
    register(server, &json!({ "attempts": attempts }))
}

pub fn register(server: SocketAddr, script: &Value) -> String {
    let answer = Answer::to(server, "POST", "/scripts", "", &script.to_string());
    answer.json()["id"].as_str().expect("an id").to_owned()
}

/// Plays the next attempt of a script.
pub fn play(server: SocketAddr, id: &str) -> Answer {
    Answer::get(server, &format!("/s/{id}"))
}

/// The answer to a new script of one attempt with these steps.
pub fn play_steps(server: SocketAddr, steps: Value) -> Answer {
    play(server, &script(server, json!([{ "steps": steps }])))
}

pub fn get_json(server: SocketAddr, path: &str) -> Value {
    Answer::get(server, path).json()
}

/// The log's entry for request `index`, once its response has ended.
pub fn ended(server: SocketAddr, id: &str, index: usize) -> Value {
    let path = format!("/scripts/{id}/log");
    eventually(|| {
        let entry = get_json(server, &path)["requests"][index].take();
        (entry["outcome"] != "open" && !entry.is_null()).then_some(entry)
    })
}

/// Asks until there is an answer.
pub fn eventually<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "it never came");
        std::thread::yield_now();
    }
}
