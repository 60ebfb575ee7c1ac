import type { ToolCallPart } from './answer.js'
import type { Reader } from './format.js'
import { argumentsOf, type Json, list, objectOf, text, usage } from './json.js'
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
  const chunk = json as OpenAIChatChunk
  const usageOf = (value: unknown) => objectOf(objectOf(value)?.['usage'])
  const figures = usageOf(json) ?? usageOf(json['x_groq'])
  if (!('choices' in json) && !/^(chat\.|text_)completion/.test(String(json['object']))) {
    if (figures?.['prompt_tokens'] === undefined) return undefined
  }
  const choice = list(chunk.choices).find((choice) => !choice?.index)
  const error = choice && 'error' in choice && choice.error
  if (error || choice?.finish_reason === 'error') throw upstreamError(error ? { error } : json)
  const isWhole = !choice?.delta
  const delta = choice?.delta ?? choice?.message
  const content = readContent(delta?.content)
  const legacy = delta?.function_call
  const calls = delta?.tool_calls ?? (legacy ? [{ function: legacy }] : [])
  return {
    text: content.text ?? text(choice?.text),
    reasoning: content.reasoning ?? text(delta?.reasoning_content) ?? text(delta?.reasoning),
    refusal: text(delta?.refusal),
    toolCalls: list(calls).map((call) => readToolCall(call, isWhole)),
    isWhole: !!delta && isWhole,
    finishReason: text(choice?.finish_reason),
    usage: usage(figures ?? usageOf(choice), ['prompt_tokens'], ['completion_tokens']),
    model: text(chunk.model),
    id: text(chunk.id),
  }
}

/** The texts of a content, and of the thoughts among its parts. */
function readContent(content: unknown) {
  if (!Array.isArray(content)) return { text: text(content), reasoning: undefined }
  const joined = (isThought: boolean) => {
    return flat(content.filter((part) => isThought === /think|reason/.test(part?.type)))
  }
  return { text: joined(false), reasoning: text(joined(true)) }
}

/** All of the texts in a part, which may be parts themselves. */
function flat(part: unknown): string {
  if (Array.isArray(part)) return part.map(flat).join('')
  const { text: plain, thinking, summary } = objectOf(part) ?? {}
  return text(part) ?? (objectOf(part) ? flat(plain ?? thinking ?? summary) : '')
}

function readToolCall(call: OpenAIChatToolCall | null | undefined, isWhole: boolean): ToolCallPart {
  const { name, arguments: args, input } = (call?.function ?? call?.custom ?? call ?? {}) as Json
  return {
    key: isWhole ? {} : call?.index,
    id: text(call?.id),
    name: text(name),
    arguments: argumentsOf(args ?? input),
  }
}
