import * as border from '../border.js'
import { StreamError } from '../error.js'
import type { ServerSentEvent } from '../event.js'
import type { OpenOptions } from '../options.js'
import type { CancelResult, StreamState, StreamStats } from '../outcome.js'
import { Scope } from '../scope.js'
import { Connection, type Owner } from './connection.js'
import { type DriverEvents, Ending } from './ending.js'
import { exhausted, failureOf } from './failures.js'
import { Machine } from './machine.js'
import { watchPage, watchSignal } from './page.js'
import { Position } from './position.js'
import { readOptions, type Settings } from './settings.js'
import { Timer } from './timer.js'

/** The bits of a step that end the timer of the one before. */
const TIMER_ENDS = border.STEP_TIMED | border.STEP_CLOSE

/** Does what the machine (src/stream/machine.rs) says. Pulled by its consumer, stopped by anyone. */
export class Driver implements Owner {
  readonly stats: StreamStats = { bytes: 0, events: 0, attempts: 0, acknowledged: 0 }
  readonly position: Position
  /** Also tells the backend what was consumed. */
  readonly ending: Ending
  readonly machine: Machine
  readonly #settings: Settings
  readonly #events: DriverEvents
  readonly #connection: Connection
  readonly #scope = new Scope()
  /** The last step. */
  #step = 0
  /** What the next retry, or the end, is due to. */
  #error: unknown
  readonly #timer = new Timer(this.#scope, (late) => this.tell(border.INPUT_TIMER, late))

