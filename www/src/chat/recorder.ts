import type { EventStream, ServerSentEvent, StreamError, StreamState } from 'sluicegate'
import { Flow, type FlowPicture } from './flow'

/** An event as it came, and when: milliseconds after the question was sent. */
export interface RawEvent extends ServerSentEvent {
  number: number
  atMs: number
}

/** An attempt that broke, and what came after it. Times are milliseconds after the question was sent. */
export interface Attempt {
  brokeAtMs: number
  code: string
  /** How long the next attempt waited. */
  delayMs: number
  /** The id that the next attempt resumed from. */
  lastEventId: string
}

/** The record of one stream at one moment; what has not happened yet is `undefined`. */
export interface Recording {
  state: StreamState
  /** All events, oldest first. The same array each time: `count` tells how many there are in this picture. */
  events: readonly RawEvent[]
  count: number
  bytes: number
  tokens: number
  attempts: readonly Attempt[]
  /** How many requests were made. */
  requests: number
  toHeadersMs: number | undefined
  toFirstEventMs: number | undefined
  tokensPerSecond: number | undefined
  flow: FlowPicture
}

/** Writes down what a stream does. */
export class Recorder {
  readonly #sentAt = performance.now()
  readonly #events: RawEvent[] = []
  readonly #flow = new Flow()
  #attempts: readonly Attempt[] = []
  #tokens = 0
  #firstTokenMs = 0
  #lastTokenMs = 0
  #bytes = 0

  /** An event was read; `bytes` have been received by now. */
  add(event: ServerSentEvent, bytes: number): void {
    const atMs = this.#now()
    const isToken = event.type === 'message'
    this.#events.push({ ...event, atMs, number: this.#events.length + 1 })
    this.#flow.add(atMs, isToken ? 1 : 0, bytes - this.#bytes)
    this.#bytes = bytes
    if (!isToken) return
    if (this.#tokens === 0) this.#firstTokenMs = atMs
    this.#tokens += 1
    this.#lastTokenMs = atMs
  }

  /** A connection was lost; the next attempt comes `delayMs` later. */
  broke({ code }: StreamError, delayMs: number, lastEventId: string): void {
    const brokeAtMs = this.#now()
    this.#attempts = [...this.#attempts, { brokeAtMs, code, delayMs, lastEventId }]
  }

  /** The record as it is now. */
  recording({ stats, state }: Pick<EventStream, 'stats' | 'state'>): Recording {
    const tokenMs = this.#lastTokenMs - this.#firstTokenMs
    return {
      state,
      events: this.#events,
      count: this.#events.length,
      bytes: stats.bytes,
      tokens: this.#tokens,
      attempts: this.#attempts,
      requests: stats.attempts,
      toHeadersMs: stats.timeToHeaders,
      toFirstEventMs: stats.timeToFirstEvent,
      tokensPerSecond: tokenMs > 0 ? ((this.#tokens - 1) * 1000) / tokenMs : undefined,
      flow: this.#flow.picture,
    }
  }

  #now(): number {
    return performance.now() - this.#sentAt
  }
}
