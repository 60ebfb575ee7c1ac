//! The same routes over HTTP/2 and TLS.

mod client;

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use client::{Answer, ended, eventually, get_json, script};
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use http::{HeaderMap, Request};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

/// One connection.
struct Client {
    requests: SendRequest<Bytes>,
    /// Over with the connection: what GOAWAY said, if that was an error.
    end: JoinHandle<Result<(), h2::Error>>,
}

struct Response {
    status: u16,
    headers: HeaderMap,
    body: RecvStream,
}

impl Client {
    async fn connect((server, certificate): &(SocketAddr, CertificateDer<'static>)) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let name = ServerName::try_from("localhost").expect("a name");
        let tcp = TcpStream::connect(server).await.expect("a connection");
        let tls = TlsConnector::from(Arc::new(config)).connect(name, tcp).await.expect("TLS");
        let (requests, connection) = h2::client::handshake(tls).await.expect("HTTP/2");
        Client { requests, end: tokio::spawn(connection) }
    }

    async fn ask(&mut self, method: &str, path: &str, body: &str) -> Response {
        let uri = format!("https://localhost{path}");
        let request = Request::builder().method(method).uri(uri).header("x-run", "7").body(());
        poll_fn(|context| self.requests.poll_ready(context)).await.expect("a connection");
        let asked = self.requests.send_request(request.expect("a request"), body.is_empty());
        let (response, mut stream) = asked.expect("a stream");
        if !body.is_empty() {
            stream.send_data(Bytes::copy_from_slice(body.as_bytes()), true).expect("a body");
        }
        let (head, body) = response.await.expect("a response").into_parts();
        Response { status: head.status.as_u16(), headers: head.headers, body }
    }

    async fn get(&mut self, path: &str) -> Response {
        self.ask("GET", path, "").await
    }

    /// The first response to a script of one attempt.
    async fn play(&mut self, id: &str) -> Response {
        self.get(&format!("/s/{id}")).await
    }
}

impl Response {
    /// The next bytes, or none at the proper end; an error has the code of what ended the stream.
    async fn next(&mut self) -> Option<Result<Bytes, Option<Reason>>> {
        let bytes = self.body.data().await?;
        if let Ok(bytes) = &bytes {
            self.body.flow_control().release_capacity(bytes.len()).expect("a window");
        }
        Some(bytes.map_err(|error| error.reason()))
    }

