import { byKind, type Rule } from './rules.js'

const TEXT: Rule = { text: 'delta' }
const REASONING: Rule = { reasoning: 'delta' }
const CALL: Rule = { arguments: 'delta' }
const REASON = 'finishReason|metadata.tanstack.finishReason|outcome.type|=stop'
const FINISHED: Rule = {
  finishReason: REASON,
  usage: 'usage|metadata.tanstack.usage',
  model: 'metadata.tanstack.model|usage.0.model',
}

/** The answer of AG-UI's events, which TanStack AI streams as well. */
export const agUi = byKind('type', REASON, {
  RUN_STARTED: { id: 'runId' },
  TEXT_MESSAGE_CONTENT: TEXT,
  TEXT_MESSAGE_CHUNK: TEXT,
  REASONING_MESSAGE_CONTENT: REASONING,
  REASONING_MESSAGE_CHUNK: REASONING,
  THINKING_TEXT_MESSAGE_CONTENT: REASONING,
  TOOL_CALL_START: CALL,
  TOOL_CALL_ARGS: CALL,
  TOOL_CALL_CHUNK: CALL,
  // TanStack AI finishes at each turn of its loop.
  'RUN_FINISHED:tool_calls': FINISHED,
  RUN_FINISHED: { ...FINISHED, isEnd: true },
})
