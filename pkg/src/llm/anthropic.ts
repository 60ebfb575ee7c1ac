import type { ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import { objectOf, parse, text, usage } from './format.js'

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

/** The answer of Messages API events. */
export function anthropic(event: ServerSentEvent): Part | undefined {
  const data = parse<AnthropicEvent>(event)
  switch (data?.type) {
    case 'message_start': {
      const message = data.message
      return {
        id: text(message?.id),
        model: text(message?.model),
        usage: readUsage(message?.usage),
      }
    }
    case 'content_block_start':
      return readBlock(data)
    case 'content_block_delta': {
      const { delta, index } = data
      return {
        text: text(delta?.text),
        reasoning: text(delta?.thinking),
        toolCalls:
          delta?.partial_json === undefined
            ? undefined
            : [{ key: index, arguments: text(delta.partial_json) }],
      }
    }
    case 'message_delta':
      return {
        finishReason: text(data.delta?.stop_reason),
        refusal: text(data.delta?.stop_details?.explanation),
        usage: readUsage(data.usage),
      }
    case 'message_stop':
      return { isEnd: true }
    default:
      return undefined
  }
}

function readBlock({ content_block: block, index }: AnthropicEvent): Part | undefined {
  if (block?.type !== 'tool_use') {
    return { text: text(block?.text), reasoning: text(block?.thinking) }
  }
  const input = objectOf(block.input)
  const isWhole = input !== undefined && Object.keys(input).length > 0
  return {
    toolCalls: [
      {
        key: index,
        id: text(block.id),
        name: text(block.name),
        arguments: isWhole ? JSON.stringify(input) : undefined,
      },
    ],
  }
}

function readUsage(raw: AnthropicUsage | null | undefined) {
  return usage(
    raw,
    ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'],
    ['output_tokens'],
  )
}
