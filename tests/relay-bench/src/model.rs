//! A model that costs next to nothing: it writes the same token of the Chat Completions protocol again
//! and again, to whoever asks.

use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{MissedTickBehavior, interval};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

const TOKEN: &str = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1741570283,\
\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"},\"finish_reason\":null}]}\n\n";

/// How many tokens go out in one piece when there is no pace to keep.
const AT_ONCE: usize = 50;

/// Listens on a free port, says where, and writes a token each `pace`; without a pause if that is 0.
pub async fn serve(pace: Duration) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}/v1", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        // An error is the reader's way to say that it has had enough.
        tokio::spawn(async move { drop(answer(stream, pace).await) });
    }
}

async fn answer(mut stream: TcpStream, pace: Duration) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut request = [0; 4096];
    let mut length = 0;
    // The body is JSON, and short: it ends with the last of its braces.
    while !request[..length].ends_with(b"}") {
        let read = stream.read(&mut request[length..]).await?;
        if read == 0 {
            return Ok(());
        }
        length += read;
    }
    stream.write_all(HEAD.as_bytes()).await?;
    if pace.is_zero() {
        let tokens = TOKEN.repeat(AT_ONCE);
        loop {
            stream.write_all(tokens.as_bytes()).await?;
        }
    }
    let mut ticks = interval(pace);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        ticks.tick().await;
        stream.write_all(TOKEN.as_bytes()).await?;
    }
}
