import { callOf, contentOf } from './content.js'
import type { Reader } from './format.js'
import { at, list, objectOf, text } from './json.js'
import { upstreamError } from './upstream.js'

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
  /** All of the answer, from a gateway that does not stream. */
  message?: OpenAIChatDelta | null
  /** Of the legacy Completions API. */
  text?: string | null
  /** `'stop'`, `'length'`, `'tool_calls'`, `'content_filter'`. */
  finish_reason?: string | null
}

/** What a chunk adds to an answer. */
export interface OpenAIChatDelta {
  /** Mistral's reasoning models send parts: `{ type: 'text', text }`, `{ type: 'thinking', thinking }`. */
  content?: string | readonly unknown[] | null
  refusal?: string | null
  /** DeepSeek's, Moonshot's and vLLM's name for what the model thinks. */
  reasoning_content?: string | null
  /** OpenRouter's and Groq's name for the same. */
  reasoning?: string | null
  tool_calls?: readonly OpenAIChatToolCall[] | null
  /** What came before `tool_calls`. */
  function_call?: { name?: string; arguments?: string } | null
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

/** The first answer (`index: 0`) of Chat Completions chunks, or of a whole completion. */
export const openaiChat: Reader = (json) => {
  const isOurs = 'choices' in json || /^(chat\.|text_)completion/.test(String(json['object']))
  if (!isOurs && at(json, 'usage.prompt_tokens') === undefined) return undefined
  const choices = list((json as OpenAIChatChunk).choices)
  const choice = choices.find((choice) => !choice?.index)
  const finishReason = text(at(choice, 'finish_reason'))
  const error = at(choice, 'error')
  if (error || finishReason === 'error') throw upstreamError(error ? { error } : json)
  const delta = at(choice, 'delta')
  const message = delta ?? at(choice, 'message')
  const content = contentOf(at(message, 'content') ?? at(choice, 'text'))
  const calls = at(message, 'tool_calls') ?? [at(message, 'function_call')].filter(Boolean)
  const raw = objectOf(at(json, 'usage|x_groq.usage') ?? at(choice, 'usage'))
  return {
    text: content.text,
    reasoning: content.reasoning || text(at(message, 'reasoning_content|reasoning')),
    refusal: text(at(message, 'refusal')),
    toolCalls: list(calls as unknown[]).map((call) => {
      return callOf(call, delta ? at(call, 'index') : {}, 'arguments')
    }),
    isWhole: !delta && !!message,
    finishReason,
    usage: raw && { raw, input: ['prompt_tokens'], output: ['completion_tokens'] },
    model: text(json['model']),
    id: text(json['id']),
  }
}
