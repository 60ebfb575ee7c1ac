import type { EventConsumer, Tap } from '../consumer.js'
import { StreamError } from '../error.js'
import type { ServerSentEvent } from '../event.js'
import type { Answer, Delta, Part } from './answer.js'
import { Assembly } from './assembly.js'
import { END, type Extractor, type HoldingExtractor } from './format.js'
import { type AnswerFormat, extractorOf } from './formats.js'
import { objectOf, parsed } from './json.js'
import type { UpstreamProblem } from './upstream.js'

/** Events to read an answer from: what `openStream` and `decode` return. */
export type AnswerSource = Pick<EventConsumer, 'next' | 'return' | 'frames'>

/** The most characters that are kept of a body of which nothing is understood yet. */
const MOST = 1 << 20
/** How many of them an error shows. */
const SHOWN = 200

/** The iterator if it is one of ours, of whatever copy of this package. */
export function ownOf(source: AnswerSource): EventConsumer | undefined {
  return 'takeReady' in source ? (source as EventConsumer) : undefined
}

/** Whether a source that has no more events has come to its end, and was not left or stopped. */
export function hasEnded(source: AnswerSource): boolean {
  const ending = ownOf(source)?.ending
  return !ending || ['ended', 'done', 'truncated'].includes(ending)
}

/** Reads an answer out of events, and sees to it that something was understood. */
export class Reading implements Tap {
  readonly #extract: HoldingExtractor
  readonly #own: EventConsumer | undefined
  readonly #assembly = new Assembly()
  readonly #decoder = new TextDecoder()
  #isUnderstood = false
  /** The start of the body; of a source that is not ours, the data of its first event. */
  #body = ''
  /** The whole body as an event, if it is JSON and no event stream. */
  #unframed: ServerSentEvent | undefined

  /** Throws a `StreamError` `'invalid-options'` for a format that is none. */
  constructor(source: AnswerSource, format: AnswerFormat | Extractor) {
    this.#extract = extractorOf(format)
    this.#own = ownOf(source)
    if (this.#own) this.#own.tap = this
  }

  get answer(): Answer {
    return this.#assembly.answer
  }

  /** Gateways that do not stream send JSON. */
  takes(contentType: string): boolean {
    return /json/i.test(contentType)
  }

  chunk(bytes: Uint8Array): void {
    if (this.#body.length < MOST) this.#body += this.#decoder.decode(bytes, { stream: true })
  }

  end(): ServerSentEvent | undefined {
    const data = this.#body.trim()
    if (!/^[{[]/.test(data) || parsed(data) === undefined) return undefined
    return (this.#unframed = { type: 'message', data, lastEventId: '' })
  }

  /** What an event adds. `isEnd` says whether it is the last one. Throws what ends the stream. */
  read(event: ServerSentEvent): { deltas: Delta[]; isEnd: boolean } {
    if (!this.#own) this.#body ||= event.data
    if (event === this.#unframed) return { deltas: this.#readUnframed(event), isEnd: true }
    let isEnd = false
    const deltas = partsOf(this.#extract, event).flatMap((part) => {
      if (part.isEnd) isEnd = true
      return this.#add(part)
    })
    return { deltas, isEnd }
  }

  /** The stream has ended; returns what was held back. Throws if nothing was understood. */
  finish(): Delta[] {
    const text = this.#extract.end?.()
    const deltas = text ? this.#add({ text }) : []
    if (!this.#isUnderstood) throw this.#unknown()
    return deltas.concat(this.#assembly.end())
  }

  #readUnframed(event: ServerSentEvent): Delta[] {
    try {
      const deltas = partsOf(this.#extract, event).flatMap((part) => this.#add(part))
      return deltas.concat(this.finish())
    } catch (error) {
      const { code, cause } = error as StreamError
      throw code === 'upstream' ? this.#unknown((cause as UpstreamProblem).message) : error
    }
  }

  #add(part: Part): Delta[] {
    if (part === END && !this.#isUnderstood) throw this.#unknown()
    this.#isUnderstood = true
    if (this.#own) this.#own.tap = undefined
    this.#body = ''
    return this.#assembly.add(part)
  }

  #unknown(problem?: string): StreamError {
    const body = this.#body.trim().slice(0, SHOWN)
    const what =
      problem === undefined
        ? 'nothing in the response was understood as an answer of a model'
        : `the server sent an error instead of an answer: ${problem}`
    const start = body ? `It starts with ${JSON.stringify(body)}` : 'No data came'
    return new StreamError('unknown-format', `${what}. ${start}`, { body })
  }
}

/** What an event adds: several parts where its data is an array of what a format streams. */
function partsOf(extract: Extractor, event: ServerSentEvent): Part[] {
  const part = extract(event)
  if (part != null) return [typeof part === 'string' ? { text: part } : part]
  const items = /^\s*\[/.test(event.data) ? parsed(event.data) : undefined
  if (!Array.isArray(items)) return []
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
