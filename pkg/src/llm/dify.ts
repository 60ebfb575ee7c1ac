import { byKind, FAILED, type Rule } from './rules.js'

const MESSAGE: Rule = { id: 'message_id', text: 'answer', usage: 'metadata.usage' }

/** The answer of Dify's events, of apps and of workflows, streamed or not. */
export const dify = byKind('event', 'data.status', {
  workflow_started: {},
  message: MESSAGE,
  agent_message: MESSAGE,
  text_chunk: { text: 'data.text' },
  message_replace: { text: 'answer', isWhole: true },
  message_end: { ...MESSAGE, finishReason: '=stop', isEnd: true },
  workflow_finished: {
    text: 'data.outputs.answer|data.outputs.text',
    finishReason: 'data.status',
    isWhole: true,
  },
  'workflow_finished:failed': FAILED,
})
