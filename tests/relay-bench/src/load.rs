//! Readers of many streams at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many connections are being opened at a time.
const OPENING: usize = 100;

/// How many streams a user has: relays limit that.
const STREAMS_OF_USER: usize = 50;

/// How many readers, and for how long.
#[derive(Clone, Copy)]
pub struct Load {
    pub streams: usize,
    /// Before anything is counted, once all streams are open.
    pub warm_up: Duration,
    /// While frames are counted.
    pub time: Duration,
}

/// Open streams, closed when this is dropped.
pub struct Readers {
    counts: Arc<Counts>,
    streams: usize,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Counts {
    frames: AtomicU64,
    open: AtomicUsize,
}

impl Load {
    /// Opens all streams; each has brought its first bytes.
    pub async fn open(&self, url: &str) -> Result<Readers> {
        let address = url.strip_prefix("http://").context("an http URL")?;
        let counts = Arc::<Counts>::default();
        let opening = Arc::new(Semaphore::new(OPENING));
        let mut tasks = JoinSet::new();
        for number in 0..self.streams {
            let permit = Arc::clone(&opening).acquire_owned().await?;
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(request(address, number).as_bytes()).await?;
            let counts = Arc::clone(&counts);
            tasks.spawn(async move {
                let mut buffer = [0; 8 << 10];
                let mut permit = Some(permit);
                let mut last = 0;
                while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                    let bytes = &buffer[..length];
                    // Held until the stream counts: who gets all permits looks at the count.
                    let first = permit.take();
                    if first.is_some() && bytes.starts_with(b"HTTP/1.1 200 ") {
                        counts.open.fetch_add(1, Ordering::Relaxed);
                    }
                    drop(first);
                    // A frame ends with an empty line, whose line ends are LF in the body only.
                    let frames = ends(last, bytes);
                    counts.frames.fetch_add(frames, Ordering::Relaxed);
                    last = bytes[length - 1];
                }
                counts.open.fetch_sub(1, Ordering::Relaxed);
            });
        }
        // All permits are free again when each stream has brought something.
        drop(opening.acquire_many(u32::try_from(OPENING)?).await?);
        let readers = Readers { counts, streams: self.streams, _tasks: tasks };
        readers.check().context("not all streams opened")?;
        Ok(readers)
    }
}

impl Readers {
    /// How many frames have come so far.
    pub fn frames(&self) -> u64 {
        self.counts.frames.load(Ordering::Relaxed)
    }

    /// Whether all are open still.
    pub fn check(&self) -> Result<()> {
        let open = self.counts.open.load(Ordering::Relaxed);
        ensure!(open == self.streams, "{open} of {} streams are open", self.streams);
        Ok(())
    }
}

fn request(address: &str, number: usize) -> String {
    let user = number / STREAMS_OF_USER;
    let body =
        format!(r#"{{"prompt":"hi","userId":"user-{user}","sessionId":"session-{number}"}}"#);
    let length = body.len();
    format!(
        "POST /chat HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}

/// How many empty lines end in `bytes`, which follow the byte `before`.
fn ends(before: u8, bytes: &[u8]) -> u64 {
    let pairs = std::iter::once(&before).chain(bytes).zip(bytes);
    pairs.filter(|pair| *pair == (&b'\n', &b'\n')).count() as u64
}
