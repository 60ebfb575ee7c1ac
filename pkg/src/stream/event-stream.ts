/// <reference lib="esnext.disposable" preserve="true" />
import { EventSequence } from '../sequence.js'
import { abortError, isStreamError } from '../error.js'
import type { ServerSentEvent } from '../event.js'
import type { OpenOptions } from '../options.js'
import type {
  CancelResult,
  StreamOutcomeType,
  StreamOutcome,
  StreamState,
  StreamStats,
} from '../outcome.js'
import { observe } from '../debug.js'
import { Memory } from '../remember.js'
import { Driver } from './driver.js'
import type { Hooks } from './hooks.js'
import { INPUT_CLOSE, INPUT_DONE, INPUT_FAIL, INPUT_LEAVE } from '../border.js'

/** A stream of server-sent events, as `openStream` returns it: an async iterator that can be cancelled. */
export class EventStream extends EventSequence implements AsyncDisposable {
  /**
   * Resolves to the first good response; its body is read by the stream. Rejects with the stream's
   * error, or with an `AbortError` if the stream ends before a response arrives.
   */
  readonly opened: Promise<Response>
  /** Resolves to the outcome when the stream has ended. Never rejects. */
  readonly closed: Promise<StreamOutcome>

  #initialId = ''
  #driver: Driver | undefined
  #memory: Memory | undefined
  #ending: StreamOutcomeType | undefined
  #error: unknown
  #cancelling: Promise<CancelResult> | undefined
  #resolveOpened!: (response: Response) => void
  #rejectOpened!: (reason: unknown) => void
  #resolveClosed!: (outcome: StreamOutcome) => void

  /** @internal Use `openStream`. */
  constructor(input: string | URL | Request | undefined, options: OpenOptions, hooks: Hooks = {}) {
    super()
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve
      this.#rejectOpened = reject
    })
    // The iterator reports the same error.
    this.opened.catch(() => undefined)
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    this.#start(input, options, hooks)
  }

  /** The state of the stream. */
  get state(): StreamState {
    if (this.#ending || this.#driver?.machine.isStopping) return 'closed'
    return this.#driver?.state ?? 'connecting'
  }

  /** The id to resume from, or `''`: that of the event delivered last, or the option `lastEventId`. */
  get lastEventId(): string {
    return this.lastEvent?.lastEventId ?? this.#initialId
  }

  /** A copy of the counts and times so far. */
  get stats(): StreamStats {
    return { bytes: 0, events: 0, attempts: 0, acknowledged: 0, ...this.#driver?.stats }
  }

  /**
   * Stops the stream here and at the backend: aborts the request, resolves every waiting `next()` to
   * `done: true`, and notifies the backend as the option `cancel` says. However often it is called, the
   * backend is notified once, and all calls return the same promise. Never rejects.
   *
   * @param reason for the functions of the option `cancel`
   */
  cancel(reason?: unknown): Promise<CancelResult> {
    return (this.#cancelling ??= this.#cancel(reason))
  }

  /** Closes the stream without notifying the backend. */
  close(): void {
    this.#stop((driver) => driver.stop(INPUT_CLOSE))
  }

  /** Closes the stream as `close()` does, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return this.closed.then(() => undefined)
  }

  /** @internal */
  override get ending(): StreamOutcomeType | undefined {
    return this.#ending
  }

  protected pull(): void {
    this.#memory?.keep()
    if (this.#driver) this.#driver.pull()
    else this.received(undefined)
  }

  protected override accept(batch: ServerSentEvent[] | undefined): ServerSentEvent[] | undefined {
    if (batch && !this.#ending) return batch
    // What arrives too late stays uncounted as handed out: `dropped` is the difference.
    if (this.#ending === 'failed' || this.#ending === 'aborted') throw this.#error
    return undefined
  }

  protected leave(): void {
    this.#stop((driver) => driver.stop(INPUT_LEAVE, undefined, 'return'))
  }

  /** @internal */
  fail(error: unknown): void {
    this.#stop((driver) => driver.stop(INPUT_FAIL, error))
  }

  /** @internal */
  finish(): void {
    this.#stop((driver) => driver.stop(INPUT_DONE))
  }

  #start(input: string | URL | Request | undefined, options: OpenOptions, hooks: Hooks): void {
    let driver: Driver
    const consumed = () => ({
      lastEvent: this.lastEvent,
      lastEventId: this.lastEventId,
      events: this.handedOutCount,
    })
    try {
      if (options?.debug) observe(this, input ?? `${options.remember}`, options)
      this.#initialId = hooks.start?.lastEventId ?? options?.lastEventId ?? ''
      driver = new Driver(input, options, {
        ...hooks,
        tap: () => this.tap,
        texts: this,
        opened: (response) => {
          this.#resolveOpened(response)
          this.#memory?.keep()
        },
        received: (events) => this.received(events),
        ended: (ending, error, notifies) => this.#end(ending, error, notifies),
        closed: (notified) => this.#close(notified),
        consumed,
      })
    } catch (error) {
      this.#end('failed', error)
      this.#close(undefined)
      return
    }
    this.#driver = driver
    if (options.remember !== undefined) {
      this.#memory = new Memory(options.remember, () =>
        driver.position.place(driver.stats.attempts, consumed()),
      )
      // A new answer replaces one that was not resumed.
      if (!hooks.start) this.#memory.forget()
    }
    if (options.ack) this.onHandedOut = (count) => driver.ending.consumed(count)
    if (hooks.isDeferred) void Promise.resolve().then(() => driver.open())
    else driver.open()
  }

  async #cancel(reason: unknown): Promise<CancelResult> {
    if (this.#ending) return { aborted: false, notified: false }
    return new Promise((resolve) => {
      this.#stop((driver) => resolve(driver.cancel(reason)))
      // If there will be nothing to cancel.
      void this.closed.then(() => resolve({ aborted: false, notified: false }))
    })
  }

  #stop(action: (driver: Driver) => void): void {
    if (this.#ending) return
    const driver = this.#driver!
    driver.stopLater(() => action(driver))
  }

  #end(ending: StreamOutcomeType, error: unknown, notifies?: number): void {
    this.#ending = ending
    this.#error = error
    this.drop()
    this.#memory?.end(!notifies && runsOn(ending, error))
    this.#rejectOpened(error ?? abortError(`the stream ended (${ending}) before it was opened`))
  }

  #close(notified: boolean | undefined): void {
    const error = this.#error
    this.#resolveClosed({
      type: this.#ending!,
      ...(error !== undefined && { error }),
      ...(notified !== undefined && { notified }),
      dropped: this.stats.events - this.handedOutCount,
    })
  }
}

/** Returns whether an answer may continue to run without its stream. */
function runsOn(ending: StreamOutcomeType, error: unknown): boolean {
  const isBroken = isStreamError(error) && (error.retryable || error.code === 'retries-exhausted')
  return ending === 'closed' || ending === 'aborted' || (ending === 'failed' && isBroken)
}
