import { byKind, type Rule } from './rules.js'

const CALL = { id: 'toolCallId', name: 'toolName' }
const DELTA = 'delta|textDelta|text'
// Where the AI SDK's documents put them.
const METADATA: Rule = {
  id: 'messageId',
  model: 'messageMetadata.model',
  usage: 'messageMetadata.totalUsage|messageMetadata.usage',
}

/** The answer of the AI SDK's UI message stream. `[DONE]` is its end. */
export const aiSdk = byKind('type', '', {
  start: METADATA,
  'message-metadata': METADATA,
  'start-step': {},
  'text-start': {},
  'text-delta': { text: DELTA },
  'reasoning-start': {},
  'reasoning-delta': { reasoning: DELTA },
  'tool-input-start': { call: CALL },
  'tool-input-delta': { call: { ...CALL, arguments: 'inputTextDelta' } },
  'tool-input-available': { call: { ...CALL, whole: 'input' } },
  'tool-input-error': { call: { ...CALL, whole: 'input' } },
  finish: { ...METADATA, finishReason: 'finishReason|=stop' },
  abort: { finishReason: '=abort' },
})
