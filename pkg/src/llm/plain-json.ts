import type { Reader } from './format.js'
import { list, objectOf } from './json.js'
import { partBy } from './rules.js'

/** What an Ollama message has, one of them. */
const MESSAGE = ['content', 'thinking', 'tool_calls']

/** Under which names other servers have their text beside `done`. */
const OTHERS = ['content', 'text', 'delta', 'token']

/**
 * The answer of objects that say it in a member: Ollama's lines (`message` or `response`),
 * Cloudflare's `{ response }`, whose end is `[DONE]`, llama.cpp's `{ content, stop }`, and the
 * `{ content, done }` of many.
 */
export const plainJson: Reader = (json, event) => {
  const { content, message, response, done, stop, p, type } = json
  // `content` alone is too common a name.
  const isContent =
    typeof content === 'string' && ('stop' in json || Object.keys(json).length === 1)
  const others = 'done' in json && !type ? OTHERS : []
  const isOurs =
    MESSAGE.some((name) => name in (objectOf(message) ?? {})) ||
    others.some((name) => /string|number/.test(typeof json[name])) ||
    done === true ||
    typeof response === 'string' ||
    // Workers AI sends digits as numbers; it pads with `p`.
    (typeof response === 'number' && p !== undefined) ||
    list(json['tool_calls'] as unknown[])[0] ||
    isContent
  if (!isOurs) return undefined
  const isEnd = done === true || stop === true
  const rule = {
    content: isContent ? 'content' : ['message.content', 'response', ...others].join('|'),
    reasoning: 'message.thinking|thinking',
    calls: 'message.tool_calls|tool_calls',
    finishReason: isEnd ? 'done_reason|stop_type|=stop' : 'finish_reason',
    isUsage: isEnd,
    // Of its calls alone: its text is not.
    isWhole: true,
    isEnd,
  }
  // HyperCLOVA X ends with all of the text.
  return { ...partBy(rule, json), isWhole: event.type === 'result' }
}
