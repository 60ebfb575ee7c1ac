import type { ServerSentEvent, TextTemplate } from '../event.js'
import type { Part } from './answer.js'
import type { HoldingExtractor } from './format.js'
import { type Json, jsonObject } from './json.js'

// As in src/json/template.rs.
const NAME_END = '\0'
const WANTED = '"\x01"'
const STRING = '"\x02"'
const NUMBER = '\x03'
const KEPT_START = '\x04'
const KEPT_END = '\x05'

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[^]/g

/** A text that no format knows. */
const PROBE = 'sluicegate'

/** Whether a part is text, names and figures. Names count once. */
export function isTextAlone({ text, model, id, toolCalls, usage, ...rest }: Part): boolean {
  return !!text && !toolCalls?.length && !Object.values(rest).some(Boolean)
}

/** Members that were read, by the objects that they are of. */
type Reads = Map<unknown, Set<unknown>>

/**
 * What other events look like that differ in nothing but their text and in what the extractor does
 * not read. `undefined` if that can't be told.
 */
export function templateOf(
  extract: HoldingExtractor,
  event: ServerSentEvent,
  takesFigures: boolean,
): TextTemplate | undefined {
  const { type, data } = event
  const json = jsonObject(data)
  // oxlint-disable-next-line no-control-regex -- they stand for something else in a template
  if (!json || /[\0-\x05]/.test(type + data)) return undefined
  const reads: Reads = new Map()
  const targets = new Map<unknown, unknown>()
  const read = (): Part => {
    const part = extract({ ...event, json: traced(json, reads, targets) } as ServerSentEvent)
    return part && typeof part === 'object' && isTextAlone(part) ? part : {}
  }
  try {
    const { text, usage } = read()
    const figures = usage && targets.get(usage.raw)
    if (!text || (usage && !(figures && takesFigures))) return undefined
    const places: [Json, string][] = []
    let template = type + NAME_END
    /** The objects that are open, the innermost first, and the names of the members that are. */
    const open: { target: Json; name: string | undefined; count: number }[] = []
    for (const [token] of data.matchAll(TOKEN)) {
      const inside = open[0]
      const { target, name } = inside ?? { target: { json } as Json, name: 'json' }
      const isRead = !inside || name === undefined || !!reads.get(target)?.has(name)
      if (/[[{]/.test(token)) {
        const inner = target[name!]
        open.unshift({ target: inner, name: token === '[' ? '0' : undefined, count: 0 })
        template += (inner === figures ? KEPT_START : '') + token
      } else if (/[\]}]/.test(token)) {
        // A name that comes twice is more than there is.
        if (token === '}' && inside!.count !== Object.keys(target).length) return undefined
        open.shift()
        template += token + (target === figures ? KEPT_END : '')
      } else if (token === ',') {
        inside!.name = Array.isArray(target) ? `${+name! + 1}` : undefined
        template += token
      } else if (token[0] === '"' && name === undefined) {
        inside!.name = JSON.parse(token) as string
        inside!.count++
        template += token
      } else if (token[0] === '"' && (!isRead || JSON.parse(token) === text)) {
        if (isRead) places.push([target, name!])
        template += isRead ? WANTED : STRING
      } else {
        template += !isRead && /^\d+$/.test(token) ? NUMBER : token
      }
    }
    const [place, other] = places
    if (!place || other) return undefined
    place[0][place[1]] = PROBE
    return read().text === PROBE ? [template, !!figures] : undefined
  } catch {
    return undefined
  }
}

/** A value that tells what is read of it, and of what is in it. */
function traced<T>(value: T, reads: Reads, targets: Map<unknown, unknown>): T {
  if (typeof value !== 'object' || value === null) return value
  const proxy = new Proxy(value, {
    get(target, name) {
      if (!reads.has(target)) reads.set(target, new Set())
      reads.get(target)!.add(name)
      return traced(Reflect.get(target, name), reads, targets)
    },
    // What is changed is not what came.
    set: () => false,
  })
  targets.set(proxy, value)
  return proxy
}
