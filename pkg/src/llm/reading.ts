import type { EventSequence, Tap } from '../sequence.js'
import type { EventStream } from '../stream/event-stream.js'
import { StreamError } from '../error.js'
import { isText, type ServerSentEvent } from '../event.js'
import { reasonOf } from '../fetch/response.js'
import type { Answer, Delta, Part, Usage } from './answer.js'
import { assemble } from './assembly.js'
import { END, type Extractor, type HoldingExtractor, isDone } from './format.js'
import { type AnswerFormat, extractorOf } from './formats.js'
import { type Json, jsonObject, objectOf, parsed } from './json.js'
import { hasAny } from './rules.js'
import { finder } from './template.js'

/** Events to read an answer from: what `openStream` and `decode` return. */
export type AnswerSource = Pick<EventSequence, 'next' | 'return' | 'frames'>

/** The most characters that are kept of a body of which nothing is understood yet. */
const MOST = 1 << 20
const NONE: Delta[] = []
const NO_TEXT: Part = { text: undefined, reasoning: undefined, refusal: undefined }
/** How many of them an error shows. */
const SHOWN = 200

/** What events add to an answer. */
export interface Added {
  deltas: Delta[]
  /** The text among them. */
  text: string
  /** Whether nothing will follow. */
  isEnd: boolean
}

/** What reads an answer out of a source's events. */
export interface Reading {
  /** The source if it is one of ours, of whatever copy of this package. */
  readonly own: EventSequence | undefined
  /**
   * What an event adds. Throws what ends the stream.
   *
   * Without an event the source has no more of them. That returns what was held back, unless the
   * source was left or stopped, and throws if nothing was understood.
   */
  read(event?: ServerSentEvent): Added
  /** Adds the text of an event that has nothing else. Returns what is handed out of it. */
  addText(text: string): string
  /** The answer so far. */
  answer(): Answer
}

/**
 * Reads an answer out of events, and sees to it that something was understood.
 *
 * Throws a `StreamError` `'invalid-options'` for an unknown format.
 *
 * @param isAll whether all deltas are to be seen: not only the text, and the newest figures of a chunk
 */
