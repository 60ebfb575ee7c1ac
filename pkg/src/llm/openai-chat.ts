import type { Reader } from './format.js'
import { at, type Json, list, text } from './json.js'
import { hasAny, partBy } from './rules.js'
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
  /** What a model says that answers in speech. */
  audio?: { transcript?: string } | null
  /** DeepSeek's, Moonshot's and vLLM's name for what the model thinks. */
  reasoning_content?: string | null
  /** OpenRouter's and Groq's name for the same. */
  reasoning?: string | null
  /** Copilot's name for the same. */
  reasoning_text?: string | null
  /** The same of gateways in front of Anthropic's models. */
  thinking?: string | null
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

/** Where a message or a delta has its parts. */
const PARTS = {
  content: 'message.content|choice.text|said|message.audio',
  reasoning:
    'message.reasoningContent|message.reasoning|message.reasoningText|message.thinking|message.reasoningDetails',
  refusal: 'message.refusal',
  calls: 'message.toolCalls|message.functionCall',
}
const ANY_PART = Object.values(PARTS).join('|')

/** The first answer (`index: 0`) of Chat Completions chunks, or of a whole completion. */
export const openaiChat = (json: Json): ReturnType<Reader> => {
  // Figures alone are ours, but not those beside somebody else's answer.
  const isOurs = (name: string) => /_|^(id|model|object|created|provider|usage)$/.test(name)
  const isUsage = at(json, 'usage.prompt_tokens') >= 0 && Object.keys(json).every(isOurs)
  if (!('choices' in json || isUsage)) return undefined
  const [choice, ...others] = list<Json>(json['choices']).filter((one) => !one?.['index'])
  // Some servers cut what they send for one answer into several.
  if (others[0]) {
    return [choice, ...others].flatMap((one) => openaiChat({ ...json, choices: [one] }) ?? [])
  }
  const error = at(json, 'choices.*.error|x_groq.error')
  if (error) throw upstreamError({ error })
  const delta = at(choice, 'delta')
  // Some send an empty one beside the message.
  const isDelta = at({ message: delta }, ANY_PART) !== undefined
  const message = isDelta ? delta : (at(choice, 'message') ?? delta)
  const rule = {
    ...PARTS,
    // KoboldCpp writes that there is none yet.
    finishReason: at(choice, 'finishReason') === 'null' ? '=' : 'choice.finishReason',
    id: 'id',
    // Some stream messages as others stream deltas.
    isWhole: message !== delta && (!!delta || json['object'] !== 'chat.completion.chunk'),
  }
  const part = partBy(rule, { __proto__: json, choice, message, said: text(message) })
  if (part.finishReason === 'error') throw upstreamError(json)
  // A text under another name is not understood.
  return hasAny(part) ||
    !/"(?!role")[^"]*":"[^"]/.test(JSON.stringify(message ?? choice ?? json['choices']))
    ? part
    : undefined
}
