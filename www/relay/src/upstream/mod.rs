//! The model's API: one request a session, its answer token by token.

mod error;
mod openai;

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use sluicegate::sse::Decoder;

use crate::chat::Chat;
pub use error::UpstreamError;
pub use openai::Part;

/// The most bytes that one event of the model's may take.
const MAX_EVENT_SIZE: usize = 1 << 20;

/// The most bytes of a refusal that are read for its reason.
const MAX_REFUSAL_SIZE: usize = 16 << 10;

/// Which API to ask, and how long to wait for it.
pub struct UpstreamOptions {
    /// The API's base, such as `https://api.example.com/v1`, with or without `/chat/completions`.
    pub url: String,
    /// The models that may be asked. The first one is when a request names none.
    pub models: Vec<String>,
    /// Sent as a bearer token.
    pub key: Option<String>,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for the answer's head, and from one piece of its body to the next.
    pub read_timeout: Duration,
}

impl UpstreamOptions {
    /// Without a key, with 10 seconds to connect and 60 seconds to read.
    pub fn new<M: Into<String>>(
        url: impl Into<String>,
        models: impl IntoIterator<Item = M>,
    ) -> Self {
        Self {
            url: url.into(),
            models: models.into_iter().map(Into::into).collect(),
            key: None,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(60),
        }
    }
}

/// Why no request could ever be made with these options.
#[derive(Debug)]
pub enum SetupError {
    /// The URL does not parse, or is not an HTTP one.
    Url(String),
    /// There is no model to ask.
    NoModel,
    /// The key has characters that no header may have.
    Key,
    /// The HTTP client could not be made: this machine has no certificates, say.
    Client(reqwest::Error),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(f, "not an http or https URL: {url:?}"),
            Self::NoModel => f.write_str("name a model to ask for"),
            Self::Key => f.write_str("the API key has characters that no header may have"),
            Self::Client(_) => f.write_str("the HTTP client could not be made"),
        }
    }
}

impl Error for SetupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Client(error) => Some(error),
            Self::Url(_) | Self::NoModel | Self::Key => None,
        }
    }
}

/// An OpenAI-compatible streaming chat API.
pub struct Upstream {
    client: Client,
    url: Url,
    key: Option<HeaderValue>,
    models: Vec<String>,
}

impl Upstream {
    /// Makes the client; connects to nothing yet.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn new(options: UpstreamOptions) -> Result<Self, SetupError> {
        let url = openai::endpoint(&options.url).ok_or(SetupError::Url(options.url))?;
        if options.models.is_empty() {
            return Err(SetupError::NoModel);
        }
        let key = options.key.map(|key| bearer(&key)).transpose()?;
        // The first provider of the process stays; that is this one too.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut client = Client::builder()
            .connect_timeout(options.connect_timeout)
            .read_timeout(options.read_timeout)
            // A redirected POST would lose its body or carry the key to elsewhere.
            .redirect(Policy::none())
            .user_agent(concat!("sluicegate-relay/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&url) {
            client = client.no_proxy();
        }
        if url.scheme() == "http" {
            // Without this a machine that has no certificates could not even ask over plain HTTP.
            client = client.tls_certs_only([]);
        }
        let client = client.build().map_err(SetupError::Client)?;
        Ok(Self { client, url, key, models: options.models })
    }

    /// The models that may be asked, the default first.
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// Sends the question. Dropping the future, or the [`Answer`], aborts the request and closes
    /// its connection.
    ///
    /// # Errors
    /// [`UpstreamError`], if no answer begins.
    pub(crate) async fn ask(&self, chat: &Chat) -> Result<Answer, UpstreamError> {
        let mut request = self.client.post(self.url.clone()).json(&openai::request(chat));
        if let Some(key) = &self.key {
            request = request.header(AUTHORIZATION, key.clone());
        }
        let response = request.send().await.map_err(UpstreamError::unreachable)?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !content_type.to_ascii_lowercase().starts_with("text/event-stream") {
            return Err(UpstreamError::NotAStream(content_type.to_owned()));
        }
        Ok(Answer {
            response,
            decoder: Decoder::new().max_event_size(MAX_EVENT_SIZE),
            parts: VecDeque::new(),
        })
    }
}

/// An answer that is being written.
pub struct Answer {
    response: Response,
    decoder: Decoder,
    /// Parsed and not yet handed out: what came in one piece with the last part.
    parts: VecDeque<Result<Part, UpstreamError>>,
}

impl Answer {
    /// Waits for the next part. [`Part::End`] is the last one, after it this is not to be called
    /// again.
    ///
    /// # Errors
    /// [`UpstreamError`], also if the body ends before the answer does.
    pub async fn next(&mut self) -> Result<Part, UpstreamError> {
        loop {
            if let Some(part) = self.parts.pop_front() {
                return part;
            }
            let chunk = self.response.chunk().await.map_err(UpstreamError::interrupted)?;
            let chunk = chunk.ok_or(UpstreamError::Truncated)?;
            let pushed = self.decoder.push(&chunk);
            for event in self.decoder.events() {
                openai::parse(event.event_type, event.data, &mut self.parts);
            }
            if pushed.is_err() {
                let reason = format!("an event over {MAX_EVENT_SIZE} bytes");
                self.parts.push_back(Err(UpstreamError::Malformed(reason)));
            }
        }
    }
}

fn bearer(key: &str) -> Result<HeaderValue, SetupError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| SetupError::Key)?;
    value.set_sensitive(true);
    Ok(value)
}

/// A proxy from the environment cannot reach what listens on this machine only.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

async fn refusal(mut response: Response) -> UpstreamError {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_REFUSAL_SIZE {
            break;
        }
    }
    UpstreamError::Status { status: response.status(), reason: openai::refusal_code(&body) }
}
