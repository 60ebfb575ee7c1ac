import type { EventConsumer, Tap } from '../consumer.js'
import { StreamError } from '../error.js'
import type { ServerSentEvent } from '../event.js'
import { reasonOf } from '../fetch/response.js'
import type { Answer, Delta, Part } from './answer.js'
import { Assembly } from './assembly.js'
import { END, type Extractor, type HoldingExtractor } from './format.js'
import { type AnswerFormat, extractorOf } from './formats.js'
import { objectOf, parsed } from './json.js'

/** Events to read an answer from: what `openStream` and `decode` return. */
export type AnswerSource = Pick<EventConsumer, 'next' | 'return' | 'frames'>

/** The most characters that are kept of a body of which nothing is understood yet. */
const MOST = 1 << 20
/** How many of them an error shows. */
const SHOWN = 200

/** Reads an answer out of events, and sees to it that something was understood. */
export class Reading implements Tap {
  readonly source: AnswerSource
  /** The source if it is one of ours, of whatever copy of this package. */
  readonly own: EventConsumer | undefined
  readonly #extract: HoldingExtractor
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
    this.source = source
    this.own = 'takeReady' in source ? (source as EventConsumer) : undefined
    if (this.own) this.own.tap = this
  }

  get answer(): Answer {
    return this.#assembly.answer
  }

  /** Ends the source. One that is not ours can only be left. */
  leave(how?: 'finish' | 'fail', error?: unknown): void {
    if (this.own && how) this.own[how](error)
    else this.source.return().catch(() => undefined)
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
    if (!this.own) this.#body ||= event.data
    const isUnframed = event === this.#unframed
    try {
      const parts = partsOf(this.#extract, event)
      const deltas = parts.flatMap((part) => this.#add(part))
      if (isUnframed) deltas.push(...this.finish())
      return { deltas, isEnd: isUnframed || parts.some((part) => part.isEnd) }
    } catch (error) {
      throw isUnframed && (error as StreamError).code === 'upstream' ? this.#unknown() : error
    }
  }

  /**
   * The source has no more events. Returns what was held back, unless it was left or stopped. Throws if
   * nothing was understood.
   */
  finish(): Delta[] {
    const ending = this.own?.ending
    if (ending && !/^(ended|done|truncated)$/.test(ending)) return []
    const text = this.#extract.end?.()
    const deltas = text ? this.#add({ text }) : []
    if (!this.#isUnderstood) throw this.#unknown()
    return deltas.concat(this.#assembly.end())
  }

  #add(part: Part): Delta[] {
    if (part === END && !this.#isUnderstood) throw this.#unknown()
    this.#isUnderstood = true
    if (this.own) this.own.tap = undefined
    this.#body = ''
    return this.#assembly.add(part)
  }

  #unknown(): StreamError {
    const body = this.#body.trim()
    const start = body.slice(0, SHOWN)
    const shown = start ? `It starts with ${JSON.stringify(start)}` : 'No data came'
    const message = `nothing in the response was understood as an answer of a model${reasonOf(body)}. ${shown}`
    return new StreamError('unknown-format', message, { body: start })
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
