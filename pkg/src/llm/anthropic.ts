import { byKind } from './rules.js'

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

/** The answer of Messages API events, and of a whole message where a gateway does not stream. */
export const anthropic = byKind(
  // Some gateways drop the events' names, others the members `type`.
  'type',
  'role',
  {
    message_start: { id: 'message.id', model: 'message.model', usage: 'message.usage' },
    content_block_start: { content: 'content_block' },
    content_block_delta: {
      text: 'delta.text',
      reasoning: 'delta.thinking',
      arguments: 'delta.partial_json',
    },
    content_block_stop: {},
    message_delta: {
      finishReason: 'delta.stop_reason',
      refusal: 'delta.stop_details.explanation',
      usage: 'usage',
    },
    message_stop: { isEnd: true },
    'message:assistant': {
      id: 'id',
      model: 'model',
      content: 'content',
      finishReason: 'stop_reason',
      usage: 'usage',
      isWhole: true,
    },
  },
)
