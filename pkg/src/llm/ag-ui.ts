import type { Part } from './answer.js'
import type { Reader } from './format.js'
import { argumentsOf, type Json, objectOf, text, usage } from './json.js'
import { upstreamError } from './upstream.js'

/** The answer of AG-UI's events, which TanStack AI streams as well. */
export const agUi: Reader = (json) => {
  const { type, delta, toolCallId, toolCallName } = json
  switch (type) {
    case 'TEXT_MESSAGE_CONTENT':
    case 'TEXT_MESSAGE_CHUNK':
      return { text: text(delta) }
    case 'REASONING_MESSAGE_CONTENT':
    case 'REASONING_MESSAGE_CHUNK':
    case 'THINKING_TEXT_MESSAGE_CONTENT':
      return { reasoning: text(delta) }
    case 'TOOL_CALL_START':
    case 'TOOL_CALL_ARGS':
    case 'TOOL_CALL_CHUNK':
    case 'TOOL_CALL_END':
      return {
        toolCalls: [
          {
            id: text(toolCallId),
            name: text(toolCallName),
            arguments: text(delta),
            whole: argumentsOf(json['input']),
          },
        ],
      }
    case 'RUN_STARTED':
      return { id: text(json['runId']) }
    case 'RUN_FINISHED':
      return readEnd(json)
    case 'RUN_ERROR':
      throw upstreamError(json)
    default:
      return undefined
  }
}

function readEnd(json: Json): Part {
  const extras = objectOf(objectOf(json['metadata'])?.['tanstack'])
  const { outcome, usage: figures, finishReason } = { ...extras, ...json }
  const reason = text(finishReason) ?? text(objectOf(outcome)?.['type']) ?? 'stop'
  return {
    finishReason: reason,
    usage: usage(total(figures), ['inputTokens'], ['outputTokens']),
    // TanStack AI ends a run at each turn of its loop.
    isEnd: reason !== 'tool_calls',
  }
}

/** The sums of a list, which has the figures of each model. */
function total(figures: unknown): unknown {
  if (!Array.isArray(figures)) return figures
  const sums: Record<string, number> = {}
  for (const [name, figure] of figures.flatMap((one) => Object.entries(objectOf(one) ?? {}))) {
    if (typeof figure === 'number') sums[name] = (sums[name] ?? 0) + figure
  }
  return sums
}
