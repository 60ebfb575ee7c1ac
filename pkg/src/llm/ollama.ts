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
