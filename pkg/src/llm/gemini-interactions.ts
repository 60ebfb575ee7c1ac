import type { Part, ToolCallPart } from './answer.js'
import type { Reader } from './format.js'
import { argumentsOf, type Json, objectOf, text, usage } from './json.js'
import { upstreamError } from './upstream.js'

/** The answer of the events of Gemini's Interactions API. */
export const geminiInteractions: Reader = (json, event) => {
  const { index } = json
  switch (text(json['event_type']) ?? event.type) {
    case 'interaction.created':
      return readNames(objectOf(json['interaction']))
    case 'interaction.completed':
      return readEnd(objectOf(json['interaction']))
    case 'step.start': {
      const step = objectOf(json['step'])
      return step?.['type'] === 'function_call' ? { toolCalls: [readCall(step, index)] } : {}
    }
    case 'step.delta': {
      const delta = objectOf(json['delta'])
      return {
        text: delta?.['type'] === 'text' ? text(delta['text']) : undefined,
        reasoning: text(objectOf(delta?.['content'])?.['text']),
        toolCalls:
          delta?.['type'] === 'arguments_delta'
            ? [{ key: index, arguments: text(delta['arguments']) }]
            : undefined,
      }
    }
    default:
      return undefined
  }
}

function readCall({ id, name, arguments: initial }: Json, key: unknown): ToolCallPart {
  return { key, id: text(id), name: text(name), initial: argumentsOf(initial) }
}

function readNames(interaction: Json | undefined): Part {
  return { id: text(interaction?.['id']), model: text(interaction?.['model']) }
}

function readEnd(interaction: Json | undefined): Part {
  const status = text(interaction?.['status'])
  if (status === 'failed') throw upstreamError({ error: 'the interaction failed' })
  return {
    ...readNames(interaction),
    finishReason: status ?? 'completed',
    usage: usage(
      interaction?.['usage'],
      ['total_input_tokens', 'total_tool_use_tokens'],
      ['total_output_tokens', 'total_thought_tokens'],
    ),
    isEnd: true,
  }
}
