import { OUTCOME_TYPES, STEP_NIBBLE, STEP_NOTIFY, STEP_TYPE_SHIFT } from '../border.js'
import type { StreamError } from '../error.js'
import type { ServerSentEvent, TextTemplate } from '../event.js'
import { type CancelNotification, notify } from '../fetch/endpoint.js'
import type { CancelContext } from '../options.js'
import type { CancelResult, StreamOutcomeType, StreamStats } from '../outcome.js'
import type { Scope } from '../scope.js'
import type { Tap } from '../sequence.js'
import { Acks } from './acks.js'
import type { Hooks } from './hooks.js'
import type { Settings } from './settings.js'

/** What a driver tells its stream. */
export interface DriverEvents extends Hooks {
  /** Who else sees the bodies. */
  tap(): Tap | undefined
  /** Returns a new template of events that are nothing but text. */
  takeTemplate(): TextTemplate | undefined
  opened(response: Response): void
  /** Answers a pull: events, never none, or `undefined` at the end. */
  received(events: ServerSentEvent[] | undefined): void
  /** Nothing more is handed out. */
  ended(type: StreamOutcomeType, error: unknown): void
  /** The backend is told, if it was to be. */
  closed(notified: boolean | undefined): void
  /** The event that the consumer got last, and the id to resume from. */
  consumed(): Pick<CancelContext, 'lastEvent' | 'lastEventId'>
}

/** Tells the backend what was consumed, and of the end. */
export class Ending {
  /** What `cancel()` was called with, or who else ends the stream. */
  reason: unknown
  /** The response of the last attempt that got one. */
  response: Response | undefined
  readonly #settings: Settings
  readonly #events: DriverEvents
  readonly #acks: Acks | undefined
  #notification: Promise<CancelNotification | undefined> | undefined

  constructor(settings: Settings, events: DriverEvents, stats: StreamStats) {
    this.#settings = settings
    this.#events = events
    const { ack, ackEvery } = settings
    if (ack) this.#acks = new Acks(ack, ackEvery, stats)
  }

  /** So many events were handed to the consumer, the last one of them this. */
  consumed(count: number, lastEvent: ServerSentEvent): void {
    const { reason, response } = this
    const { lastEventId } = lastEvent
    this.#acks?.add(count, { reason, response, lastEvent, lastEventId })
  }

  /** The stream is over. All that has to leave does so before this returns. */
  end(step: number, error: unknown, scope: Scope): void {
    const { reason, response } = this
    const context = { reason, response, ...this.#events.consumed() }
    const type = OUTCOME_TYPES[(step >> STEP_TYPE_SHIFT) & STEP_NIBBLE]!
    this.#events.ended(type, error)
    scope.close()
    this.#events.received(undefined)
    this.#acks?.finish()
    this.#notification = this.#notify(step, context)
  }

  /** What came of a cancellation. */
  async result(aborted: boolean): Promise<CancelResult> {
    const { notified = false, status, error } = (aborted && (await this.#notification)) || {}
    return {
      aborted,
      notified,
      ...(status === undefined ? {} : { status }),
      ...(error === undefined ? {} : { error: error as StreamError }),
    }
  }

  async #notify(step: number, context: CancelContext): Promise<CancelNotification | undefined> {
    const { cancel } = this.#settings
    const notification =
      cancel && step & STEP_NOTIFY
        ? await notify(cancel, context, this.reason === 'pagehide')
        : undefined
    this.#events.closed(notification?.notified)
    return notification
  }
}
