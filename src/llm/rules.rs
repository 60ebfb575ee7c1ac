//! How each vendor writes an event that is nothing but text: patterns of [`crate::json`].
//!
//! An event that is something else, or that may be, is for the code that knows all of the format. A
//! rule must never take for text what that code takes for something else: what it looks at is named
//! here, apart from what it only looks at once the format's kind or sign says that it is there.
//!
//! `error!`, `event!`, `object!` and `type!` are in each of them,
//! since each may say that the event is an error.

pub(crate) const OPENAI_CHAT: &str = "id# model# choices+(index% delta{content$[type=text text$ thinking! summary! refusal! functionCall! function_call! thought!] reasoning_content? reasoningContent? reasoning? reasoning_text? reasoningText? thinking? reasoning_details? reasoningDetails? refusal? tool_calls? toolCalls? function_call? functionCall? audio?} text$ finish_reason? finishReason? message! usage! error!) usage~ x_groq{usage! error!} object=chat.completion.chunk,text_completion base_resp{status_code%} code% errors? type! event! error!";

pub(crate) const OPENAI_RESPONSES: &str =
    "type@response.output_text.delta delta$ object! event! error!";

pub(crate) const ANTHROPIC: &str = "type@content_block_delta delta{text$ thinking! partial_json!} item! call_id! toolCallId! function! custom! toolCallName! toolName! payload! name! object! event! error!";

pub(crate) const GEMINI: &str = "candidates+(index% content{parts[text$ thought! functionCall! type! function_call! thinking! summary! refusal!]} finishReason? finish_reason?) promptFeedback! prompt_feedback! usageMetadata~ usage_metadata~ modelVersion# responseId# type! object! event! error!";

pub(crate) const OLLAMA: &str = "model# message{content$+ thinking?+ tool_calls?+} response$+ done% thinking? tool_calls? usage~ content! text! delta! token! stop! type! object! event! error!";

pub(crate) const AI_SDK: &str =
    "type@text-delta delta$ textDelta$ text$ payload{text$} object! event! error!";

pub(crate) const AG_UI: &str =
    "type@TEXT_MESSAGE_CONTENT,TEXT_MESSAGE_CHUNK delta$ object! event! error!";