export function readingOf(
  source: AnswerSource,
  format: AnswerFormat | Extractor,
  isAll?: boolean,
): Reading {
  const extract = extractorOf(format)
  const own = 'mapEvents' in source ? (source as EventStream) : undefined
  /** Whether the start of the answer was read before. */
  const isLater = own?.isLater ?? !!own?.lastEventId
  const assembly = assemble()
  const decoder = new TextDecoder()
  let figures: string | undefined
  let isUnderstood = false
  /** Whether the answer began, of which there may be nothing left but the end. */
  let isBegun = isLater
  /** Whether an event that is no heartbeat was not understood, nor anything after it. */
  let isStrange = false
  /** How many bodies have ended. */
  let bodies = 0
  /** The start of the body; of a source that is not ours, the data of its first event. */
  let body = ''
  /** The whole body as an event, if it is JSON and no event stream. */
  let unframed: ServerSentEvent | undefined
  /** The event that the option `done` has found. */
  let last: ServerSentEvent | undefined

  const tap: Tap = {
    // Gateways that do not stream send JSON.
    takes: (contentType) => !isUnderstood && /json/i.test(contentType),
    chunk(bytes) {
      if (isUnderstood) return
      // What came before the last reconnect was read: asking again and again would not help.
      if (isStrange && bodies > 1) throw unknownFormat(body)
      if (body.length < MOST) body += decoder.decode(bytes, { stream: true })
    },
    completes: typeof format === 'string',
    end() {
      if (isUnderstood) return undefined
      bodies++
      const data = body.trim()
      return typeof parsed(data) === 'object'
        ? (unframed = { type: 'message', data, lastEventId: '' })
        : undefined
    },
    last(event) {
      if (typeof format === 'string') last = event
    },
  }
  if (own) {
    own.tap = tap
    // Another copy of this package may not have it.
    own.readTexts?.(finder(format, !isAll))
  }

  /** Adds the newest figures that came with text alone: with each text that would take too long. */
  function addFigures(): void {
    if (figures) assembly.add({ usage: { raw: JSON.parse(figures) as Usage['raw'] } })
    figures = undefined
  }

  function isUnknown(): boolean {
    return !isUnderstood && (isStrange || !isBegun)
  }

  function add(part: Part): Delta[] {
    addFigures()
    // An end marker alone does not mean that the stream was understood, if the format is only detected.
    // Ollama names the model in each line.
    const rest = { ...part, isEnd: false, finishReason: part.model }
    const isAlone = format === 'auto' && !isBegun && part.isEnd && !hasAny(rest)
    if (part === END ? isUnknown() : isAlone) throw unknownFormat(body)
    if (hasAny(part) || typeof format === 'function') {
      isUnderstood = true
      body = ''
    } else if (!isBegun) {
      isStrange = false
    }
    isBegun = true
    // What is whole has come before.
    return assembly.add(isLater && part.isWhole ? { ...part, ...NO_TEXT } : part)
  }

  /** Adds what else the event says that the page takes for the end. It may be no vendor's. */
  function addLast(event: ServerSentEvent): Delta[] {
    let parts: Part[] = []
    try {
      parts = partsOf(extract, event)
    } catch (error) {
      if ((error as StreamError).code === 'upstream') throw error
    }
    return parts.flatMap((part) => {
      if (part.isWhole) return add(part)
      return isBegun ? add({ ...part, text: undefined }) : []
    })
  }

  function finish(): Delta[] {
    const ending = own?.ending
    // A server that has nothing is no failure, unless it sent something before.
    if (ending === 'no-content' && !body.trim()) return []
    if (ending && !/^(ended|done|truncated|no-content)$/.test(ending)) return []
    const text = extract.end?.()
    const deltas = text ? add({ text }) : []
    if (last) deltas.push(...addLast(last))
    if (isUnknown()) throw unknownFormat(body)
    return deltas.concat(assembly.add())
  }

  return {
    own,
    addText: assembly.addText,
    answer() {
      addFigures()
      return assembly.answer()
    },
    read(event) {
      if (event && isText(event)) {
        figures = event.figures ?? figures
        const text = assembly.addText(event.data)
        return { deltas: text && isAll ? [{ type: 'text', text }] : NONE, text, isEnd: false }
      }
      const deltas: Delta[] = []
      // A line of NDJSON may be all of the body.
      if (event === unframed && isUnderstood) event = undefined
      let isEnd = !event || event === unframed
      try {
        if (event) {
          if (!own) body ||= event.data
          const parts = partsOf(extract, event)
          for (const part of parts) {
            deltas.push(...add(part))
            isEnd ||= !!part.isEnd
          }
          isStrange ||= !parts[0] && !/^message\s*$|ping|alive|beat/i.test(event.type + event.data)
        }
        if (!event || event === unframed) deltas.push(...finish())
      } catch (error) {
        // Behind others in a list it is an error of a stream.
        const isAlone = event && event === unframed && !(parsed(body) as unknown[])[1]
        throw isAlone && (error as StreamError).code === 'upstream' ? unknownFormat(body) : error
      }
      let text = ''
      for (const delta of deltas) if (delta.type === 'text') text += delta.text
      return { deltas, text, isEnd }
    },
  }
}

function unknownFormat(body: string): StreamError {
  const start = body.trim().slice(0, SHOWN)
  const shown = start ? `It starts with ${JSON.stringify(start)}` : 'No data was received'
  const message = `nothing in the response was understood${reasonOf(body)}. ${shown}`
  return new StreamError('unknown-format', message, { body: start })
}

/**
 * What an event adds: several parts where its data is an array of what a format streams. Some gateways
 * wrap that in an object; some forget the blank line between two events.
 */
function partsOf(extract: HoldingExtractor, event: ServerSentEvent): Part[] {
  let part: ReturnType<HoldingExtractor>
  try {
    part = extract(event)
  } catch (error) {
    const events = event.data.split('\n').map((data) => ({ ...event, data }))
    const isBroken = (error as StreamError | undefined)?.code === 'parse-json'
    if (!isBroken || !events.every((one) => isDone(one) || jsonObject(one.data))) throw error
    return events.flatMap((one) => partsOf(extract, one))
  }
  if (part != null) return [typeof part === 'string' ? { text: part } : part].flat()
  const value = parsed(event.data) as Json | unknown[] | null | undefined
  const { type, event: kind, result, response, data } = Object(value) as Json
  const items = Array.isArray(value) ? value : type || kind ? [] : [result, response, data].flat()
  return items
    .flatMap((item) => objectOf(item) ?? jsonObject(item) ?? [])
    .flatMap((item) => partsOf(extract, { ...event, data: JSON.stringify(item) }))
}