    async fn text(&mut self) -> String {
        let mut text = Vec::new();
        while let Some(bytes) = self.next().await {
            text.extend_from_slice(&bytes.expect("a whole body"));
        }
        String::from_utf8(text).expect("UTF-8")
    }
}

fn server() -> (SocketAddr, CertificateDer<'static>) {
    client::start(None)
}

async fn log(server: SocketAddr, id: String) -> Value {
    tokio::task::spawn_blocking(move || ended(server, &id, 0)).await.expect("a log")
}

#[tokio::test(flavor = "multi_thread")]
async fn plays_scripts_and_logs_them() {
    let server = server();
    let steps = json!([{ "send": "data: é\n\n" }, { "repeat": 3, "send": "ab" }]);
    let id = script(server.0, json!([{ "headers": { "x-a": "b" }, "steps": steps }]));
    let mut client = Client::connect(&server).await;
    let mut response = client.ask("POST", &format!("/s/{id}/more?q=1"), "{}").await;
    assert_eq!(response.status, 200);
    assert_eq!(response.headers["content-type"], "text/event-stream");
    assert_eq!(response.headers["x-a"], "b");
    assert!(!response.headers.contains_key("transfer-encoding"));
    assert_eq!(response.text().await, "data: é\n\nababab");
    let entry = log(server.0, id.clone()).await;
    assert_eq!(entry["protocol"], "HTTP/2");
    assert_eq!(entry["method"], "POST");
    assert_eq!(entry["path"], format!("/s/{id}/more?q=1"));
    assert_eq!(entry["body"], "{}");
    assert_eq!(
        (&entry["headers"]["x-run"], &entry["headers"]["host"]),
        (&json!("7"), &json!("localhost"))
    );
    assert_eq!((&entry["outcome"], &entry["writtenBytes"]), (&json!("completed"), &json!(16)));
    // The other protocol is at the same port.
    assert_eq!(Answer::get(server.0, &format!("/s/{id}")).status(), "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_other_routes_are_the_same() {
    let server = server();
    let mut client = Client::connect(&server).await;
    assert_eq!(client.get("/nowhere").await.status, 404);
    assert_eq!(client.ask("POST", "/sink/a?status=202", "x").await.status, 202);
    let sunk = client.get("/sink/a/log").await.text().await;
    let sunk: Value = serde_json::from_str(&sunk).expect("JSON");
    assert_eq!(
        (&sunk["requests"][0]["protocol"], &sunk["requests"][0]["body"]),
        (&json!("HTTP/2"), &json!("x"))
    );
    let mut numbered = client.get("/numbered/a?events=3&fault=none").await.text().await;
    numbered.truncate("retry: 1\n\nid: 1\n".len());
    assert_eq!(numbered, "retry: 1\n\nid: 1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_and_cut_reset_the_stream_and_no_other() {
    let server = server();
    for (response, code) in [
        (
            json!({ "steps": [{ "send": "data: cut o" }, { "waitFor": "go" }, { "reset": true }] }),
            2,
        ),
        (json!({ "steps": [{ "send": "data: cut o" }, { "waitFor": "go" }, { "reset": 8 }] }), 8),
        (
            json!({
                "cut": { "after": 11, "by": "reset" },
                "steps": [{ "send": "data: cut o" }, { "waitFor": "go" }, { "send": "ff" }],
            }),
            2,
        ),
    ] {
        let id = script(server.0, json!([response]));
        let mut client = Client::connect(&server).await;
        let mut other = client.get("/open/a").await;
        let mut stream = client.play(&id).await;
        assert_eq!(stream.next().await, Some(Ok(Bytes::from("data: cut o"))));
        let mut signal = client.ask("POST", &format!("/scripts/{id}/signal/go"), "").await;
        assert_eq!(signal.text().await, "");
        assert_eq!(stream.next().await, Some(Err(Some(Reason::from(code)))));
        assert_eq!(log(server.0, id).await["outcome"], "reset");
        assert_eq!(other.next().await, Some(Ok(Bytes::from("id: 1\ndata: open\n\n"))));
        assert_eq!(get_json(server.0, "/open/a/counters")["open"], 1);
        drop((other, client));
        eventually(|| (get_json(server.0, "/open/a/counters")["open"] == 0).then_some(()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn goaway_lets_streams_end_and_takes_no_new_one() {
    let server = server();
    let steps = json!([{ "send": "a" }, { "goaway": true }, { "waitFor": "go" }, { "send": "b" }]);
    let id = script(server.0, json!([{ "steps": steps }]));
    let mut client = Client::connect(&server).await;
    let mut stream = client.play(&id).await;
    assert_eq!(stream.next().await, Some(Ok(Bytes::from("a"))));
    Answer::to(server.0, "POST", &format!("/scripts/{id}/signal/go"), "", "");
    assert_eq!(stream.text().await, "b");
    // The server closes the connection after the last stream. What the client still writes then,
    // its acknowledgements and its TLS goodbye, may find the socket closed.
    let end = client.end.await.expect("no panic");
    assert!(end.map_or_else(|error| error.is_io(), |()| true));
    assert!(poll_fn(|context| client.requests.poll_ready(context)).await.is_err());
    assert_eq!(log(server.0, id).await["outcome"], "completed");
}

/// Plays this step under two streams of a connection, both of which have to fail.
async fn fails_all_streams(server: &(SocketAddr, CertificateDer<'static>), step: Value) -> Client {
    let steps = json!([{ "send": "a" }, { "waitFor": "go" }, step]);
    let id = script(server.0, json!([{ "steps": steps }]));
    let mut client = Client::connect(server).await;
    let mut other = client.get("/open/a").await;
    other.next().await.expect("an event").expect("an event");
    let mut stream = client.play(&id).await;
    assert_eq!(stream.next().await, Some(Ok(Bytes::from("a"))));
    Answer::to(server.0, "POST", &format!("/scripts/{id}/signal/go"), "", "");
    for stream in [&mut stream, &mut other] {
        assert!(matches!(stream.next().await, Some(Err(_))));
    }
    assert_eq!(log(server.0, id).await["outcome"], "closed");
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn goaway_with_a_code_ends_all_streams() {
    let client = fails_all_streams(&server(), json!({ "goaway": 11 })).await;
    let told = client.end.await.expect("no panic").expect_err("a code");
    assert_eq!(told.reason(), Some(Reason::ENHANCE_YOUR_CALM));
}

#[tokio::test(flavor = "multi_thread")]
async fn close_closes_the_connection_under_all_streams() {
    fails_all_streams(&server(), json!({ "close": true })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_streams_and_the_next_waits() {
    let server = server();
    let mut client = Client::connect(&server).await;
    let mut streams = Vec::new();
    for _ in 0..100 {
        let mut stream = client.get("/open/a").await;
        assert_eq!(stream.next().await, Some(Ok(Bytes::from("id: 1\ndata: open\n\n"))));
        streams.push(stream);
    }
    assert_eq!(client.requests.current_max_send_streams(), 100);
    let mut late = Client { requests: client.requests, end: tokio::spawn(async { Ok(()) }) };
    let late = tokio::spawn(async move { late.get("/open/a").await.next().await.is_some() });
    assert_eq!(get_json(server.0, "/open/a/counters")["requests"], 100);
    drop(streams.pop());
    assert!(late.await.expect("no panic"));
    assert_eq!(get_json(server.0, "/open/a/counters")["requests"], 101);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_socket_can_do_resets_the_stream() {
    let server = server();
    let id = script(server.0, json!([{ "headersDelay": "never", "steps": [{ "send": "HTTQ" }] }]));
    let mut client = Client::connect(&server).await;
    let request = Request::builder().uri(format!("https://localhost/s/{id}")).body(());
    let (response, _) =
        client.requests.send_request(request.expect("a request"), true).expect("a stream");
    assert_eq!(response.await.expect_err("no response").reason(), Some(Reason::INTERNAL_ERROR));
    assert_eq!(log(server.0, id).await["outcome"], "reset");
}
