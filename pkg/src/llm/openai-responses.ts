import type { Part, ToolCallPart } from './answer.js'
import type { Reader } from './format.js'
import { argumentsOf, type Json, list, text, usage } from './json.js'
import { upstreamError } from './upstream.js'

/**
 * An event of OpenAI's Responses API. `type` says which; of the some fifty types, these carry the
 * answer:
 *
 * - `response.output_text.delta`, `response.refusal.delta`, `response.reasoning_text.delta`,
 *   `response.reasoning_summary_text.delta`: `delta`
 * - `response.output_item.added` and `.done`: `item`, which may be a tool call, and its
 *   `output_index`
 * - `response.function_call_arguments.delta`, `response.custom_tool_call_input.delta`: `delta` and
 *   the `output_index` of the call; `.done` has all of it
 * - `response.completed`, `response.incomplete`, `response.failed`: the end, with the `response`
 * - `error`: `code` and `message`
 */
export interface OpenAIResponsesEvent {
  type?: string
  delta?: unknown
  output_index?: number
  item_id?: string
  summary_index?: number
  /** Of `response.function_call_arguments.done`. */
  arguments?: string
  /** Of `response.custom_tool_call_input.done`. */
  input?: string
  item?: OpenAIResponsesItem | null
  response?: OpenAIResponse | null
}

/** An item of the output; of interest if it is a tool call. */
export interface OpenAIResponsesItem {
  /** `'function_call'` or `'custom_tool_call'` for a tool call. */
  type?: string
  id?: string
  call_id?: string | null
  name?: string | null
  arguments?: unknown
  input?: unknown
  /** Of a message: parts with `text` or `refusal`. */
  content?: unknown
  /** Of reasoning: parts with `text`. */
  summary?: unknown
}

/** The response as it stands. */
export interface OpenAIResponse {
  id?: string
  model?: string
  status?: string
  incomplete_details?: { reason?: string } | null
  error?: { code?: string; message?: string } | null
  output?: readonly (OpenAIResponsesItem | null)[] | null
  usage?: { input_tokens?: number; output_tokens?: number } | null
}

/** The answer of Responses API events, and of a whole response where a gateway does not stream. */
export const openaiResponses: Reader = (json, event) => {
  const data = json as OpenAIResponsesEvent
  const type = text(data.type) ?? event.type
  const delta = text(data.delta)
  switch (type) {
    case 'response.output_text.delta':
      return { text: delta }
    case 'response.refusal.delta':
      return { refusal: delta }
    case 'response.reasoning_text.delta':
    case 'response.reasoning_summary_text.delta':
      return { reasoning: delta }
    case 'response.reasoning_summary_part.added':
      return { reasoning: data.summary_index ? '\n\n' : undefined }
    case 'response.output_item.added':
    case 'response.output_item.done':
      return { toolCalls: readItem(data.item, data.output_index ?? data.item?.id, type) }
    case 'response.function_call_arguments.delta':
    case 'response.custom_tool_call_input.delta':
    case 'response.function_call_arguments.done':
    case 'response.custom_tool_call_input.done': {
      const key = data.output_index ?? data.item_id
      const whole = argumentsOf(data.arguments ?? data.input)
      return { toolCalls: [{ key, arguments: delta, whole }] }
    }
    case 'response.created':
    case 'response.in_progress':
      return { id: text(data.response?.id), model: text(data.response?.model) }
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      return readEnd(data.response, type === 'response.failed')
    default:
      return json['object'] === 'response' ? readEnd(json) : undefined
  }
}

function readItem(
  item: OpenAIResponsesItem | null | undefined,
  key: unknown,
  type?: string,
): ToolCallPart[] {
  if (item?.type !== 'function_call' && item?.type !== 'custom_tool_call') return []
  const whole = argumentsOf(item.arguments ?? item.input)
  const isDone = type !== 'response.output_item.added'
  const given = isDone ? { whole } : { initial: whole }
  return [{ key, id: text(item.call_id), name: text(item.name), ...given }]
}

function readEnd(response: OpenAIResponse | null | undefined, hasFailed = false): Part {
  if (hasFailed || response?.status === 'failed') throw upstreamError({ error: response?.error })
  const items = list(response?.output)
  const joined = (name: 'content' | 'summary', member: 'text' | 'refusal') => {
    const parts = items.flatMap((item) => 
      // What is thought at length is content, too.
      item?.type === 'message' || name === 'summary' ? list(item?.[name] as Json[]) : [],
    )
    return parts.map((part) => text(part?.[member]) ?? '').join('')
  }
  return {
    id: text(response?.id),
    model: text(response?.model),
    text: joined('content', 'text'),
    refusal: joined('content', 'refusal'),
    reasoning: joined('summary', 'text'),
    toolCalls: items.flatMap((item) => readItem(item, item)),
    isWhole: true,
    finishReason: text(response?.incomplete_details?.reason) ?? text(response?.status),
    usage: usage(response?.usage, ['input_tokens'], ['output_tokens']),
    isEnd: true,
  }
}
