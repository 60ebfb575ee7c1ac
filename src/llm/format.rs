use super::{
    error::TextError,
    formats::{self, Read},
    reader::TextReader,
    rules,
};
use crate::{
    json::{Pattern, Value},
    sse::EventRef,
};
use alloc::string::String;

/// The format of the events of a model's API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Any of the others, detected from the first event that shows its format.
    #[default]
    Auto,
    /// OpenAI's Chat Completions, which many others use, too: vLLM, LiteLLM, Mistral, OpenRouter.
    OpenAiChat,
    /// OpenAI's Responses.
    OpenAiResponses,
    /// Anthropic's Messages.
    Anthropic,
    /// Gemini's `streamGenerateContent?alt=sse`.
    Gemini,
    /// Ollama's lines of NDJSON, and the events of Cloudflare and llama.cpp.
    Ollama,
    /// The AI SDK's UI message stream.
    AiSdk,
    /// AG-UI, which TanStack AI uses, too.
    AgUi,
}

impl Format {
    /// Returns the text that one event adds to an answer, or an empty string.
    ///
    /// Only this event is considered. Half of a character at the end of a token becomes U+FFFD, and the
    /// text that the last event of a Responses stream repeats is left out. To read a whole stream, use
    /// [`TextReader`].
    ///
    /// ```
    /// use sluicegate::{llm::Format, sse::EventRef};
    ///
    /// let event = EventRef {
    ///     event_type: "message",
    ///     data: r#"{"type":"text-delta","id":"0","delta":"Hi"}"#,
    ///     last_event_id: "",
    /// };
    /// assert_eq!(Format::AiSdk.text(&event)?, "Hi");
    /// assert_eq!(Format::Auto.text(&event)?, "Hi");
    /// assert_eq!(Format::Gemini.text(&event)?, "");
    /// # Ok::<(), sluicegate::llm::TextError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TextError::Upstream`] for a vendor's error, and [`TextError::BrokenJson`].
    pub fn text(self, event: &EventRef<'_>) -> Result<String, TextError> {
        let mut reader = TextReader::of_one_event(self);
        let mut text = String::new();
        reader.read(event, &mut text)?;
        reader.finish(&mut text)?;
        Ok(text)
    }

    /// The rule of the format's text; `None` as long as the format is open.
    pub(super) fn rule(self) -> Option<Pattern> {
        let rule = match self {
            Self::Auto => return None,
            Self::OpenAiChat => rules::OPENAI_CHAT,
            Self::OpenAiResponses => rules::OPENAI_RESPONSES,
            Self::Anthropic => rules::ANTHROPIC,
            Self::Gemini => rules::GEMINI,
            Self::Ollama => rules::OLLAMA,
            Self::AiSdk => rules::AI_SDK,
            Self::AgUi => rules::AG_UI,
        };
        Pattern::new(rule.into())
    }

    /// What an object adds, as all of the format reads it.
    pub(super) fn part(self, json: Value<'_>, event_type: &str) -> Read {
        match self {
            Self::Auto => Ok(None),
            Self::OpenAiChat => formats::openai_chat(json),
            Self::OpenAiResponses => formats::openai_responses(json, event_type),
            Self::Anthropic => formats::anthropic(json, event_type),
            Self::Gemini => formats::gemini(json),
            Self::Ollama => formats::ollama(json, event_type),
            Self::AiSdk => formats::ai_sdk(json, event_type),
            Self::AgUi => formats::ag_ui(json, event_type),
        }
    }
}
