import type { Reader } from './format.js'
import { list, objectOf, text, usage } from './json.js'
import type { ToolCallPart } from './answer.js'
import { argumentsOf } from './json.js'

/** The answer of Cloudflare's Workers AI: `{ response }`. `[DONE]` is its end. */
export const cloudflare: Reader = (json) => {
  if (typeof json['response'] !== 'string') return undefined
  return {
    text: json['response'],
    toolCalls: list(json['tool_calls'] as unknown[]).map(readToolCall),
    usage: usage(json['usage'], ['prompt_tokens'], ['completion_tokens']),
  }
}

function readToolCall(call: unknown): ToolCallPart {
  const { id, name, arguments: args } = objectOf(call) ?? {}
  return { key: {}, id: text(id), name: text(name), arguments: argumentsOf(args) }
}

/** The answer of llama.cpp's `/completion`: `{ content, stop }`. */
export const llamaCpp: Reader = (json) => {
  const { content, stop, stop_type } = json
  // `content` alone is too common a name.
  const isOurs = 'stop' in json || Object.keys(json).length === 1
  if (typeof content !== 'string' || !isOurs) return undefined
  const isEnd = stop === true
  return {
    text: content,
    model: text(json['model']),
    finishReason: isEnd ? (text(stop_type) ?? 'stop') : undefined,
    usage: isEnd ? usage(json, ['tokens_evaluated'], ['tokens_predicted']) : undefined,
    isEnd,
  }
}
