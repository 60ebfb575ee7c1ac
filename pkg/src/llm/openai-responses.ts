import type { ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import { parse, text, upstreamError, usage } from './format.js'

/**
 * An event of OpenAI's Responses API. `type` says which; of the some fifty types, these carry the
 * answer:
 *
 * - `response.output_text.delta`, `response.refusal.delta`, `response.reasoning_text.delta`,
 *   `response.reasoning_summary_text.delta`: `delta`
 * - `response.output_item.added`: `item`, which may be a tool call, and its `output_index`
 * - `response.function_call_arguments.delta`, `response.custom_tool_call_input.delta`: `delta` and
 *   the `output_index` of the call
 * - `response.completed`, `response.incomplete`, `response.failed`: the end, with the `response`
 * - `error`: `code` and `message`
 */
export interface OpenAIResponsesEvent {
  type?: string
  delta?: unknown
  output_index?: number
  summary_index?: number
  item?: OpenAIResponsesItem | null
  response?: OpenAIResponse | null
}

/** An item of the output; of interest if it is a tool call. */
export interface OpenAIResponsesItem {
  /** `'function_call'` or `'custom_tool_call'` for a tool call. */
  type?: string
  call_id?: string | null
  name?: string
}

/** The response as it stands. */
export interface OpenAIResponse {
  id?: string
  model?: string
  status?: string
  incomplete_details?: { reason?: string } | null
  error?: { code?: string; message?: string } | null
  usage?: { input_tokens?: number; output_tokens?: number } | null
}

/** The answer of Responses API events. */
export function openaiResponses(event: ServerSentEvent): Part | undefined {
  const data = parse<OpenAIResponsesEvent>(event)
  const delta = text(data?.delta)
  switch (data?.type) {
    case 'response.output_text.delta':
      return { text: delta }
    case 'response.refusal.delta':
      return { refusal: delta }
    case 'response.reasoning_text.delta':
    case 'response.reasoning_summary_text.delta':
      return { reasoning: delta }
    case 'response.reasoning_summary_part.added':
      return data.summary_index ? { reasoning: '\n\n' } : undefined
    case 'response.output_item.added':
      return readItem(data)
    case 'response.function_call_arguments.delta':
    case 'response.custom_tool_call_input.delta':
      return { toolCalls: [{ key: data.output_index, arguments: delta }] }
    case 'response.created':
      return { id: text(data.response?.id), model: text(data.response?.model) }
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      return readEnd(data)
    default:
      return undefined
  }
}

function readItem({ item, output_index }: OpenAIResponsesEvent): Part | undefined {
  if (item?.type !== 'function_call' && item?.type !== 'custom_tool_call') return undefined
  return { toolCalls: [{ key: output_index, id: text(item.call_id), name: text(item.name) }] }
}

function readEnd({ type, response }: OpenAIResponsesEvent): Part {
  if (type === 'response.failed') throw upstreamError({ error: response?.error })
  return {
    id: text(response?.id),
    model: text(response?.model),
    finishReason: text(response?.incomplete_details?.reason) ?? text(response?.status),
    usage: usage(response?.usage, ['input_tokens'], ['output_tokens']),
    isEnd: true,
  }
}
