// Written by `cargo test --package sluicegate llm`: the rules of src/llm/rules.rs.

/** What may say in any format that an event is an error. */
export const ANYWHERE =
  ' event! event_type! error! errors! success! code! error_code! status_code! statusCode! status! base_resp!'

/** By the names of the formats: which events are nothing but text. */
export const TEXT_RULES: Readonly<Record<string, string>> = {
  'openai-chat':
    'id# model# choices+(index% delta{content$[type=text text$ thinking! summary! refusal! functionCall! thought!] reasoning_content? reasoning? reasoning_details? refusal? tool_calls? function_call?} text$ finish_reason? message! usage! error!) usage~ x_groq{usage! error!} object=chat.completion.chunk,text_completion type!',
  'openai-responses':
    'type@response.output_text.delta delta$ object!',
  anthropic:
    'type@content_block_delta delta{text$ thinking! partial_json!} item! call_id! toolCallId! function! custom! toolCallName! toolName! name! object!',
  gemini:
    'candidates+(index% content{parts[text$ thought! functionCall! type! thinking! summary! refusal!]} finishReason?) promptFeedback! usageMetadata~ modelVersion# responseId# type! object!',
  ollama:
    'model# message+{content$ thinking? tool_calls?} response$+ done%+ thinking? tool_calls? finish_reason? usage~ content! stop! type! object!',
  'ai-sdk':
    'type@text-delta delta$ textDelta$ text$ object!',
  'ag-ui':
    'type@TEXT_MESSAGE_CONTENT,TEXT_MESSAGE_CHUNK delta$ object!',
}
