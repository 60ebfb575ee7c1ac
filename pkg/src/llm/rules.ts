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

/** Where fragments say which call or block they are of. */
const KEY = 'output_index|index|item_id|item.id'

/**
 * The reader of a format whose events are told by their kind.
 *
 * @param kind a path; where it leads nowhere, the event's name is its kind
 * @param subkind a path: `kind:subkind` goes before `kind` in the table
 */
export function byKind(kind: string, subkind: string, table: Record<string, Rule>): Reader {
  const rules = new Map(Object.entries(table))
  return (json, { type }) => {
    const name = text(at(json, kind)) ?? (type === 'message' ? '' : type)
    const rule = rules.get(`${name}:${at(json, subkind)}`) ?? rules.get(name)
    return rule && apply(rule, json)
  }
}

/** What an event adds. Throws a `StreamError` `'upstream'` if it is an error. */
export function apply(rule: Rule, json: Json): Part {
  const { arguments: fragment, whole, initial, calls, content, usage, problem, ...others } = rule
  const { isUsage, isWhole, isEnd, ...texts } = others
  const read = (path = '') => at(json, path)
  const error = read(problem)
  if (error) throw upstreamError({ error })
  const key = read(KEY)
  const part: Json = contentOf(read(content), key)
  for (const [name, path] of Object.entries(texts)) part[name] ||= text(read(path))
  part['toolCalls'].push(
    ...[read(calls) ?? []].flat().map((call) => {
      return callOf(call, isWhole ? {} : at(call, 'index'), { arguments: ARGUMENTS })
    }),
  )
  // The event's own `id` is none of a call.
  if (fragment || whole || initial) part['toolCalls'] = [callOf({ ...json, id: '' }, key, rule)]
  const raw = objectOf(read(usage)) ?? (isUsage ? figuresOf(json) : undefined)
  return { ...part, usage: raw && { raw }, isWhole, isEnd }
}

function figuresOf(json: Json): Json {
  return Object.fromEntries(Object.entries(json).filter(([name]) => /count|tokens/.test(name)))
}
