import type { ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import { list, parse, text, usage } from './format.js'

/**
 * A chunk of OpenAI's Chat Completions API, which many others speak, too (`object:
 * 'chat.completion.chunk'`). The stream's last data is `[DONE]`.
 */
export interface OpenAIChatChunk {
  id?: string
  model?: string
  choices?: readonly OpenAIChatChoice[] | null
  /** In a last chunk without choices, if `stream_options.include_usage` asked for it. */
  usage?: OpenAIChatUsage | null
}

/** Which of the `n` answers, and what it gets. */
export interface OpenAIChatChoice {
  index?: number
  delta?: OpenAIChatDelta | null
  /** `'stop'`, `'length'`, `'tool_calls'`, `'content_filter'`. */
  finish_reason?: string | null
}

/** What a chunk adds to an answer. */
export interface OpenAIChatDelta {
  content?: string | null
  refusal?: string | null
  /** DeepSeek's, Moonshot's and vLLM's name for what the model thinks. */
  reasoning_content?: string | null
  /** OpenRouter's and Groq's name for the same. */
  reasoning?: string | null
  tool_calls?: readonly OpenAIChatToolCall[] | null
}

/** A fragment of a tool call: the first of an `index` has the id and the name. */
export interface OpenAIChatToolCall {
  index?: number
  id?: string
  function?: { name?: string; arguments?: string } | null
  custom?: { name?: string; input?: string } | null
}

/** Tokens. */
export interface OpenAIChatUsage {
  prompt_tokens?: number
  completion_tokens?: number
}

/** The first answer (`index: 0`) of Chat Completions chunks. */
export function openaiChat(event: ServerSentEvent): Part | undefined {
  if (event.data === '[DONE]') return { isEnd: true }
  const chunk = parse<OpenAIChatChunk>(event)
  if (!chunk) return undefined
  const choice = list(chunk.choices).find((choice) => !choice?.index)
  const delta = choice?.delta
  return {
    text: text(delta?.content),
    reasoning: text(delta?.reasoning_content) ?? text(delta?.reasoning),
    refusal: text(delta?.refusal),
    toolCalls: delta?.tool_calls ? list(delta.tool_calls).map(readToolCall) : undefined,
    finishReason: text(choice?.finish_reason),
    usage: usage(chunk.usage, ['prompt_tokens'], ['completion_tokens']),
    model: text(chunk.model),
    id: text(chunk.id),
  }
}

function readToolCall(call: OpenAIChatToolCall | null | undefined) {
  return {
    key: call?.index,
    id: text(call?.id),
    name: text(call?.function?.name) ?? text(call?.custom?.name),
    arguments: text(call?.function?.arguments) ?? text(call?.custom?.input),
  }
}
