import { byKind, FAILED, type Rule } from './rules.js'

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

const ADDED: Rule = { initial: 'item.arguments|item.input' }
const DONE: Rule = { whole: 'item.arguments|item.input' }
const ARGUMENTS: Rule = { arguments: 'delta', whole: 'arguments|input' }
const NAMES: Rule = { id: 'response.id|id', model: 'response.model|model' }
const END: Rule = {
  ...NAMES,
  content: 'response.output|output',
  finishReason:
    'response.incomplete_details.reason|incomplete_details.reason|response.status|status',
  usage: 'response.usage|usage',
  isWhole: true,
  isEnd: true,
}

/** The answer of Responses API events, and of a whole response where a gateway does not stream. */
export const openaiResponses = byKind('type|object', 'item.type|status|summary_index', {
  'response.created': NAMES,
  'response.in_progress': NAMES,
  'response.output_text.delta': { text: 'delta' },
  'response.output_text.done': { text: 'text', isWhole: true },
  'response.refusal.delta': { refusal: 'delta' },
  'response.reasoning_text.delta': { reasoning: 'delta' },
  'response.reasoning_summary_text.delta': { reasoning: 'delta' },
  'response.reasoning_summary_part.added:0': {},
  'response.reasoning_summary_part.added': { reasoning: '=\n\n' },
  'response.output_item.added:function_call': ADDED,
  'response.output_item.added:custom_tool_call': ADDED,
  'response.output_item.done:function_call': DONE,
  'response.output_item.done:custom_tool_call': DONE,
  'response.function_call_arguments.delta': ARGUMENTS,
  'response.function_call_arguments.done': ARGUMENTS,
  'response.custom_tool_call_input.delta': ARGUMENTS,
  'response.custom_tool_call_input.done': ARGUMENTS,
  'response.completed': END,
  'response.incomplete': END,
  'response.cancelled': END,
  response: END,
  'response.failed': FAILED,
  'response:failed': FAILED,
})
