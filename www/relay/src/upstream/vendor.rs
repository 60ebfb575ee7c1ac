//! What the relay has to know of a vendor's API: where to send a question, and in what words. How to
//! read the answer is known to [`sluicegate::llm`].

use std::fmt;

use reqwest::Url;
use serde_json::Value;
use sluicegate::{llm, sse};

use super::{Anthropic, Ollama, OpenAiChat, OpenAiResponses};
use crate::chat::Chat;

/// All APIs that `--upstream-kind` knows, the default first.
pub static VENDORS: [&dyn Vendor; 4] = [&OpenAiChat, &OpenAiResponses, &Anthropic, &Ollama];

/// A vendor's API.
pub trait Vendor: Send + Sync {
    /// What `--upstream-kind` calls it.
    fn name(&self) -> &'static str;

    /// What it is, for `--help`.
    fn help(&self) -> &'static str;

    /// The environment variable that people keep this vendor's key in.
    fn key_variable(&self) -> &'static str;

    /// Where questions go, behind the API's base.
    fn path(&self) -> &'static str;

    /// How the answer's events are to be read.
    fn format(&self) -> llm::Format;

    /// How the answer's bytes are cut into events. Server-Sent Events by default.
    fn lines(&self) -> sse::Format {
        sse::Format::Sse
    }

    /// The headers of each request. By default the key as a bearer token.
    fn headers(&self, key: Option<&str>) -> Vec<(&'static str, String)> {
        key.map(|key| ("authorization", format!("Bearer {key}"))).into_iter().collect()
    }

    /// The body of a request. `max_tokens` is for an API that demands a limit.
    fn body(&self, chat: &Chat, max_tokens: u32) -> Value;
}

impl fmt::Debug for dyn Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where to send a question, given the API's base with or without some of the path; `None` if that
/// is no HTTP URL.
pub fn endpoint(vendor: &dyn Vendor, base: &str) -> Option<Url> {
    let mut url = Url::parse(base).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let base = url.path().trim_end_matches('/');
    let path = vendor.path();
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let known = ends.rev().find(|end| base.ends_with(&path[..*end])).unwrap_or(0);
    let path = format!("{base}{}", &path[known..]);
    url.set_path(&path);
    Some(url)
}

/// Whether an answer of this content type is one.
pub fn answers_in(vendor: &dyn Vendor, content_type: &str) -> bool {
    let essence = essence_of(content_type);
    let wanted: &[&str] = match vendor.lines() {
        sse::Format::Sse => &["text/event-stream"],
        sse::Format::Ndjson => &[
            "application/x-ndjson",
            "application/ndjson",
            "application/jsonl",
            "application/x-jsonlines",
        ],
    };
    wanted.iter().any(|wanted| essence.eq_ignore_ascii_case(wanted))
}

/// Whether an answer of this content type may be one in a single piece.
pub fn is_json(content_type: &str) -> bool {
    essence_of(content_type).eq_ignore_ascii_case("application/json")
}

/// Of several, the last one counts (Fetch, "extract a MIME type").
fn essence_of(content_type: &str) -> &str {
    let last = content_type.rsplit(',').next().unwrap_or_default();
    last.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_found_from_any_base() {
        let cases: [(&dyn Vendor, _, _); 13] = [
            (&OpenAiChat, "http://h/v1", "http://h/v1/chat/completions"),
            (&OpenAiChat, "http://h/v1/", "http://h/v1/chat/completions"),
            (&OpenAiChat, "https://h:1/v1/chat/completions", "https://h:1/v1/chat/completions"),
            (&OpenAiChat, "https://h/chat/completions/", "https://h/chat/completions"),
            (&OpenAiChat, "http://h", "http://h/chat/completions"),
            (
                &OpenAiChat,
                "https://h/d?api-version=2",
                "https://h/d/chat/completions?api-version=2",
            ),
            (&OpenAiResponses, "https://h/v1", "https://h/v1/responses"),
            (&OpenAiResponses, "https://h/v1/responses", "https://h/v1/responses"),
            (&Anthropic, "https://h", "https://h/v1/messages"),
            (&Anthropic, "https://h/v1", "https://h/v1/messages"),
            (&Anthropic, "https://h/proxy/v1/messages", "https://h/proxy/v1/messages"),
            (&Ollama, "http://h:11434", "http://h:11434/api/chat"),
            (&Ollama, "http://h:11434/api/", "http://h:11434/api/chat"),
        ];
        for (vendor, base, expected) in cases {
            assert_eq!(endpoint(vendor, base).unwrap().as_str(), expected);
        }
        for base in ["", "h/v1", "ftp://h/v1", "http://"] {
            assert!(endpoint(&OpenAiChat, base).is_none(), "{base}");
        }
    }

    #[test]
    fn the_last_content_type_counts() {
        for (content_type, is_answer) in [
            ("text/event-stream", true),
            ("Text/Event-Stream; charset=utf-8", true),
            ("text/event-stream, text/event-stream;charset=utf-8", true),
            ("text/event-stream, application/json", false),
            ("application/json", false),
            ("", false),
        ] {
            assert_eq!(answers_in(&OpenAiChat, content_type), is_answer, "{content_type}");
        }
        for content_type in ["application/x-ndjson", "application/jsonl; charset=utf-8"] {
            assert!(answers_in(&Ollama, content_type), "{content_type}");
        }
    }
}
