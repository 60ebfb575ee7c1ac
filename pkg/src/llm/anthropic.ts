import type { Part } from './answer.js'
import type { Reader } from './format.js'
import { argumentsOf, list, text, usage } from './json.js'

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

/** A whole message. */
interface AnthropicMessage extends AnthropicDelta {
  id?: string
  model?: string
  usage?: AnthropicUsage | null
  content?: readonly (AnthropicBlock | null)[]
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
export const anthropic: Reader = (json, event) => {
  const data = json as AnthropicEvent
  const { delta, index } = data
  // Some gateways drop the events' names, others the members `type`.
  switch (text(data.type) ?? event.type) {
    case 'message_start':
      return readMessage(data.message)
    case 'message':
      return data.type && Array.isArray(json['content']) ? readWhole(json) : undefined
    case 'content_block_start':
      return readBlock(data.content_block, index)
    case 'content_block_delta':
      return {
        text: text(delta?.text),
        reasoning: text(delta?.thinking),
        toolCalls:
          delta?.partial_json === undefined
            ? undefined
            : [{ key: index, arguments: text(delta.partial_json) }],
      }
    case 'content_block_stop':
      return {}
    case 'message_delta':
      return { ...readStop(delta), usage: readUsage(data.usage) }
    case 'message_stop':
      return { isEnd: true }
    default:
      return undefined
  }
}

function readMessage(message: AnthropicEvent['message']): Part {
  return {
    id: text(message?.id),
    model: text(message?.model),
    usage: readUsage(message?.usage),
  }
}

function readStop(delta: AnthropicDelta | null | undefined): Part {
  return {
    finishReason: text(delta?.stop_reason),
    refusal: text(delta?.stop_details?.explanation),
  }
}

function readWhole(message: AnthropicMessage): Part {
  const blocks = list(message.content).map((block) => readBlock(block, {}))
  const joined = (name: 'text' | 'reasoning') => blocks.map((block) => block[name] ?? '').join('')
  return {
    ...readMessage(message),
    ...readStop(message),
    text: joined('text'),
    reasoning: joined('reasoning'),
    toolCalls: blocks.flatMap(({ toolCalls = [] }) => toolCalls),
    isWhole: true,
  }
}

function readBlock(block: AnthropicBlock | null | undefined, key: unknown): Part {
  if (block?.type !== 'tool_use') {
    return { text: text(block?.text), reasoning: text(block?.thinking) }
  }
  const { id, name, input } = block
  // Deltas bring the input, as a rule, and may bring what is here already.
  return { toolCalls: [{ key, id: text(id), name: text(name), initial: argumentsOf(input) }] }
}

function readUsage(raw: AnthropicUsage | null | undefined) {
  return usage(
    raw,
    ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'],
    ['output_tokens'],
  )
}
