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
