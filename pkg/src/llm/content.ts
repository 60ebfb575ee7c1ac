import type { Part, ToolCallPart } from './answer.js'
import type { GeminiValue } from './gemini.js'
import { argumentsOf, at, list, objectOf, text } from './json.js'

/**
 * Of a call's arguments: the path to what is added to them, to all of them, or to what they are if
 * nothing follows.
 */
export interface CallPaths {
  arguments?: string
  whole?: string
  initial?: string
}

/** A fragment of a call as vendors' events contain it. */
export interface ReadCall extends ToolCallPart {
  /** What the item is called that the call is. Fragments may say only that. */
  readonly item?: unknown
  /** Values of the arguments, each with its place. */
  readonly values?: readonly GeminiValue[]
}

type TextName = 'text' | 'reasoning' | 'refusal'

/**
 * The texts and the calls of content blocks, as vendors nest them: a text, an array of blocks, or a
 * block that is text, a thought, a refusal, a call, or has blocks itself.
 *
 * @param key the blocks' key if fragments of calls follow
 * @param type what texts are that do not say it themselves
 */
export function contentOf(content: unknown, key?: unknown, type: TextName = 'text'): Part {
  const part = { text: '', reasoning: '', refusal: '', toolCalls: [] as ReadCall[] }

  function read(block: unknown, type: TextName): void {
    // Cloudflare sends digits as numbers.
    if (/string|number/.test(typeof block)) part[type] += block
    for (const inner of list(block as unknown[])) read(inner, type)
    const json = objectOf(block)
    if (!json) return
    const kind = String(json['type'])
    const call =
      at(json, 'functionCall') ?? (/^(tool_use|(function|custom_tool)_call)$/.test(kind) && json)
    part.refusal += text(json['refusal']) ?? ''
    if (call) {
      const paths = key === undefined ? { whole: ARGUMENTS } : { initial: ARGUMENTS }
      // Gemini may send a call's arguments after its name.
      part.toolCalls.push(callOf(call, key ?? (call.name && {}), paths))
    } else {
      const isThought = json['thought'] || /thought|think|reason/.test(kind)
      const inner = /^(message|model_output|reasoning)$/.test(kind) ? '|content' : ''
      read(at(json, `text|thinking|summary|transcript${inner}`), isThought ? 'reasoning' : type)
    }
  }

  read(content, type)
  return part
}

/** Where calls have their arguments. */
export const ARGUMENTS = 'function.arguments|custom.input|arguments|args|input'

/** A call, or a fragment of one. */
export function callOf(call: unknown, key: unknown, paths: CallPaths): ReadCall {
  const read = (path?: string) => argumentsOf(at(call, path))
  const id = text(at(call, 'item.call_id|call_id|toolCallId|payload.toolCallId|id'))
  return {
    key,
    // Some servers write that there is none.
    id: id === 'null' ? undefined : id,
    name: text(
      at(call, 'function.name|custom.name|item.name|toolCallName|toolName|payload.toolName|name'),
    ),
    arguments: read(paths.arguments),
    whole: read(paths.whole),
    initial: read(paths.initial),
    item: at(call, 'item.id|id'),
    values: at(call, 'partialArgs'),
  }
}