  /** Throws an error `'invalid-options'`. Nothing is sent yet. */
  constructor(
    input: string | URL | Request | undefined,
    options: OpenOptions,
    events: DriverEvents,
  ) {
    const { settings, makeMachine } = readOptions(input, options, events)
    this.#settings = settings
    this.machine = new Machine(makeMachine, settings.resumesFirst)
    this.#events = events
    this.#connection = new Connection(settings, events, this.#scope, this)
    this.position = new Position(settings)
    this.ending = new Ending(settings, events, this.position, this.stats)
    const leave = (persisted: boolean) =>
      this.stop(border.INPUT_PAGE_LEFT, undefined, 'pagehide', +persisted)
    // The first request does not wait for it.
    this.machine.later(() => {
      watchPage(this.#scope, { tell: (input) => this.tell(input), leave })
    })
    const abort = (reason: unknown) => this.stop(border.INPUT_ABORT, reason, reason)
    if (settings.signal) watchSignal(this.#scope, settings.signal, abort)
  }

  get state(): StreamState {
    return border.STATES[(this.#step >> border.STEP_STATE_SHIFT) & 3]!
  }

  /** Whether there is a connection, or one under way. */
  get isConnected(): boolean {
    return this.#connection.isThere
  }

  get isOver(): boolean {
    return this.state === 'closed'
  }

  /** Sends the request, which does not wait for the module. */
  open(): void {
    this.tell(border.INPUT_OPEN)
    this.machine.load((handle) => this.#connection.reading.begin(handle), this.#unsupported)
  }

  /** Does something that ends the stream, and takes the machine. */
  stopLater(action: () => void): void {
    const { machine } = this
    machine.later(action)
    if (!machine.isAwaited) return
    machine.isStopping = true
    // Only to find the job, a connection outlives its stream.
    if (!this.#settings.cancelNeedsJob) this.#connection.close()
  }

  /** Asks for the next events. Once until they are there. */
  pull(): void {
    if (this.machine.isAwaited) this.machine.later(() => this.pull())
    else if (!this.isOver) this.tell(border.INPUT_PULL)
    else this.#events.received(undefined)
  }

  /** Stops here and there. */
  cancel(reason: unknown): Promise<CancelResult> {
    const aborted = !this.isOver
    this.stop(border.INPUT_CANCEL, undefined, reason)
    return this.ending.result(aborted)
  }

  /** Stops here. The backend is told if the machine says so. */
  stop(input: number, error?: unknown, reason?: unknown, number = 0): void {
    if (this.machine.isAwaited) return this.stopLater(() => this.stop(input, error, reason))
    if (!this.isOver) {
      this.findJob()
      this.#error = error
      this.ending.reason = reason
    }
    this.tell(input, number)
  }

  /** Looks for the job: in events, or in what is there without them. */
  findJob(events?: ServerSentEvent[]): void {
    if (this.position.findJob(events)) this.tell(border.INPUT_JOB_FOUND)
  }

  /** What only the machine can answer waits for it. */
  tell(input: number, number = 0): void {
    const step = this.machine.answer(input, number)
    if (step !== undefined) this.follow(step)
    else if (this.machine.isAwaited) this.machine.later(() => this.tell(input, number))
  }

  /** Does what a step says, with the events that led to it. */
  follow(step: number, events: ServerSentEvent[] = []): void {
    const action = step & border.STEP_NIBBLE
    const before = this.state
    this.#step = step
    const connection = this.#connection
    if (step & border.STEP_CLOSE) connection.close(step & border.STEP_DRAINS)
    const failure = (step >> border.STEP_FAILURE_SHIFT) & border.STEP_NIBBLE
    if (failure)
      this.#error = failureOf(failure - 1, this.#settings, this.stats.attempts, connection.url)
    if (step & TIMER_ENDS || action !== border.ACTION_WAIT) {
      const { timer } = this.machine.handle ?? { timer: this.#settings.connectTimeout }
      this.#timer.set(step & border.STEP_TIMED ? timer : Infinity)
    }
    if (action === border.ACTION_END) return this.#end(step)
    if (action === border.ACTION_NOTIFY) return this.#notify()
    if (before !== this.state) this.#changed()
    switch ((this.machine.handle || this.machine.isAwaited) && action) {
      case border.ACTION_PREPARE:
        this.#error = undefined
        return this.#run(connection.prepare((step & border.STEP_RESUMES) !== 0))
      case border.ACTION_SEND:
        return this.#run(connection.send())
      case border.ACTION_ACCEPT:
      case border.ACTION_INSPECT:
        return this.#run(connection.accept(action === border.ACTION_ACCEPT))
      case border.ACTION_REFUSE:
        return this.#run(connection.refuse())
      case border.ACTION_READ:
        return this.#run(connection.read())
      case border.ACTION_DELIVER:
        return this.#deliver(events)
      case border.ACTION_ASK_RETRY:
        return this.#run(this.#askRetry())
      case border.ACTION_ASK_END:
        return this.#run(this.#askEnd())
      case border.ACTION_SLEEP:
        return this.#run(this.#sleep())
    }
  }

  #deliver(events: ServerSentEvent[]): void {
    try {
      if (!this.isOver) this.#connection.show(events)
      this.findJob(events)
    } catch (error) {
      this.#threw(error)
    }
    if (!this.machine.handle) return
    const isAnswer = events.length > 0 || this.#events.handOn
    if (isAnswer && !this.isOver) this.#events.received(events)
    else this.tell(border.INPUT_PULL)
  }

  async #askRetry(): Promise<void> {
    const error = this.#error as StreamError
    const verdict = await this.#settings.shouldRetry!(error, error.attempt)
    const delay = typeof verdict === 'number' ? Math.max(verdict, 0) : verdict ? NaN : -1
    this.tell(border.INPUT_DECIDED, delay)
  }

  async #askEnd(): Promise<void> {
    const error = await this.#events.bodyEnded!()
    if (error) this.failed(error, border.FAILURE_REFUSED)
    else this.tell(border.INPUT_END_ACCEPTED)
  }

  async #sleep(): Promise<void> {
    const attempt = this.stats.attempts + 1
    const error = this.#error as StreamError
    await this.#settings.onRetry?.({ attempt, delay: this.machine.handle!.timer, error })
  }

  #end(step: number): void {
    let error = this.#error
    if (step & border.STEP_EXHAUSTED) error = exhausted(error as StreamError)
    if (!(step & border.STEP_LINGERS)) this.machine.free()
    this.ending.end(step, error, this.#scope)
    if (!(step & border.STEP_LINGERS)) return
    this.#scope.after(this.#settings.cancel!.timeout, () => this.tell(border.INPUT_CLOSE))
    this.tell(border.INPUT_PULL)
  }

  /** What the stream was kept for, it knows or never will. */
  #notify(): void {
    this.machine.free()
    this.#scope.close()
    this.ending.stopLingering()
  }

  readonly #unsupported = (error: unknown): void => {
    this.#step = border.STATES.indexOf('closed') << border.STEP_STATE_SHIFT
    this.#connection.close()
    this.#scope.close()
    this.#events.ended('failed', error)
    this.#events.received(undefined)
    this.#events.closed(undefined)
  }

  #changed(): void {
    this.#events.changed?.()
    if (this.state !== 'open') return
    const response = this.#connection.response
    this.#events.opened(response)
    this.#events.connected?.(response)
  }

  /** An attempt failed: one of the border's `FAILURE_…`. */
  failed(error: StreamError, failure: number): void {
    this.#error = error
    const asked = `${error.headers?.get('retry-after') ?? ''}`
    const { handle } = this.machine
    if (handle) this.follow(handle.failed(failure, error.status ?? 0, asked))
  }

  readonly #threw = (error: unknown): void => {
    this.#error = error
    this.tell(border.INPUT_THREW)
  }

  #run(action: Promise<void>): void {
    action.catch(this.#threw)
  }
}
