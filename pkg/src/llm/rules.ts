import type { Part } from './answer.js'
import { ARGUMENTS, callOf, type CallPaths, contentOf } from './content.js'
import { at, type Json, objectOf, text } from './json.js'
import { upstreamError } from './upstream.js'

/** Which members of an event are what of its part: paths, as `at` takes them. */
export interface Rule extends CallPaths {
  text?: string
  reasoning?: string
  refusal?: string
  finishReason?: string
  id?: string
  /** A call or a list of them, each with its own `index`. */
  calls?: string
  /** Content blocks, which may be of all kinds. */
  content?: string
  /** Whether the event has figures itself, which count if there are no others. */
  isUsage?: unknown
  /** Whether the event says that there will be no answer. */
  isFailed?: unknown
  /** Whether all of the answer is there; as a path, where the event says which item of it is. */
  isWhole?: unknown
  isEnd?: unknown
}

/** The texts of a part, and where all formats have them that have no rule of their own. */
const TEXTS = Object.entries({
  text: '=',
  reasoning: '=',
  refusal: '=',
  finishReason: '=',
  id: 'message.id|response.id|interaction.id|messageId|responseId|runId|sessionId',
  model:
    'model|message.model|response.model|interaction.model|messageMetadata.model|metadata.tanstack.model|usage.0.model|modelVersion',
})
/** Where they have its figures. */
const USAGE =
  'usage|usageMetadata|message.usage|response.usage|interaction.usage|messageMetadata.totalUsage|messageMetadata.usage|totalUsage|metadata.tanstack.usage|metadata.usage|payload.output.usage|x_groq.usage|choice.usage'

/** Where fragments say which call or block they are of. */
const KEY = 'output_index|index|item_id|item.id'

/** What an event adds by a rule. Throws a `StreamError` `'upstream'` for an error. */
export function partBy(rule: Rule, json: Json): Part {
  const { isWhole, isEnd, isUsage } = rule
  if (rule.isFailed) {
    const path = 'response.error|interaction.error|data.error|last_error|error|=the answer failed'
    throw upstreamError({ error: at(json, path) })
  }
  const key = at(json, KEY)
  const part: Json = contentOf(at(json, rule.content), key)
  for (const [name, path] of TEXTS) {
    const value = at(json, rule[name as 'text'] ?? path)
    // What a model says may be a number, or blocks, which no name is.
    part[name] ||=
      name in part && /object|number/.test(typeof value)
        ? (contentOf(value, key, name as 'text') as Json)[name]
        : text(value)
  }
  if (rule.calls) {
    part['toolCalls'] = [at(json, rule.calls) ?? []].flat().map((call) => {
      return callOf(call, isWhole ? {} : at(call, 'index'), { arguments: ARGUMENTS })
    })
  }
  if (rule.arguments || rule.whole) {
    // The event's own `id` is none of a call.
    const call = callOf({ __proto__: json, id: '' }, key, rule)
    if (call.id || call.name || call.arguments || call.whole) part['toolCalls'] = [call]
  }
  const raw = figuresIn(at(json, USAGE)) ?? (isUsage ? figuresOf(json) : undefined)
  return {
    ...part,
    usage: raw && { raw },
    isWhole: !!isWhole,
    item: at(json, `${isWhole}`),
    isEnd: !!isEnd,
  } as Part
}

/** Whether a part is more than names. */
export function hasAny({ id: _, model: __, isWhole: ___, ...rest }: Part): boolean {
  return Object.values(rest).some((value) => (value as string | undefined)?.length ?? value)
}

/** The figures of a list's entries, one per model, are added up. */
function figuresIn(usage: unknown): Json | undefined {
  const [sum, ...others] = [usage]
    .flat()
    .filter((one) => Object.keys(objectOf(one) ?? {})[0]) as Json[]
  for (const other of others) {
    for (const [name, figure] of Object.entries(other)) {
      if (typeof figure === 'number') sum![name] = (sum![name] ?? 0) + figure
    }
  }
  return sum
}

function figuresOf(json: Json): Json | undefined {
  let figures: Json | undefined
  for (const name in json) if (/count|tokens/.test(name)) (figures ??= {})[name] = json[name]
  return figures
}
