/**
 * An event of Anthropic's Messages API; `type` is its name, too.
 *
 * - `message_start`: `message`, still without content
 * - `content_block_start`: `content_block` at `index`
 * - `content_block_delta`: a `delta` for the block at `index`
 * - `message_delta`: a `delta` of the message, and `usage` so far
 * - `message_stop`: the end
 * - `content_block_stop`, `ping`: nothing
 * - `error`: `error: { type, message }`
 */
export interface AnthropicEvent {
  type?: string
  index?: number
  message?: { id?: string; model?: string; usage?: AnthropicUsage | null } | null
  content_block?: AnthropicBlock | null
  delta?: AnthropicDelta | null
  usage?: AnthropicUsage | null
}

/** A block as it begins: `'text'`, `'thinking'`, `'tool_use'`, or of the vendor's own tools. */
export interface AnthropicBlock {
  type?: string
  text?: string
  thinking?: string
  id?: string
  name?: string
  /** An empty object, as a rule: the deltas bring it. */
  input?: unknown
}

/**
 * What is added to a block (`'text_delta'`, `'thinking_delta'`, `'input_json_delta'`,
 * `'signature_delta'`, `'citations_delta'`), or to the message, then without `type`.
 */
export interface AnthropicDelta {
  type?: string
  text?: string
  thinking?: string
  partial_json?: string
  /** `'end_turn'`, `'max_tokens'`, `'stop_sequence'`, `'tool_use'`, `'pause_turn'`, `'refusal'`. */
  stop_reason?: string | null
  stop_details?: { explanation?: string | null } | null
}

/** Tokens: the prompt's are the sum of the three of input. */
export interface AnthropicUsage {
  input_tokens?: number | null
  cache_creation_input_tokens?: number | null
  cache_read_input_tokens?: number | null
  output_tokens?: number | null
}
