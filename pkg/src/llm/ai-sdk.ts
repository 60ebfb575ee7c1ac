import { byKind, type Rule } from './rules.js'

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
  'tool-input-start': { arguments: 'inputTextDelta' },
  'tool-input-delta': { arguments: 'inputTextDelta' },
  'tool-input-available': { whole: 'input' },
  'tool-input-error': { whole: 'input' },
  finish: { ...METADATA, finishReason: 'finishReason|=stop' },
  abort: { finishReason: '=abort' },
})
