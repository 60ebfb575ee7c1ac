//! Which vendor's API a model has: where to send a question, in what words, and how to read the answer.

use clap::ValueEnum;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use sluicegate::sse::{EventRef, Format};

use super::part::Parts;
use super::{SetupError, UpstreamOptions, anthropic, ollama, openai_chat, openai_responses};
use crate::chat::Chat;

/// A vendor's API. The names are those of the formats of `sluicegate/llm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UpstreamKind {
    /// OpenAI's Chat Completions, which many others speak, too: vLLM, DeepSeek, OpenRouter
    #[value(name = "openai-chat")]
    OpenAiChat,
    /// OpenAI's Responses
    #[value(name = "openai-responses")]
    OpenAiResponses,
    /// Anthropic's Messages
    Anthropic,
    /// Ollama's chat, which is NDJSON
    Ollama,
}

impl UpstreamKind {
    /// The environment variable that people keep this vendor's key in.
    pub fn key_variable(self) -> &'static str {
        match self {
            Self::OpenAiChat | Self::OpenAiResponses => "OPENAI_API_KEY",
            Self::Anthropic => "ANTHROPIC_API_KEY",
            Self::Ollama => "OLLAMA_API_KEY",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::OpenAiChat => "/chat/completions",
            Self::OpenAiResponses => "/responses",
            Self::Anthropic => "/v1/messages",
            Self::Ollama => "/api/chat",
        }
    }

    /// Where to send a question, given the API's base with or without some of the path; `None` if that
    /// is no HTTP URL.
    pub(super) fn endpoint(self, base: &str) -> Option<Url> {
        let mut url = Url::parse(base).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let base = url.path().trim_end_matches('/');
        let path = self.path();
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let known = ends.rev().find(|end| base.ends_with(&path[..*end])).unwrap_or(0);
        let path = format!("{base}{}", &path[known..]);
        url.set_path(&path);
        Some(url)
    }

    /// The headers of each request.
    pub(super) fn headers(self, key: Option<&str>) -> Result<HeaderMap, SetupError> {
        let mut headers = HeaderMap::new();
        if self == Self::Anthropic {
            let version = HeaderName::from_static("anthropic-version");
            headers.insert(version, HeaderValue::from_static(anthropic::VERSION));
        }
        if let Some(key) = key {
            let (name, value) = match self {
                Self::Anthropic => (HeaderName::from_static("x-api-key"), key.to_owned()),
                _ => (AUTHORIZATION, format!("Bearer {key}")),
            };
            let mut value = HeaderValue::from_str(&value).map_err(|_| SetupError::Key)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }

    /// The body of a request.
    pub(super) fn request(self, chat: &Chat, options: &UpstreamOptions) -> Value {
        match self {
            Self::OpenAiChat => openai_chat::request(chat),
            Self::OpenAiResponses => openai_responses::request(chat),
            Self::Anthropic => anthropic::request(chat, options.max_tokens),
            Self::Ollama => ollama::request(chat),
        }
    }

    /// What the answer's bytes are.
    pub(super) fn format(self) -> Format {
        if self == Self::Ollama { Format::Ndjson } else { Format::Sse }
    }

    /// Whether an answer of this content type is one.
    pub(super) fn answers_in(self, content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let wanted: &[&str] = match self.format() {
            Format::Sse => &["text/event-stream"],
            Format::Ndjson => &["application/x-ndjson", "application/ndjson"],
        };
        wanted.iter().any(|wanted| essence.eq_ignore_ascii_case(wanted))
    }

    /// What an event of the answer means.
    pub(super) fn parse(self, event: &EventRef<'_>) -> Parts {
        match self {
            Self::OpenAiChat => openai_chat::parse(event.event_type, event.data),
            Self::OpenAiResponses => openai_responses::parse(event.data),
            Self::Anthropic => anthropic::parse(event.data),
            Self::Ollama => ollama::parse(event.data),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UpstreamKind::{Anthropic, Ollama, OpenAiChat, OpenAiResponses};

    #[test]
    fn the_endpoint_is_found_from_any_base() {
        for (kind, base, endpoint) in [
            (OpenAiChat, "http://h/v1", "http://h/v1/chat/completions"),
            (OpenAiChat, "http://h/v1/", "http://h/v1/chat/completions"),
            (OpenAiChat, "https://h:1/v1/chat/completions", "https://h:1/v1/chat/completions"),
            (OpenAiChat, "https://h/chat/completions/", "https://h/chat/completions"),
            (OpenAiChat, "http://h", "http://h/chat/completions"),
            (OpenAiChat, "https://h/d?api-version=2", "https://h/d/chat/completions?api-version=2"),
            (OpenAiResponses, "https://h/v1", "https://h/v1/responses"),
            (OpenAiResponses, "https://h/v1/responses", "https://h/v1/responses"),
            (Anthropic, "https://h", "https://h/v1/messages"),
            (Anthropic, "https://h/v1", "https://h/v1/messages"),
            (Anthropic, "https://h/proxy/v1/messages", "https://h/proxy/v1/messages"),
            (Ollama, "http://h:11434", "http://h:11434/api/chat"),
            (Ollama, "http://h:11434/api/", "http://h:11434/api/chat"),
        ] {
            assert_eq!(kind.endpoint(base).unwrap().as_str(), endpoint);
        }
        for base in ["", "h/v1", "ftp://h/v1", "http://"] {
            assert!(OpenAiChat.endpoint(base).is_none(), "{base}");
        }
    }
}
