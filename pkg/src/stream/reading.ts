import { Batches } from '../batches.js'
import { bytesOfChunks, tagOf } from '../bytes.js'
import { StreamError } from '../error.js'
import { countOf, type ServerSentEvent } from '../event.js'
import type { StreamStats } from '../outcome.js'
import { answerOf } from '../fetch/request.js'
import { now } from '../timing.js'
import type { StreamHandle } from '../stream-handle.js'
import type { DriverEvents } from './ending.js'
import { functionsOf } from './option-groups.js'
import type { Settings } from './settings.js'

/** Turns chunks into events, and counts them. */
export class Reading {
  #batches!: Batches
  #bytesOf!: ReturnType<typeof bytesOfChunks>
  #handOn: ((chunk?: Uint8Array) => void) | undefined
  readonly #settings: Settings
  readonly #stats: StreamStats
  readonly #events: DriverEvents
  readonly #isOver: () => boolean
  readonly #start = now()

  constructor(settings: Settings, stats: StreamStats, events: DriverEvents, isOver: () => boolean) {
    this.#settings = settings
    this.#stats = stats
    this.#events = events
    this.#isOver = isOver
  }

  /** The machine is there, before anything is read. */
  begin(machine: StreamHandle): void {
    const { lastEventId, onComment } = this.#settings
    const { texts, identified, handOn } = this.#events
    this.#handOn = handOn && ((chunk) => handOn(machine, chunk))
    this.#batches = new Batches(machine, lastEventId, {
      onComment: onComment && ((comment) => this.#isOver() || onComment(comment)),
      identified,
      texts: showsEvents(this.#settings) ? undefined : texts,
    })
  }

  /** The step that the last chunk led to. */
  get step(): number {
    return this.#batches.step
  }

  /** Returns the events of a chunk. Throws an error `'unsupported'` if it is not bytes. */
  chunk(value: unknown): ServerSentEvent[] {
    const bytes = this.#bytesOf(value)
    if (!bytes) {
      const text = `a chunk of the response's body is ${tagOf(value)}, not bytes`
      throw new StreamError('unsupported', text, { attempt: this.#stats.attempts })
    }
    this.#stats.bytes += bytes.length
    this.#events.tap()?.chunk(bytes)
    const events = this.#batches.push(bytes)
    this.#handOn?.(bytes)
    return events
  }

  /** Returns the events that the end of the body completes. */
  end(): ServerSentEvent[] {
    const tap = this.#events.tap()
    const events = this.#batches.finish([], tap?.completes)
    if (events.length > 0) this.#handOn?.()
    const last = tap?.end()
    if (last) events.push(last)
    return events
  }

  /** Drops the event that ends the stream and all after it. Returns whether it is there. */
  cutAtDone(events: ServerSentEvent[]): boolean {
    const { done } = this.#settings
    let end = -1
    try {
      if (typeof done === 'function') end = events.findIndex((event) => answerOf(done(event)))
      if (end >= 0) {
        this.#events.tap()?.last?.(events[end]!)
        events.length = end
      }
    } finally {
      this.#count(countOf(events))
    }
    return end >= 0
  }

  /** Calls the page's hooks, in the stream's order. */
  callHooks(): void {
    this.#batches.callHooks()
  }

  /** The headers of a response that is to be read are there. */
  opened(): void {
    this.#bytesOf = bytesOfChunks()
    this.#stats.timeToHeaders ??= now() - this.#start
  }

  #count(events: number): void {
    if (events === 0) return
    this.#stats.events += events
    this.#stats.timeToFirstEvent ??= now() - this.#start
  }
}

/** Whether functions of the page see events: then none of them may be text alone. */
function showsEvents({ done, job, cursor, cancel, ack }: Settings): boolean {
  const all = [done, job, cursor, ...functionsOf(cancel), ...functionsOf(ack)]
  return all.some((one) => typeof one === 'function')
}
