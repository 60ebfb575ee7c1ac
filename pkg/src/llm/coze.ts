import { byKind, type Rule } from './rules.js'

const MESSAGE: Rule = { text: 'content', reasoning: 'reasoning_content' }
const CHAT: Rule = { id: 'id' }

/** The answer of Coze's chat events (v3). `event: done` with `[DONE]` is their end. */
export const coze = byKind(
  // Follow-up questions and tools' answers are messages of another type.
  '',
  'type|=answer',
  {
    'conversation.chat.created': CHAT,
    'conversation.chat.in_progress': CHAT,
    'conversation.message.delta:answer': MESSAGE,
    'conversation.message.completed:answer': { ...MESSAGE, isWhole: true },
    'conversation.chat.completed': { finishReason: 'status|=completed', usage: 'usage' },
    'conversation.chat.requires_action': { finishReason: '=requires_action' },
    'conversation.chat.failed': { problem: 'last_error|=the answer failed' },
  },
)
