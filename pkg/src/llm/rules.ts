import type { Part } from './answer.js'
import { ARGUMENTS, callOf, type CallPaths, contentOf } from './content.js'
import type { Reader } from './format.js'
import { at, type Json, objectOf, text } from './json.js'
import { upstreamError } from './upstream.js'

/** Which members of an event are what of its part: paths, as `at` takes them. */
export interface Rule extends CallPaths {
  text?: string
  reasoning?: string
  refusal?: string
  finishReason?: string
  id?: string
  model?: string
  usage?: string
  /** Whether the event has figures itself, which count if there is no `usage`. */
  isUsage?: boolean
  /** A call or a list of them, each with its own `index`. */
  calls?: string
  /** Content blocks, which may be of all kinds. */
  content?: string
  /** What makes the event an error. */
  problem?: string
  isWhole?: boolean
  isEnd?: boolean
}

/** Of an event that says that there will be no answer. */
export const FAILED: Rule = {
  problem: 'response.error|interaction.error|data.error|last_error|error|=the answer failed',
}

/** Where fragments say which call or block they are of. */
const KEY = 'output_index|index|item_id|item.id'

/**
 * The reader of a format whose events are told by their kind.
 *
 * @param kind a path; where it leads nowhere, the event's name is its kind
 * @param subkind a path: `kind:subkind` goes before `kind` in the table
 */
export function byKind(kind: string, subkind: string, table: Record<string, Rule>): Reader {
  const rules = new Map(Object.entries(table).map(([name, rule]) => [name, byRule(rule)]))
  return (json, { type }) => {
    const name = text(at(json, kind)) ?? (type === 'message' ? '' : type)
    return (rules.get(`${name}:${at(json, subkind)}`) ?? rules.get(name))?.(json)
  }
}

/** What an event adds by a rule. The function throws a `StreamError` `'upstream'` for an error. */
export function byRule(rule: Rule): (json: Json) => Part {
  const { arguments: fragment, whole, initial, calls, content, usage, problem, ...others } = rule
  const { isUsage, isWhole, isEnd, ...texts } = others
  const paths = Object.entries(texts)
  return (json) => {
    const error = problem && at(json, problem)
    if (error) throw upstreamError({ error })
    const key = at(json, KEY)
    const part: Json = contentOf(content && at(json, content), key)
    for (const [name, path] of paths) {
      const value = at(json, path)
      part[name] ||= Array.isArray(value) ? (contentOf(value) as Json)[name] : text(value)
    }
    if (calls) {
      part['toolCalls'] = [at(json, calls) ?? []].flat().map((call) => {
        return callOf(call, isWhole ? {} : at(call, 'index'), { arguments: ARGUMENTS })
      })
    }
    if (fragment || whole || initial) {
      // The event's own `id` is none of a call.
      const call = callOf({ ...json, id: '' }, key, rule)
      if (call.id || call.name || call.arguments || call.whole || call.initial) {
        part['toolCalls'] = [call]
      }
    }
    const raw = (usage && figuresIn(at(json, usage))) || (isUsage ? figuresOf(json) : undefined)
    part['usage'] = raw && { raw }
    part['isWhole'] = isWhole
    part['isEnd'] = isEnd
    return part
  }
}

/** The figures of a list's entries, one per model, are added up. */
function figuresIn(usage: unknown): Json | undefined {
  const [sum, ...others] = [usage].flat().filter(objectOf) as Json[]
  for (const other of others) {
    for (const [name, figure] of Object.entries(other)) {
      if (typeof figure === 'number') sum![name] = (sum![name] ?? 0) + figure
    }
  }
  return sum
}

function figuresOf(json: Json): Json {
  return Object.fromEntries(Object.entries(json).filter(([name]) => /count|tokens/.test(name)))
}
