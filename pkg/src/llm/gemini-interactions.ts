import { byKind, type Rule } from './rules.js'

const NAMES: Rule = { id: 'interaction.id', model: 'interaction.model' }

/** The answer of the events of Gemini's Interactions API. */
export const geminiInteractions = byKind('event_type', 'step.type|delta.type|interaction.status', {
  'interaction.created': NAMES,
  'step.start': { content: 'step' },
  'step.delta:text': { text: 'delta.text' },
  'step.delta:thought_summary': { reasoning: 'delta.content.text' },
  'step.delta:arguments_delta': { arguments: 'delta.arguments' },
  'interaction.completed:failed': { problem: 'interaction.error|=the answer failed' },
  'interaction.completed': {
    ...NAMES,
    finishReason: 'interaction.status|=completed',
    usage: 'interaction.usage',
    isEnd: true,
  },
})
