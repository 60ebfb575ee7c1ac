/** The text of a model's answer, whichever vendor's API streams it. */

export type { Answer, Delta, Part, ToolCall, ToolCallPart, Usage } from './llm/answer.js'
export type {
  AnthropicBlock,
  AnthropicDelta,
  AnthropicEvent,
  AnthropicUsage,
} from './llm/anthropic.js'
export {
  type Chat,
  type ChatMessage,
  type ChatOptions,
  openChat,
  resumeChat,
  type ResumeChatOptions,
} from './llm/chat.js'
export type { Extractor } from './llm/format.js'
export type { AnswerFormat } from './llm/formats.js'
export type { JsonFormat } from './llm/json-formats.js'
export type {
  GeminiCandidate,
  GeminiChunk,
  GeminiPart,
  GeminiUsage,
  GeminiValue,
} from './llm/gemini.js'
export type { MessageFrame } from './llm/message-frames.js'
export type { OllamaChunk, OllamaMessage, OllamaToolCall } from './llm/ollama.js'
export type {
  OpenAIChatChoice,
  OpenAIChatChunk,
  OpenAIChatDelta,
  OpenAIChatToolCall,
  OpenAIChatUsage,
} from './llm/openai-chat.js'
export type {
  OpenAIResponse,
  OpenAIResponsesEvent,
  OpenAIResponsesItem,
} from './llm/openai-responses.js'
export type { RelayDone, RelayStart } from './llm/relay.js'
export {
  type AnswerSource,
  deltasOf,
  type DeltaStream,
  textOf,
  type TextStream,
} from './llm/streams.js'
export { textReader } from './llm/text-reader.js'
export type { UpstreamProblem } from './llm/upstream.js'
