// Our types of the vendors' events against those of the vendors' own clients, by the compiler: what
// a vendor sends is what ours says, and ours has no member that the vendor doesn't have.

import type { Messages } from '@anthropic-ai/sdk/resources'
import type {
  Candidate,
  GenerateContentResponse,
  GenerateContentResponseUsageMetadata,
  Part,
} from '@google/genai'
import type { ChatResponse, GenerateResponse, Message, ToolCall } from 'ollama/browser'
import type { ChatCompletionChunk as Chunk, CompletionUsage } from 'openai/resources'
import type {
  Response,
  ResponseErrorEvent,
  ResponseOutputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses'
import type {
  AnthropicBlock,
  AnthropicDelta,
  AnthropicEvent,
  AnthropicUsage,
  GeminiCandidate,
  GeminiChunk,
  GeminiPart,
  GeminiUsage,
  OllamaChunk,
  OllamaMessage,
  OllamaToolCall,
  OpenAIChatChoice,
  OpenAIChatChunk,
  OpenAIChatDelta,
  OpenAIChatToolCall,
  OpenAIChatUsage,
  OpenAIResponse,
  OpenAIResponsesEvent,
  OpenAIResponsesItem,
} from 'sluicegate/llm'

type KeysOf<Union> = Union extends unknown ? keyof Union : never

/** `true` if each of the vendor's is one of ours, and all of ours' members are the vendor's or `Extra`. */
type Matches<Ours, Vendor extends Ours, Extra = never> = [
  Exclude<keyof Ours, KeysOf<Vendor> | Extra>,
] extends [never]
  ? true
  : Exclude<keyof Ours, KeysOf<Vendor> | Extra>

type Event = Exclude<ResponseStreamEvent, ResponseErrorEvent>

export const chat: [
  Matches<OpenAIChatChunk, Chunk>,
  // Whole completions and legacy ones have these.
  Matches<OpenAIChatChoice, Chunk.Choice, 'message' | 'text'>,
  // Other vendors of the same API have these.
  Matches<
    OpenAIChatDelta,
    Chunk.Choice.Delta,
    'reasoning' | 'reasoning_content' | 'reasoning_text' | 'thinking'
  >,
  Matches<OpenAIChatToolCall, Chunk.Choice.Delta.ToolCall>,
  Matches<OpenAIChatUsage, CompletionUsage>,
] = [true, true, true, true, true]

export const responses: [
  Matches<OpenAIResponsesEvent, Event>,
  Matches<OpenAIResponsesItem, ResponseOutputItem>,
  Matches<OpenAIResponse, Response>,
] = [true, true, true]

export const anthropic: [
  Matches<AnthropicEvent, Messages.RawMessageStreamEvent>,
  Matches<AnthropicBlock, Messages.RawContentBlockStartEvent['content_block']>,
  Matches<AnthropicDelta, Messages.RawContentBlockDelta | Messages.RawMessageDeltaEvent.Delta>,
  Matches<AnthropicUsage, Messages.Usage | Messages.MessageDeltaUsage>,
] = [true, true, true, true]

export const ollama: [
  Matches<OllamaChunk, ChatResponse | GenerateResponse>,
  Matches<OllamaMessage, Message>,
  // Newer servers send it; the client's types don't have it yet.
  Matches<OllamaToolCall, ToolCall, 'id'>,
] = [true, true, true]

export const gemini: [
  Matches<GeminiChunk, GenerateContentResponse>,
  Matches<GeminiCandidate, Candidate>,
  Matches<GeminiPart, Part>,
  Matches<GeminiUsage, GenerateContentResponseUsageMetadata>,
] = [true, true, true, true]
