import {
  OUTCOME_TYPES,
  STEP_LINGERS,
  STEP_NIBBLE,
  STEP_NOTIFY,
  STEP_TYPE_SHIFT,
  TEXT_NO_JOB,
} from '../border.js'
import { StreamError } from '../error.js'
import { errorText } from '../error-text.js'
import type { ServerSentEvent, TextFinder } from '../event.js'
import { type CancelNotification, notify } from '../fetch/endpoint.js'
import type { CancelContext } from '../options.js'
import type { CancelResult, StreamOutcomeType, StreamStats } from '../outcome.js'
import type { Scope } from '../scope.js'
import type { Tap } from '../sequence.js'
import { Acks } from './acks.js'
import type { Hooks } from './hooks.js'
import type { Consumed, Position } from './position.js'
import type { Settings } from './settings.js'

/** What a driver tells its stream. */
export interface DriverEvents extends Hooks {
  /** An observer of the bodies. */
  tap(): Tap | undefined
  /** Says which events are nothing but text. */
  texts: TextFinder | undefined
  opened(response: Response): void
  /** Answers a pull: events, never none, or `undefined` at the end. */
  received(events: ServerSentEvent[] | undefined): void
  /** Nothing more is handed out. `notifies`: truthy if the backend is going to be notified. */
  ended(type: StreamOutcomeType, error: unknown, notifies?: number): void
  /** Called when the backend was notified, or need not be. */
  closed(notified: boolean | undefined): void
  consumed(): Consumed
}

/** Tells the backend what was consumed, and of the end. */
export class Ending {
  /** What `cancel()` was called with, or who else ends the stream. */
  reason: unknown
  /** The job is known, or never will be. Absent unless `end` waits for that. */
  declare stopLingering: () => void
  readonly #settings: Settings
  readonly #events: DriverEvents
  readonly #position: Position
  readonly #stats: StreamStats
  readonly #acks: Acks | undefined
  #notification: Promise<CancelNotification | undefined> | undefined

  constructor(settings: Settings, events: DriverEvents, position: Position, stats: StreamStats) {
    this.#settings = settings
    this.#events = events
    this.#position = position
    this.#stats = stats
    const { ack, ackEvery } = settings
    if (ack) this.#acks = new Acks(ack, ackEvery, stats)
  }

  /** So many events were handed to the consumer. */
  consumed(count: number): void {
    this.#acks?.add(count, this.#context())
  }

  /**
   * The stream is over. All that has to leave does so before this returns, but for what waits for
   * the job: `linger` is over then.
   */
  end(step: number, error: unknown, scope: Scope): void {
    const context = this.#context()
    const type = OUTCOME_TYPES[(step >> STEP_TYPE_SHIFT) & STEP_NIBBLE]!
    const lingers = step & STEP_LINGERS
    this.#events.ended(type, error, step & STEP_NOTIFY)
    if (!lingers) scope.close()
    this.#events.received(undefined)
    this.#acks?.finish()
    this.#notification = lingers
      ? new Promise<void>((resolve) => (this.stopLingering = resolve)).then(() =>
          this.#notify(step, { ...context, job: this.#position.job }),
        )
      : this.#notify(step, context)
  }

  /** What came of a cancellation. */
  async result(aborted: boolean): Promise<CancelResult> {
    return { aborted, notified: false, ...(aborted && (await this.#notification)) }
  }

  /** Where the page is. */
  #context(): CancelContext {
    const consumed = this.#events.consumed()
    const position = this.#position.at(this.#stats.attempts, consumed)
    return { ...position, reason: this.reason, lastEvent: consumed.lastEvent }
  }

  async #notify(step: number, context: CancelContext): Promise<CancelNotification | undefined> {
    const { cancel, cancelNeedsJob } = this.#settings
    let notification: CancelNotification | undefined
    if (cancel && step & STEP_NOTIFY) {
      notification =
        cancelNeedsJob && context.job === undefined
          ? { notified: false, error: new StreamError('no-job', errorText(TEXT_NO_JOB)) }
          : await notify(cancel, context)
    }
    this.#events.closed(notification?.notified)
    return notification
  }
}
