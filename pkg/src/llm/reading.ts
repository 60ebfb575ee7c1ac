import type { EventSequence, Tap } from '../sequence.js'
import { StreamError } from '../error.js'
import type { ServerSentEvent, TextEvents } from '../event.js'
import { reasonOf } from '../fetch/response.js'
import type { Answer, Delta, Part, Usage } from './answer.js'
import { assemble } from './assembly.js'
import { END, type Extractor } from './format.js'
import { type AnswerFormat, extractorOf } from './formats.js'
import { type Json, objectOf, parsed } from './json.js'
import { isTextAlone, templateOf } from './template.js'

/** Events to read an answer from: what `openStream` and `decode` return. */
export type AnswerSource = Pick<EventSequence, 'next' | 'return' | 'frames'>

/** The most characters that are kept of a body of which nothing is understood yet. */
const MOST = 1 << 20
/** How many templates may be made in a row without one event that fits into them. */
const CREDIT = 8
/** How many of them an error shows. */
const SHOWN = 200

/** What reads an answer out of a source's events. */
export interface Reading {
  /** The source if it is one of ours, of whatever copy of this package. */
  readonly own: EventSequence | undefined
  /** What an event adds. `isEnd` says whether it is the last one. Throws what ends the stream. */
  read(event: ServerSentEvent): { deltas: Delta[]; isEnd: boolean }
  /** What events add that are nothing but text. */
  readText(event: TextEvents): string
  /**
   * The source has no more events. Returns what was held back, unless it was left or stopped. Throws
   * if nothing was understood.
   */
  finish(): Delta[]
  /** The answer so far. */
  answer(): Answer
}

/**
 * Reads an answer out of events, and sees to it that something was understood.
 *
 * Throws a `StreamError` `'invalid-options'` for an unknown format.
 *
 * @param showsUsage whether each event's figures are to be seen, not only the newest of a chunk's
 */
export function readingOf(
  source: AnswerSource,
  format: AnswerFormat | Extractor,
  showsUsage?: boolean,
): Reading {
  const extract = extractorOf(format)
  const own = 'mapEvents' in source ? (source as EventSequence) : undefined
  const assembly = assemble()
  const decoder = new TextDecoder()
  let credit = CREDIT
  let isUnderstood = false
  /** Whether there was an event that is no heartbeat, and nothing was understood. */
  let isStrange = false
  /** How many bodies have ended. */
  let bodies = 0
  /** The start of the body; of a source that is not ours, the data of its first event. */
  let body = ''
  /** The whole body as an event, if it is JSON and no event stream. */
  let unframed: ServerSentEvent | undefined

  const tap: Tap = {
    // Gateways that do not stream send JSON.
    takes: (contentType) => /json/i.test(contentType),
    chunk(bytes) {
      // What came before the last reconnect was read: asking again and again would not help.
      if (isStrange && bodies > 1) throw unknownFormat(body)
      if (body.length < MOST) body += decoder.decode(bytes, { stream: true })
    },
    end() {
      bodies++
      const data = body.trim()
      const isJson = /^[{[]/.test(data) && parsed(data) !== undefined
      return isJson ? (unframed = { type: 'message', data, lastEventId: '' }) : undefined
    },
  }
  if (own) own.tap = tap

  function add(part: Part): Delta[] {
    if (part === END && !isUnderstood) throw unknownFormat(body)
    isUnderstood = true
    if (own) own.tap = undefined
    body = ''
    return assembly.add(part)
  }

  function finish(): Delta[] {
    if (own?.ending && !/^(ended|done|truncated)$/.test(own.ending)) return []
    const text = extract.end?.()
    const deltas = text ? add({ text }) : []
    if (!isUnderstood) throw unknownFormat(body)
    return deltas.concat(assembly.end())
  }

  return {
    own,
    finish,
    answer: assembly.answer,
    readText({ data, figures }) {
      credit = CREDIT
      if (figures) assembly.add({ usage: { raw: JSON.parse(figures) as Usage['raw'] } })
      return assembly.addText(data)
    },
    read(event) {
      if (!own) body ||= event.data
      const isUnframed = event === unframed
      try {
        let isEnd = isUnframed
        const deltas: Delta[] = []
        const parts = partsOf(extract, event)
        for (const part of parts) {
          deltas.push(...add(part))
          isEnd ||= !!part.isEnd
        }
        if (
          own &&
          !own.template &&
          extract.isPure &&
          parts.length === 1 &&
          isTextAlone(parts[0]!)
        ) {
          if (credit-- > 0) own.template = templateOf(extract, event, !showsUsage)
        }
        if (isUnframed) deltas.push(...finish())
        isStrange ||=
          !isUnderstood && !/^message\s*$|ping|alive|beat/i.test(event.type + event.data)
        return { deltas, isEnd }
      } catch (error) {
        throw isUnframed && (error as StreamError).code === 'upstream' ? unknownFormat(body) : error
      }
    },
  }
}

function unknownFormat(body: string): StreamError {
  const start = body.trim().slice(0, SHOWN)
  const shown = start ? `It starts with ${JSON.stringify(start)}` : 'No data came'
  const message = `nothing in the response was understood${reasonOf(body)}. ${shown}`
  return new StreamError('unknown-format', message, { body: start })
}

/**
 * What an event adds: several parts where its data is an array of what a format streams. Some gateways
 * wrap that in an object.
 */
function partsOf(extract: Extractor, event: ServerSentEvent): Part[] {
  const part = extract(event)
  if (part != null) return [typeof part === 'string' ? { text: part } : part]
  const value = parsed(event.data) as Json | unknown[] | null | undefined
  const { type, event: kind, result, response, data } = Object(value) as Json
  const items = Array.isArray(value) ? value : type || kind ? [] : [result, response, data]
  return items
    .filter(objectOf)
    .flatMap((item) => partsOf(extract, { ...event, data: JSON.stringify(item) }))
}

/** The text among deltas. */
export function textIn(deltas: readonly Delta[]): string {
  let text = ''
  for (const delta of deltas) if (delta.type === 'text') text += delta.text
  return text
}
