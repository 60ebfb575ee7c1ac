import type { Reader } from './format.js'
import { objectOf } from './json.js'
import { partBy } from './rules.js'

/**
 * The answer of objects that say it in a member: Ollama's lines (`message` or `response`),
 * Cloudflare's `{ response }`, whose end is `[DONE]`, and llama.cpp's `{ content, stop }`.
 */
export const plainJson: Reader = (json) => {
  const { content, message, done, stop, p } = json
  // Workers AI sends digits as numbers; it pads with `p`.
  const isDigit = typeof json['response'] === 'number' && p !== undefined
  const response = isDigit ? String(json['response']) : json['response']
  // `content` alone is too common a name.
  const isContent =
    typeof content === 'string' && ('stop' in json || Object.keys(json).length === 1)
  const isOurs =
    objectOf(message) ||
    'done' in json ||
    typeof response === 'string' ||
    json['tool_calls'] ||
    isContent
  if (!isOurs) return undefined
  const isEnd = done === true || stop === true
  const rule = {
    content: isContent ? 'content' : 'message.content|response',
    reasoning: 'message.thinking|thinking',
    calls: 'message.tool_calls|tool_calls',
    finishReason: isEnd ? 'done_reason|stop_type|=stop' : 'finish_reason',
    isUsage: isEnd,
    // Of its calls alone: its text is not.
    isWhole: true,
    isEnd,
  }
  return { ...partBy(rule, { __proto__: json, response }), isWhole: false }
}
