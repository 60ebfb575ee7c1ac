import type { Reader } from './format.js'
import { text, usage } from './json.js'
import { upstreamError } from './upstream.js'

/** The answer of Coze's chat events (v3). `event: done` with `[DONE]` is their end. */
export const coze: Reader = (json, event) => {
  // Follow-up questions, tools' answers and the like are messages, too.
  const isAnswer = (json['type'] ?? 'answer') === 'answer'
  switch (event.type) {
    case 'conversation.message.delta':
    case 'conversation.message.completed':
      return {
        text: isAnswer ? text(json['content']) : undefined,
        reasoning: text(json['reasoning_content']),
        isWhole: event.type === 'conversation.message.completed',
      }
    case 'conversation.chat.created':
    case 'conversation.chat.in_progress':
      return { id: text(json['id']) }
    case 'conversation.chat.failed':
      throw upstreamError({ error: json['last_error'] })
    case 'conversation.chat.completed':
    case 'conversation.chat.requires_action':
      return {
        finishReason: text(json['status']) ?? 'stop',
        usage: usage(json['usage'], ['input_count'], ['output_count']),
      }
    default:
      return undefined
  }
}
