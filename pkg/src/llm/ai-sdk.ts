import type { Part } from './answer.js'
import type { Reader } from './format.js'
import { argumentsOf, objectOf, text, usage } from './json.js'

/** The answer of the AI SDK's UI message stream. `[DONE]` is its end. */
export const aiSdk: Reader = (json) => {
  const { type, delta, toolCallId, toolName, messageMetadata } = json
  const id = text(toolCallId)
  const call = { id, name: text(toolName) }
  switch (type) {
    case 'text-delta':
      return typeof delta === 'string' ? { text: delta } : undefined
    case 'reasoning-delta':
      return typeof delta === 'string' ? { reasoning: delta } : undefined
    case 'tool-input-start':
      return id ? { toolCalls: [call] } : undefined
    case 'tool-input-delta':
      return { toolCalls: [{ ...call, arguments: text(json['inputTextDelta']) }] }
    case 'tool-input-available':
    case 'tool-input-error':
      return { toolCalls: [{ ...call, whole: argumentsOf(json['input']) }] }
    // These are too common to tell of the format where they say nothing more.
    case 'start':
    case 'message-metadata':
      return json['messageId'] || messageMetadata
        ? { id: text(json['messageId']), ...readMetadata(messageMetadata) }
        : undefined
    case 'start-step':
    case 'finish-step':
    case 'text-start':
    case 'reasoning-start':
      return {}
    case 'finish':
      return { finishReason: text(json['finishReason']) ?? 'stop', ...readMetadata(messageMetadata) }
    case 'abort':
      return { finishReason: 'abort' }
    default:
      return undefined
  }
}

/** What apps put there by the documents of the AI SDK. */
function readMetadata(metadata: unknown): Part {
  const { model, usage: raw, totalUsage } = objectOf(metadata) ?? {}
  return {
    model: text(model),
    usage: usage(totalUsage ?? raw, ['inputTokens'], ['outputTokens']),
  }
}
