import {
  FAILURE_NETWORK,
  FAILURE_REFUSED,
  INPUT_ACCEPTED,
  INPUT_ANSWERED,
  INPUT_FOUND_DONE,
  INPUT_PREPARED,
} from '../border.js'
import { StreamError } from '../error.js'
import { countOf, type ServerSentEvent } from '../event.js'
import type { StreamStats } from '../outcome.js'
import { isPromise } from '../promise.js'
import type { Scope } from '../scope.js'
import { Attempt } from './attempt.js'
import type { DriverEvents } from './ending.js'
import type { Machine } from './machine.js'
import type { Position } from './position.js'
import { Reading } from './reading.js'
import type { Settings } from './settings.js'

/** Who owns the connections, and knows the machine. */
export interface Owner {
  readonly stats: StreamStats
  readonly position: Position
  readonly isOver: boolean
  readonly machine: Machine
  tell(input: number, number?: number): void
  follow(step: number, events: ServerSentEvent[]): void
  failed(error: StreamError, failure: number): void
  findJob(): void
}

/** The attempts of a stream, one after the other: their requests, and what their responses bring. */
export class Connection {
  /** The URL of the last attempt. */
  url = ''
  readonly reading: Reading
  readonly #settings: Settings
  readonly #events: DriverEvents
  readonly #scope: Scope
  readonly #owner: Owner
  #attempt: Attempt | undefined

  constructor(settings: Settings, events: DriverEvents, scope: Scope, owner: Owner) {
    this.#settings = settings
    this.#events = events
    this.#scope = scope
    this.#owner = owner
    this.reading = new Reading(settings, owner.stats, events, () => owner.isOver)
  }

  /** Whether there is one, or one is under way. */
  get isThere(): boolean {
    return this.#attempt !== undefined
  }

  /** The response, once it is accepted. */
  get response(): Response {
    return this.#attempt!.response!
  }

  /** Aborts the request, or lets its response end first. */
  close(drains = 0): void {
    this.#attempt?.close(drains)
    this.#attempt = undefined
  }

  async prepare(resumes: boolean): Promise<void> {
    const { stats, position, machine } = this.#owner
    const attempt = ++stats.attempts
    const { lastEventId } = machine.handle ?? this.#settings
    const context = position.here(attempt, lastEventId, stats.events, resumes)
    this.#attempt = new Attempt(
      this.#settings,
      this.#events,
      this.#scope,
      this.#owner,
      context,
      resumes,
    )
    const prepared = this.#attempt.prepare()
    if (isPromise(prepared)) await prepared
    this.#owner.tell(INPUT_PREPARED)
  }

  async send(): Promise<void> {
    const attempt = this.#attempt!
    const owner = this.#owner
    this.url = attempt.url
    const response = await attempt.send()
    if (owner.machine.isAwaited) await owner.machine.loading
    if (attempt !== this.#attempt) return
    if (response instanceof StreamError) {
      // Hooks refuse with errors of their own.
      const { retryable } = response
      return owner.failed(response, retryable ? FAILURE_NETWORK : FAILURE_REFUSED)
    }
    attempt.judge(response, owner.machine.handle!, this.#events.tap())
    owner.tell(INPUT_ANSWERED, attempt.verdict)
  }

  async accept(isStream: boolean): Promise<void> {
    const attempt = this.#attempt!
    if (isStream) {
      this.reading.opened()
      attempt.take()
    }
    this.#owner.position.opened(attempt.response!)
    if (!this.#owner.isOver) await attempt.show()
    this.#owner.findJob()
    this.#owner.tell(INPUT_ACCEPTED)
  }

  async refuse(): Promise<void> {
    const attempt = this.#attempt!
    const error = await attempt.refusal()
    if (attempt === this.#attempt) this.#owner.failed(error, attempt.failure)
  }

  /** Rejects with what is no fault of the network: then nothing is sent again. */
  read(): Promise<void> {
    const attempt = this.#attempt!
    return attempt.read().then(
      ({ done, value }) => {
        // Ignore reads of a connection that was closed meanwhile.
        if (attempt !== this.#attempt) return
        const events = done ? this.reading.end() : this.reading.chunk(value)
        this.#owner.follow(this.reading.step, events)
      },
      (cause: unknown) => {
        if (attempt === this.#attempt) this.#owner.failed(attempt.broken(cause), FAILURE_NETWORK)
      },
    )
  }

  /** Shows events to the page's functions and hooks. */
  show(events: ServerSentEvent[]): void {
    const { machine, position } = this.#owner
    if (this.reading.cutAtDone(events)) this.#owner.tell(INPUT_FOUND_DONE)
    if (this.#attempt) this.#attempt.events += countOf(events)
    position.advance(events, machine.handle!.bytes)
    this.reading.callHooks()
  }
}
