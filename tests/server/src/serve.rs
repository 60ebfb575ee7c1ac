//! From a socket to requests, by the protocol that its client speaks.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::mpsc::unbounded_channel;

use crate::app::App;
use crate::http::{Connection, Exchange, Head, Order, Request, Socket, Stop};
use crate::route::answer;

/// The first byte of a TLS handshake. No request line starts with it.
const TLS: u8 = 0x16;

/// How many streams a client may have open on one connection, as many servers have it.
const MAX_STREAMS: u32 = 100;

/// How many requests a client may take back before they were looked at.
const MAX_RESETS: usize = 1000;

/// Bytes of a request's body that come before they are read.
const WINDOW: u32 = 1024 * 1024;

/// Bytes that one stream holds for a client that does not take them.
const SEND_BUFFER: usize = 64 * 1024;

/// Answers the requests of one connection until either side ends it: HTTP/2 over TLS, or HTTP/1.1.
pub async fn serve(stream: TcpStream, app: Arc<App>) {
    let mut first = [0];
    // Every write is on the wire at once: tests and latency depend on it.
    if stream.set_nodelay(true).is_err() || stream.peek(&mut first).await.is_err() {
        return;
    }
    if first[0] == TLS { http2(stream, app).await } else { http1(stream, app).await }
}

async fn http1(stream: TcpStream, app: Arc<App>) {
    let mut connection = Connection::http1(Socket::new(stream));
    let answered = loop {
        let answered = match connection.request().await {
            Ok(request) => {
                connection.begin(&request);
                answer(&app, &mut connection, &request).await
            }
            // What follows a request that can't be read can't be read either.
            Err(Stop::Refused(status, message)) => {
                connection.keep_alive = false;
                let body = format!("{message}\n");
                connection.write([&refusal(Head::new(status), &body), body.as_bytes()]).await
            }
            Err(stop) => Err(stop),
        };
        if answered.is_err() || !connection.keep_alive {
            break answered;
        }
    };
    connection.end(answered);
}

fn refusal(head: Head, body: &str) -> Vec<u8> {
    let length = body.len().to_string();
    head.with("content-type", "text/plain; charset=utf-8")
        .with("content-length", length)
        .with("connection", "close")
        .encode()
}

async fn http2(stream: TcpStream, app: Arc<App>) {
    let Ok(stream) = app.tls.accept(stream).await else { return };
    let handshake = h2::server::Builder::new()
        .max_concurrent_streams(MAX_STREAMS)
        .initial_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_send_buffer_size(SEND_BUFFER)
        // A page that stops all its streams at once is no attack.
        .max_pending_accept_reset_streams(MAX_RESETS)
        .handshake(stream)
        .await;
    let Ok(mut connection) = handshake else { return };
    let (orders, mut ordered) = unbounded_channel();
    loop {
        tokio::select! {
            accepted = connection.accept() => {
                let Some(Ok((request, response))) = accepted else { return };
                let exchange = Exchange::new(response, orders.clone());
                tokio::spawn(http2_request(request, exchange, app.clone()));
            }
            Some(order) = ordered.recv() => match order {
                Order::GoAway(h2::Reason::NO_ERROR) => connection.graceful_shutdown(),
                Order::GoAway(code) => connection.abrupt_shutdown(code),
                Order::Close => return,
            },
        }
    }
}

async fn http2_request(request: http::Request<h2::RecvStream>, exchange: Exchange, app: Arc<App>) {
    let mut connection = Connection::http2(exchange);
    let answered = match Request::read_http2(request).await {
        Ok(request) => answer(&app, &mut connection, &request).await,
        Err(stop) => Err(stop),
    };
    connection.end(answered);
}
