import { callOf } from './content.js'
import type { Reader } from './format.js'
import { at, list, objectOf, text } from './json.js'

/**
 * The answer of objects that say it in a member: Ollama's lines (`message` or `response`),
 * Cloudflare's `{ response }`, whose end is `[DONE]`, and llama.cpp's `{ content, stop }`.
 */
export const plainJson: Reader = (json) => {
  const { content, response, done, stop } = json
  const message = objectOf(json['message'])
  // `content` alone is too common a name.
  const isContent =
    typeof content === 'string' && ('stop' in json || Object.keys(json).length === 1)
  if (!(message || 'done' in json || typeof response === 'string' || isContent)) return undefined
  const isEnd = done === true || stop === true
  const raw = objectOf(json['usage']) ?? json
  const calls = at(json, 'message.tool_calls|tool_calls') as unknown[]
  return {
    text: text(at(json, isContent ? 'content' : 'message.content|response')),
    reasoning: text(at(json, 'message.thinking|thinking')),
    toolCalls: list(calls).map((call) => callOf(call, {}, 'whole')),
    model: text(json['model']),
    finishReason: isEnd ? text(at(json, 'done_reason|stop_type|=stop')) : undefined,
    usage:
      isEnd || raw !== json ? { raw: figuresOf(raw), input: INPUT, output: OUTPUT } : undefined,
    isEnd,
  }
}

const INPUT = ['prompt_eval_count', 'prompt_tokens', 'tokens_evaluated']
const OUTPUT = ['eval_count', 'completion_tokens', 'tokens_predicted']

function figuresOf(json: object) {
  return Object.fromEntries(Object.entries(json).filter(([name]) => /count|tokens/.test(name)))
}
