import type { Part, ToolCallPart } from './answer.js'
import { argumentsOf, at, list, objectOf, text } from './json.js'

/**
 * The texts and the calls of content blocks, as vendors nest them: a text, an array of blocks, or a
 * block that is text, a thought, a refusal, a call, or has blocks itself.
 *
 * @param key the blocks' key if fragments of calls follow
 */
export function contentOf(content: unknown, key?: unknown): Part {
  const part = { text: '', reasoning: '', refusal: '', toolCalls: [] as ToolCallPart[] }

  function read(block: unknown, type: 'text' | 'reasoning'): void {
    if (typeof block === 'string') part[type] += block
    for (const inner of list(block as unknown[])) read(inner, type)
    const json = objectOf(block)
    if (!json) return
    const kind = String(json['type'])
    const call =
      json['functionCall'] ?? (/^(tool_use|(function|custom_tool)_call)$/.test(kind) && json)
    part.refusal += text(json['refusal']) ?? ''
    if (call) part.toolCalls.push(callOf(call, key ?? {}, key === undefined ? 'whole' : 'initial'))
    else {
      const isThought = json['thought'] || /think|reason/.test(kind)
      const inner = kind === 'message' ? '|content' : ''
      read(at(json, `text|thinking|summary${inner}`), isThought ? 'reasoning' : type)
    }
  }

  read(content, 'text')
  return part
}

/** A call, or a fragment of one, with its arguments as `name`. */
export function callOf(call: unknown, key: unknown, name: keyof ToolCallPart): ToolCallPart {
  const inner = at(call, 'function|custom') ?? call
  return {
    key,
    id: text(at(call, 'call_id|id')),
    name: text(at(inner, 'name')),
    [name]: argumentsOf(at(inner, 'arguments|args|input')),
  }
}
