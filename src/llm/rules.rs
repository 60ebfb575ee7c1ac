//! How each vendor writes an event that is nothing but text: patterns of [`crate::json`].
//!
//! An event that is something else, or that may be, is for the code that knows all of the format. A
//! rule must never take for text what that code takes for something else: what it looks at is named
//! here, apart from what it only looks at once the format's kind or sign says that it is there.
//!
//! A test writes them to `pkg/src/llm/text-rules.ts`.

/// What may say in any format that an event is an error.
macro_rules! anywhere {
    () => {
        " event! event_type! error! errors! success! code! error_code! status_code! statusCode! status! base_resp!"
    };
}

macro_rules! rules {
    ($($constant:ident $name:literal $rule:literal)*) => {
        $(pub(crate) const $constant: &str = concat!($rule, anywhere!());)*

        /// The rules by the names of their formats, without what is in all of them.
        #[cfg(test)]
        pub(super) const NAMED: &[(&str, &str)] = &[$(($name, $rule)),*];
        #[cfg(test)]
        pub(super) const ANYWHERE: &str = anywhere!();
    };
}

rules! {
    OPENAI_CHAT "openai-chat"
    "id# model# choices+(index% delta{content$[type=text text$ thinking! summary! refusal! functionCall! thought!] reasoning_content? reasoning? reasoning_details? refusal? tool_calls? function_call?} text$ finish_reason? message! usage! error!) usage~ x_groq{usage! error!} object=chat.completion.chunk,text_completion type!"

    OPENAI_RESPONSES "openai-responses"
    "type@response.output_text.delta delta$ object!"

    ANTHROPIC "anthropic"
    "type@content_block_delta delta{text$ thinking! partial_json!} item! call_id! toolCallId! function! custom! toolCallName! toolName! name! object!"

    GEMINI "gemini"
    "candidates+(index% content{parts[text$ thought! functionCall! type! thinking! summary! refusal!]} finishReason?) promptFeedback! usageMetadata~ modelVersion# responseId# type! object!"

    OLLAMA "ollama"
    "model# message+{content$ thinking? tool_calls?} response$+ done%+ thinking? tool_calls? finish_reason? usage~ content! stop! type! object!"

    AI_SDK "ai-sdk"
    "type@text-delta delta$ textDelta$ text$ object!"

    AG_UI "ag-ui"
    "type@TEXT_MESSAGE_CONTENT,TEXT_MESSAGE_CHUNK delta$ object!"
}
