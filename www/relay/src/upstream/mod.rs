//! The model's API: one question a session, its answer token by token.

mod answer;
mod anthropic;
mod backoff;
mod error;
mod ollama;
mod openai_chat;
mod openai_responses;
mod tool_turns;
mod vendor;

use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

use reqwest::header::{
    CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::chat::Chat;
pub use answer::Answer;
use answer::Exchange;
pub use anthropic::Anthropic;
use backoff::Backoff;
use error::Theirs;
pub use error::UpstreamError;
pub use ollama::Ollama;
pub use openai_chat::OpenAiChat;
pub use openai_responses::OpenAiResponses;
pub use vendor::{VENDORS, Vendor};
use vendor::{answers_in, endpoint, is_json};

/// The most bytes of a refusal that are read for its reason.
const MAX_REFUSAL_SIZE: usize = 16 << 10;

/// How long those bytes may take to come. The status is known, and a reader waits.
const REFUSAL_TIME: Duration = Duration::from_secs(2);

/// Which API to ask, and how long to wait for it.
pub struct UpstreamOptions {
    /// Which vendor's API it is.
    pub vendor: &'static dyn Vendor,
    /// The API's base, such as `https://api.example.com/v1`, with or without the rest of the path.
    pub url: String,
    /// The models that may be asked. The first one is when a request names none.
    pub models: Vec<String>,
    /// Sent as the vendor wants it.
    pub key: Option<String>,
    /// The most tokens of an answer, for Anthropic, which demands a limit. The others have their own.
    pub max_tokens: u32,
    /// Other members of each request, such as `temperature` or `tools`. They replace none of the
    /// relay's, nor those of a question.
    pub parameters: Map<String, Value>,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for the answer's head, and from one piece of its body to the next.
    pub read_timeout: Duration,
    /// How often to ask again, after 1 second, 2, 4, and so on up to 30, when no token has come and
    /// what happened may pass: no connection, one that broke, 408, 425, 429, 5xx, an API that says it
    /// is overloaded. Not after a time-out: the model may be at work.
    pub retries: u32,
    /// Whether readers and the log are told what the API says of an error in its own words. They may
    /// quote the key or the prompt: for development only.
    pub show_errors: bool,
}

impl UpstreamOptions {
    /// For a Chat Completions API without a key. 4096 tokens, 10 seconds to connect, 60 seconds to
    /// read, 4 retries: 15 seconds of waiting.
    pub fn new<M: Into<String>>(
        url: impl Into<String>,
        models: impl IntoIterator<Item = M>,
    ) -> Self {
        Self {
            vendor: &OpenAiChat,
            url: url.into(),
            models: models.into_iter().map(Into::into).collect(),
            key: None,
            max_tokens: 4096,
            parameters: Map::new(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(60),
            retries: 4,
            show_errors: false,
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

/// A model's API.
pub struct Upstream {
    /// Keeps connections open for the next question, up to 90 seconds.
    client: Client,
    url: Url,
    options: UpstreamOptions,
}

impl Upstream {
    /// Makes the client; connects to nothing yet.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn new(options: UpstreamOptions) -> Result<Self, SetupError> {
        let url = endpoint(options.vendor, &options.url);
        let url = url.ok_or_else(|| SetupError::Url(options.url.clone()))?;
        if options.models.is_empty() {
            return Err(SetupError::NoModel);
        }
        // The first provider of the process stays; that is this one too.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut client = Client::builder()
            .connect_timeout(options.connect_timeout)
            .read_timeout(options.read_timeout)
            .default_headers(headers(&options)?)
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
        Ok(Self { client, url, options })
    }

    /// The models that may be asked, the default first.
    pub fn models(&self) -> &[String] {
        &self.options.models
    }

    /// Sends the question, again if need be. Dropping the future, or the [`Answer`], aborts the
    /// request and closes its connection.
    ///
    /// # Errors
    /// [`UpstreamError`], if no answer begins.
    pub(crate) async fn ask<'a>(&'a self, chat: &'a Chat) -> Result<Answer<'a>, UpstreamError> {
        let mut backoff = Backoff::new(self.options.retries);
        let exchange = self.begin(chat, &mut backoff).await?;
        Ok(Answer::new(self, chat, exchange, backoff))
    }

    /// As often as `backoff` allows.
    async fn begin(&self, chat: &Chat, backoff: &mut Backoff) -> Result<Exchange, UpstreamError> {
        loop {
            match self.send(chat).await {
                Err(error) => self.wait(error, backoff).await?,
                Ok(exchange) => return Ok(exchange),
            }
        }
    }

    /// Waits until it is time to ask again.
    ///
    /// # Errors
    /// `error`, if it will not pass or there are no attempts left.
    async fn wait(&self, error: UpstreamError, backoff: &mut Backoff) -> Result<(), UpstreamError> {
        let error = self.told(error);
        if !error.is_transient() {
            return Err(error);
        }
        let Some(delay) = backoff.next(error.retry_after()) else { return Err(error) };
        tracing::warn!(code = error.code(), %error, ?delay, "asking the upstream again");
        tokio::time::sleep(delay).await;
        Ok(())
    }

    /// The error as readers and the log are told it.
    fn told(&self, error: UpstreamError) -> UpstreamError {
        if self.options.show_errors { error.show() } else { error }
    }

    async fn send(&self, chat: &Chat) -> Result<Exchange, UpstreamError> {
        let vendor = self.options.vendor;
        let mut body = vendor.body(chat, self.options.max_tokens);
        if let Some(body) = body.as_object_mut() {
            for (name, value) in chat.parameters.iter().chain(&self.options.parameters) {
                body.entry(name).or_insert_with(|| value.clone());
            }
        }
        let response = self.client.post(self.url.clone()).json(&body).send().await;
        let response = response.map_err(UpstreamError::unreachable)?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        // Of several, the last one counts (Fetch, "extract a MIME type").
        let content_type = response.headers().get_all(CONTENT_TYPE).iter().next_back();
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
        if response.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            let what = "a compressed answer, which the relay does not ask for";
            return Err(UpstreamError::Malformed { what, why: Theirs::default() });
        }
        if answers_in(vendor, content_type) {
            return Ok(Exchange::new(vendor, response));
        }
        let no_stream = UpstreamError::NotAStream(Theirs::new(content_type));
        if !is_json(content_type) {
            return Err(no_stream);
        }
        Exchange::of_json(vendor, response).await?.ok_or(no_stream)
    }
}

/// The headers of each request.
fn headers(options: &UpstreamOptions) -> Result<HeaderMap, SetupError> {
    let mut headers = HeaderMap::new();
    for (name, value) in options.vendor.headers(options.key.as_deref()) {
        let mut value = HeaderValue::try_from(value).map_err(|_| SetupError::Key)?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

/// A proxy from the environment cannot reach what listens on this machine only.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// What `Retry-After` asks for: seconds, or a date (RFC 9110, 10.2.3).
fn wait_until(retry_after: &str) -> Option<Duration> {
    if let Ok(seconds) = retry_after.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(retry_after).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

async fn refusal(mut response: Response) -> UpstreamError {
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = retry_after.and_then(wait_until);
    let mut body = Vec::new();
    let read = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_REFUSAL_SIZE {
                break;
            }
        }
    };
    // What came in time will do.
    let _ = timeout(REFUSAL_TIME, read).await;
    let text = Theirs::new(String::from_utf8_lossy(&body));
    UpstreamError::Status { status: response.status(), body: text, retry_after }
}
