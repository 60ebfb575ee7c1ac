import type { Part, ToolCallPart } from './answer.js'
import { contentOf } from './content.js'
import type { Reader } from './format.js'
import { argumentsOf, at, type Json, objectOf, text } from './json.js'
import { upstreamError } from './upstream.js'

/** Which members of an event are what of its part: paths, as `at` takes them. */
export interface Rule {
  text?: string
  reasoning?: string
  refusal?: string
  finishReason?: string
  id?: string
  model?: string
  usage?: string
  /** A call, unless there is nothing of it but the key. */
  call?: { [Name in keyof ToolCallPart]?: string }
  /** Content blocks, which may be of all kinds. */
  content?: string
  /** What makes the event an error. */
  problem?: string
  isWhole?: true
  isEnd?: true
}

/** Where a format's events have their kind, and in which figures their tokens are. */
interface Shape {
  /** A path. */
  kind: string
  /** Whether the event's name is its kind where the path leads nowhere. */
  isNamed?: true
  /** A path: `kind:subkind` goes before `kind` in the table. */
  subkind?: string
  input?: readonly string[]
  output?: readonly string[]
}

/** The reader of a format whose events are told by their kind. */
export function byKind(shape: Shape, table: Record<string, Rule>): Reader {
  const rules = new Map(Object.entries(table))
  return (json, { type }) => {
    const kind = text(at(json, shape.kind)) ?? (shape.isNamed && type !== 'message' ? type : '')
    const rule = rules.get(`${kind}:${String(at(json, shape.subkind ?? ''))}`) ?? rules.get(kind)
    return rule && apply(rule, json, shape)
  }
}

function apply(rule: Rule, json: Json, { input = [], output = [] }: Shape): Part {
  const { call, content, usage, problem, isWhole, isEnd, ...texts } = rule
  if (problem) throw upstreamError({ error: at(json, problem) })
  const read = (path: string) => text(at(json, path))
  const raw = usage && objectOf(at(json, usage))
  return {
    ...(content && contentOf(at(json, content), json['index'])),
    ...Object.fromEntries(Object.entries(texts).map(([name, path]) => [name, read(path)])),
    ...(call && { toolCalls: callsOf(call, json) }),
    usage: raw ? { raw, input, output } : undefined,
    isWhole,
    isEnd,
  }
}

function callsOf({ key, ...paths }: NonNullable<Rule['call']>, json: Json): ToolCallPart[] {
  const members = Object.entries(paths).map(([name, path]) => [name, argumentsOf(at(json, path))])
  if (!members.some(([, value]) => value)) return []
  return [{ key: at(json, key ?? ''), ...Object.fromEntries(members) }]
}
