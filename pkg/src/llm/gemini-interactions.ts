import { byKind, FAILED, type Rule } from './rules.js'

const NAMES: Rule = { id: 'interaction.id|id', model: 'interaction.model|model' }
const COMPLETED: Rule = {
  ...NAMES,
  content: 'interaction.steps|steps',
  finishReason: 'interaction.status|status|=completed',
  usage: 'interaction.usage|usage',
  isWhole: true,
  isEnd: true,
}

/** The answer of the events of Gemini's Interactions API, and of a whole interaction. */
export const geminiInteractions = byKind(
  'event_type|object',
  'step.type|delta.type|interaction.status|status',
  {
    'interaction.created': NAMES,
    'step.start': { content: 'step' },
    'step.delta:text': { text: 'delta.text' },
    'step.delta:thought_summary': { reasoning: 'delta.content.text' },
    'step.delta:arguments_delta': { arguments: 'delta.arguments' },
    'interaction.completed:failed': FAILED,
    'interaction.completed': COMPLETED,
    'interaction:failed': FAILED,
    interaction: COMPLETED,
  },
)
