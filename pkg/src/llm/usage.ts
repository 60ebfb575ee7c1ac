import type { Usage } from './answer.js'
import { at, type Json } from './json.js'

/** Under which names vendors send a sum or its parts. The first of these that is there counts. */
const INPUT =
  'promptTokens|inputTokens+cache_creation_input_tokens+cache_read_input_tokens|promptTokenCount+toolUsePromptTokenCount|total_input_tokens+total_tool_use_tokens|input_count|prompt_eval_count|tokens_evaluated'
const OUTPUT =
  'completionTokens|outputTokens|candidatesTokenCount+thoughtsTokenCount|total_output_tokens+total_thought_tokens|output_count|eval_count|tokens_predicted|tokens'

/** The figures of two events, added up once they are merged. */
export function merge(before: Usage | undefined, usage: Usage): Usage {
  const raw = { ...before?.raw }
  for (const [name, figure] of Object.entries(usage.raw ?? {})) raw[name] = figure ?? raw[name]
  return {
    inputTokens: usage.inputTokens ?? sum(raw, INPUT) ?? before?.inputTokens,
    outputTokens:
      usage.outputTokens ?? withReasoning(raw) ?? sum(raw, OUTPUT) ?? before?.outputTokens,
    raw,
  }
}

/** The output of those who, as the total shows, don't count reasoning among the completion: xAI, Gemini. */
function withReasoning(figures: Json): number | undefined {
  const output =
    sum(figures, OUTPUT)! +
    at(figures, 'completion_tokens_details.reasoning_tokens|output_tokens_details.reasoning_tokens')
  return sum(figures, INPUT)! + output === figures['total_tokens'] ? output : undefined
}

function sum(figures: Usage['raw'], sums: string): number | undefined {
  for (const names of sums.split('|')) {
    const numbers = names.split('+').flatMap((name) => {
      const figure = at(figures, name)
      return typeof figure === 'number' ? figure : []
    })
    if (numbers.length > 0) return numbers.reduce((total, number) => total + number)
  }
  return undefined
}
