import { type FindTemplate, isText, type ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import type { Extractor, HoldingExtractor } from './format.js'
import { type AnswerFormat, extractorOf } from './formats.js'
import type { Json } from './json.js'

// As in src/json/template.rs.
const NUL = '\0'
const WANTED = '"\x01"'
const STRING = '"\x02"'
const NUMBER = '\x03'
const KEPT_START = '\x04'
const KEPT_END = '\x05'

/** A string or a name with its colon, another word, or any other character. */
const TOKEN = /"(?:[^"\\]|\\.)*"(?:\s*:)?|[\w.+-]+|[^]/g

/** A text that no format knows. */
const PROBE = 'sluicegate'

/** How many events in a row are looked at that fit into no template. */
const CREDIT = 64
/** As how many of them one counts of which a template was made. */
const COST = 8

/** Returns what makes templates for a format; of a page's own function, nothing is known. */
export function finder(
  format: AnswerFormat | Extractor,
  takesFigures: boolean,
): FindTemplate | undefined {
  if (typeof format === 'function') return undefined
  // It finds its format by itself: the reader's may see these events later.
  const extract = extractorOf(format)
  let credit = CREDIT
  /** By template: the tokens of the events that were looked at, with marks where these differ. */
  const seen = new Map<string, readonly string[]>()
  return (events, from) => {
    for (let at = from; at < events.length; at++) {
      const event = events[at]!
      if (isText(event)) credit = CREDIT
      else if (credit-- > 0 && isAlone(extract, event)) {
        credit -= COST
        const shape = shapeOf(extract, event, takesFigures)
        if (!shape) continue
        const { tokens, marks, hasFigures } = shape
        const key = tokens.map((token, i) => marks[i] ?? token).join('')
        const before = seen.get(key)
        // What they share is compared as one text, which is fastest.
        const shared = tokens.map((token, i) => (before && token !== before[i] ? marks[i]! : token))
        seen.set(key, shared)
        if (before) return [shared.join(''), hasFigures]
      }
    }
    return undefined
  }
}

function isAlone(extract: HoldingExtractor, event: ServerSentEvent): boolean {
  try {
    const part = extract(event)
    return !!extract.isPure && !!part && isTextAlone(part as Part)
  } catch {
    // The reader throws it.
    return false
  }
}

/** Whether a part is text, names and figures. Names count once. */
function isTextAlone({ text, model, id, toolCalls, usage, ...rest }: Part): boolean {
  return !!text && !toolCalls?.length && !Object.values(rest).some(Boolean)
}

/** What events look like that differ in nothing but their text and in what the extractor does not read. */
interface Shape {
  /** The template of those that share all but the text with one of them, token by token. */
  tokens: string[]
  /** What stands for a token where others may have another one. */
  marks: (string | undefined)[]
  hasFigures: boolean
}

/** What other events look like that are as this one. `undefined` if that can't be told. */
function shapeOf(
  extract: HoldingExtractor,
  event: ServerSentEvent,
  takesFigures: boolean,
): Shape | undefined {
  const { type, data } = event
  // Control characters stand for something else in a template, lines have fields before them, and
  // numbers as names come first.
  // oxlint-disable-next-line no-control-regex -- those are meant
  if (/[\0-\x05\n\r]|"\d+"\s*:/.test(type + data)) return undefined
  /** The values in the order of their ends, each with what it is a member of, and its name. */
  const values: [holder: Json, name: string, value: unknown][] = []
  const reads: [holder: Json, name: unknown][] = []
  const read = (json: unknown): Part => {
    const part = extract({ ...event, json } as ServerSentEvent) as Part
    return isTextAlone(part) ? part : {}
  }
  try {
    const json = JSON.parse(data, function (this: Json, name, value: unknown) {
      if (Object(value) === value) {
        value = new Proxy(value as Json, {
          get(holder, member) {
            reads.push([holder, member])
            return Reflect.get(holder, member)
          },
          // What is changed is not what came.
          set: () => false,
        })
      }
      values.push([this, name, value])
      return value
    }) as unknown
    const { text, usage } = read(json)
    const places: typeof reads = []
    const starts: number[] = []
    let hasFigures = false
    let index = 0
    const tokens = data.match(TOKEN)!
    const marks: Shape['marks'] = []
    for (const [at, token] of tokens.entries()) {
      if (/[[{]$/.test(token)) starts.push(at)
      if (/[[{,:\s]$/.test(token)) continue
      // A name that comes twice is more than there is.
      const [holder, name, value] = values[index++]!
      if (/[\]}]$/.test(token)) {
        const start = starts.pop()!
        if (usage?.raw !== value) continue
        hasFigures = true
        tokens[start] = KEPT_START + tokens[start]!
        tokens[at] += KEPT_END
        continue
      }
      if (JSON.parse(token) !== value) return undefined
      const isRead = reads.some((one) => one[0] === holder && one[1] === name)
      if (typeof value !== 'string') {
        if (!isRead && /^\d+$/.test(token)) marks[at] = NUMBER
      } else if (!isRead) {
        marks[at] = STRING
      } else if (value === text) {
        tokens[at] = WANTED
        places.push([holder, name])
      }
    }
    const [place, other] = places
    if (!place || other || (usage && !(hasFigures && takesFigures))) return undefined
    place[0][place[1] as string] = PROBE
    const start = (type === 'message' ? '' : `event: ${type}\n`) + 'data: '
    tokens[0] = [type, start, tokens[0]].join(NUL)
    return read(json).text === PROBE ? { tokens, marks, hasFigures } : undefined
  } catch {
    return undefined
  }
}
