import { byKind, FAILED, type Rule } from './rules.js'

const MESSAGE: Rule = { text: 'content', reasoning: 'reasoning_content' }
const CHAT: Rule = { id: 'id' }
const END: Rule = {
  finishReason: 'status|=completed',
  usage: 'usage',
  calls: 'required_action.submit_tool_outputs.tool_calls',
  isWhole: true,
}

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
    'conversation.chat.completed': END,
    'conversation.chat.requires_action': END,
    'conversation.chat.failed': FAILED,
  },
)
