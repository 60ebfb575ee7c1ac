import type { Reader } from './format.js'
import { argumentsOf, list, objectOf, text, usage } from './json.js'

/** A line of Ollama's `/api/chat` (`message`) or `/api/generate` (`response`), which are NDJSON. */
export interface OllamaChunk {
  model?: string
  message?: OllamaMessage | null
  response?: string
  thinking?: string
  /** `true` in the last line, which has the counts. */
  done?: boolean
  /** `'stop'`, `'length'`, `'load'`. */
  done_reason?: string
  prompt_eval_count?: number
  eval_count?: number
}

/** What a line adds to the answer. */
export interface OllamaMessage {
  content?: string
  thinking?: string
  /** Whole calls. */
  tool_calls?: readonly OllamaToolCall[] | null
}

/** A call of a function. `arguments` is an object, not its text. */
export interface OllamaToolCall {
  id?: string
  function?: { name?: string; arguments?: unknown } | null
}

/** The answer of Ollama's lines. */
export const ollama: Reader = (json) => {
  const chunk = json as OllamaChunk
  const message = objectOf(chunk.message) as OllamaMessage | undefined
  if (!message && !('done' in json)) return undefined
  const isEnd = chunk.done === true
  return {
    text: text(message?.content) ?? text(chunk.response),
    reasoning: text(message?.thinking) ?? text(chunk.thinking),
    toolCalls: list(message?.tool_calls).map((call) => ({
      key: {},
      id: text(call?.id),
      name: text(call?.function?.name),
      arguments: argumentsOf(call?.function?.arguments),
    })),
    model: text(chunk.model),
    finishReason: isEnd ? (text(chunk.done_reason) ?? 'stop') : undefined,
    usage: isEnd ? readUsage(chunk) : undefined,
    isEnd,
  }
}

function readUsage({ prompt_eval_count, eval_count }: OllamaChunk) {
  const raw = { prompt_eval_count, eval_count }
  return usage(raw, ['prompt_eval_count'], ['eval_count'])
}
