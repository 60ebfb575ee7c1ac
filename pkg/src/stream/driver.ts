import * as border from '../border.js'
import { StreamError } from '../error.js'
import { countOf, type ServerSentEvent } from '../event.js'
import type { OpenOptions } from '../options.js'
import type { CancelResult, StreamState, StreamStats } from '../outcome.js'
import { isPromise } from '../promise.js'
import { Scope } from '../scope.js'
import type { StreamHandle } from '../stream-handle.js'
import { Attempt } from './attempt.js'
import { type DriverEvents, Ending } from './ending.js'
import { exhausted, failureOf } from './failures.js'
import { watchPage, watchSignal } from './page.js'
import type { Remembered } from '../remember.js'
import { Position } from './position.js'
import { Reading } from './reading.js'
import { readOptions, type Settings } from './settings.js'
import { Timer } from './timer.js'
import { isLoaded, load, willLoad } from '../wasm.js'

/** The bits of a step that end the timer of the one before. */
const TIMER_ENDS = border.STEP_TIMED | border.STEP_CLOSE

/** Does what the machine (src/stream/machine.rs) says. Pulled by its consumer, stopped by anyone. */
export class Driver {
  readonly stats: StreamStats = { bytes: 0, events: 0, attempts: 0, acknowledged: 0 }
  readonly #settings: Settings
  readonly #events: DriverEvents
  readonly #reading: Reading
  readonly #position: Position
  /** Also tells the backend what was consumed. */
  readonly ending: Ending
  readonly #scope = new Scope()
  /** Absent before the module is there, and once the stream is over. */
  #machine: StreamHandle | undefined
  readonly #makeMachine: () => StreamHandle
  /** What to do when the module is there. Absent from then on. */
  #waiting: (() => void)[] | undefined = []
  #loading: Promise<void> | undefined
  /** What was done before the machine could say it: its answers to these inputs are known. */
  readonly #foreseen: number[] = []
  /** Whether the stream is going to end as soon as the module is there. */
  isStopping = false
  /** The last step. */
  #step = 0
  #attempt: Attempt | undefined
  /** The URL of the last attempt. */
  #url = ''
  /** What the next retry, or the end, is due to. */
  #error: unknown
  readonly #timer = new Timer(this.#scope, (late) => this.#tell(border.INPUT_TIMER, late))

  /** Throws an error `'invalid-options'`. Nothing is sent yet. */
  constructor(
    input: string | URL | Request | undefined,
    options: OpenOptions,
    events: DriverEvents,
  ) {
    const { settings, makeMachine } = readOptions(input, options, events)
    const { signal } = settings
    this.#settings = settings
    this.#makeMachine = makeMachine
    this.#events = events
    this.#reading = new Reading(settings, this.stats, events, () => this.#isOver)
    if (isLoaded()) this.#begin()
    this.#position = new Position(settings)
    this.ending = new Ending(settings, events, this.#position, this.stats)
    watchPage(this.#scope, {
      tell: (input) => this.#tell(input),
      leave: (persisted) => this.stop(border.INPUT_PAGE_LEFT, undefined, 'pagehide', +persisted),
    })
    const abort = (reason: unknown) => this.stop(border.INPUT_ABORT, reason, reason)
    if (signal) watchSignal(this.#scope, signal, abort)
  }

  get state(): StreamState {
    return border.STATES[(this.#step >> border.STEP_STATE_SHIFT) & 3]!
  }

  /** Where the answer is, once there is something to go on with. */
  get place(): Remembered | undefined {
    const { attempts } = this.stats
    const { lastEventId, events, lastEvent } = this.#events.consumed()
    return this.#position.place(attempts, lastEventId, events, lastEvent)
  }

  /** Whether there is a connection, or one under way. */
  get isConnected(): boolean {
    return this.#attempt !== undefined
  }

  get #isOver(): boolean {
    return this.state === 'closed'
  }

  /** Sends the request, which does not wait for the module. */
  open(): void {
    if (!this.#waiting || willLoad()) this.#tell(border.INPUT_OPEN)
    else this.later(() => this.#tell(border.INPUT_OPEN))
    if (this.#waiting) this.#loading = load().then(this.#loaded, this.#unsupported)
  }

  /** Does something that takes the machine. `stops`: it ends the stream. */
  later(action: () => void, stops = false): void {
    if (!this.#waiting) return action()
    this.#waiting.push(action)
    if (!stops) return
    this.isStopping = true
    // Only to find the job, a connection outlives its stream.
    if (!this.#settings.cancelNeedsJob) this.#attempt?.close()
  }

  readonly #loaded = (): void => {
    const waiting = this.#waiting!
    this.#begin()
    for (const input of this.#foreseen) this.#machine!.handle(input, 0)
    this.isStopping = false
    for (const action of waiting) action()
  }

  #begin(): void {
    this.#waiting = undefined
    this.#machine = this.#makeMachine()
    this.#reading.begin(this.#machine)
  }

  readonly #unsupported = (error: unknown): void => {
    this.#waiting = undefined
    this.#attempt = undefined
    this.#step = border.STATES.indexOf('closed') << border.STEP_STATE_SHIFT
    this.#scope.close()
    this.#events.ended('failed', error)
    this.#events.received(undefined)
    this.#events.closed(undefined)
  }

  /** Asks for the next events. Once until they are there. */
  pull(): void {
    if (this.#waiting) this.later(() => this.pull())
    else if (!this.#isOver) this.#tell(border.INPUT_PULL)
    else this.#events.received(undefined)
  }

  /** Stops here and there. */
  cancel(reason: unknown): Promise<CancelResult> {
    const aborted = !this.#isOver
    this.stop(border.INPUT_CANCEL, undefined, reason)
    return this.ending.result(aborted)
  }

  /** Stops here. The backend is told if the machine says so. */
  stop(
    input: number,
    error?: unknown,
    reason: unknown = input === border.INPUT_CANCEL ? undefined : 'return',
    number = 0,
  ): void {
    if (this.#waiting) return this.later(() => this.stop(input, error, reason, number), !number)
    if (!this.#isOver) {
      this.#error = error
      this.ending.reason = reason
    }
    this.#tell(input, number)
  }

  #tell(input: number, number = 0): void {
    if (this.#waiting) this.#foresee(input, number)
    else if (this.#machine) this.#do(this.#machine.handle(input, number))
  }

  /** Does what the machine is going to say. What it could say one thing or another to waits for it. */
  #foresee(input: number, number: number): void {
    const isFirst = input === border.INPUT_OPEN
    if (this.isStopping || !(isFirst || input === border.INPUT_PREPARED)) {
      return this.later(() => this.#tell(input, number))
    }
    this.#foreseen.push(input)
    const resumes = this.#settings.resumesFirst ? border.STEP_RESUMES : 0
    this.#do(isFirst ? border.STEP_FIRST_OPENED | resumes : border.STEP_FIRST_PREPARED)
  }

  #do(step: number, events: ServerSentEvent[] = []): void {
    const action = step & border.STEP_NIBBLE
    const before = this.state
    this.#step = step
    if (step & border.STEP_CLOSE) {
      this.#attempt?.close()
      this.#attempt = undefined
    }
    const failure = (step >> border.STEP_FAILURE_SHIFT) & border.STEP_NIBBLE
    if (failure)
      this.#error = failureOf(failure - 1, this.#settings, this.stats.attempts, this.#url)
    if (step & TIMER_ENDS || action !== border.ACTION_WAIT) {
      const { timer } = this.#machine ?? { timer: this.#settings.connectTimeout }
      this.#timer.set(step & border.STEP_TIMED ? timer : Infinity)
    }
    if (action === border.ACTION_END) return this.#end(step)
    if (action === border.ACTION_NOTIFY) return this.#notify()
    if (before !== this.state) this.#changed()
    switch ((this.#machine || this.#waiting) && action) {
      case border.ACTION_PREPARE:
        return this.#run(this.#prepare((step & border.STEP_RESUMES) !== 0))
      case border.ACTION_SEND:
        return this.#run(this.#send())
      case border.ACTION_ACCEPT:
      case border.ACTION_INSPECT:
        return this.#run(this.#accept(action === border.ACTION_ACCEPT))
      case border.ACTION_REFUSE:
        return this.#run(this.#refuse())
      case border.ACTION_READ:
        return this.#read()
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

  async #prepare(resumes: boolean): Promise<void> {
    this.#error = undefined
    const attempt = ++this.stats.attempts
    const { lastEventId } = this.#machine ?? this.#settings
    const context = this.#position.here(attempt, lastEventId, this.stats.events, resumes)
    this.#attempt = new Attempt(this.#settings, this.#events, this.#scope, this, context, resumes)
    const prepared = this.#attempt.prepare()
    if (isPromise(prepared)) await prepared
    this.#tell(border.INPUT_PREPARED)
  }

  async #send(): Promise<void> {
    const attempt = this.#attempt!
    this.#url = attempt.url
    const response = await attempt.send()
    if (this.#waiting) await this.#loading
    if (attempt !== this.#attempt) return
    if (response instanceof StreamError) {
      // Hooks refuse with errors of their own.
      const { retryable } = response
      this.#failed(response, retryable ? border.FAILURE_NETWORK : border.FAILURE_REFUSED)
      return
    }
    attempt.judge(response, this.#machine!, this.#events.tap())
    this.#tell(border.INPUT_ANSWERED, attempt.verdict)
  }

  async #accept(isStream: boolean): Promise<void> {
    const attempt = this.#attempt!
    if (isStream) this.#reading.opened()
    if (isStream) attempt.take()
    this.#position.opened(attempt.response!)
    if (!this.#isOver) await attempt.show()
    this.#tell(border.INPUT_ACCEPTED)
  }

  async #refuse(): Promise<void> {
    const attempt = this.#attempt!
    const error = await attempt.refusal()
    if (attempt === this.#attempt) this.#failed(error, attempt.failure)
  }

  #read(): void {
    const attempt = this.#attempt!
    attempt
      .read()
      .then(
        ({ done, value }) => {
          // Ignore reads of a connection that was closed meanwhile.
          if (attempt !== this.#attempt) return
          const events = done ? this.#reading.end() : this.#reading.chunk(value)
          this.#do(this.#reading.step, events)
        },
        (cause: unknown) => {
          if (attempt === this.#attempt) {
            this.#failed(attempt.broken(cause), border.FAILURE_NETWORK)
          }
        },
      )
      // What is thrown here is no fault of the network: nothing is sent again.
      .catch(this.#threw)
  }

  #deliver(events: ServerSentEvent[]): void {
    try {
      if (!this.#isOver) this.#show(events)
      if (this.#position.findJob(events)) this.#tell(border.INPUT_JOB_FOUND)
    } catch (error) {
      this.#threw(error)
    }
    if (!this.#machine) return
    const isAnswer = events.length > 0 || this.#events.handOn
    if (isAnswer && !this.#isOver) this.#events.received(events)
    else this.#tell(border.INPUT_PULL)
  }

  #show(events: ServerSentEvent[]): void {
    if (this.#reading.cutAtDone(events)) this.#tell(border.INPUT_FOUND_DONE)
    if (this.#attempt) this.#attempt.events += countOf(events)
    this.#position.advance(events, this.#machine!.bytes)
    this.#reading.callHooks()
  }

  async #askRetry(): Promise<void> {
    const error = this.#error as StreamError
    const verdict = this.#settings.shouldRetry!(error, error.attempt)
    const delay = typeof verdict === 'number' ? Math.max(verdict, 0) : verdict ? NaN : -1
    this.#tell(border.INPUT_DECIDED, delay)
  }

  async #askEnd(): Promise<void> {
    const error = this.#events.bodyEnded!()
    if (error) this.#failed(error, border.FAILURE_REFUSED)
    else this.#tell(border.INPUT_END_ACCEPTED)
  }

  async #sleep(): Promise<void> {
    const attempt = this.stats.attempts + 1
    const error = this.#error as StreamError
    this.#settings.onRetry?.({ attempt, delay: this.#machine!.timer, error })
  }

  #end(step: number): void {
    let error = this.#error
    if (step & border.STEP_EXHAUSTED) error = exhausted(error as StreamError)
    if (!(step & border.STEP_LINGERS)) this.#free()
    this.ending.end(step, error, this.#scope)
    if (!(step & border.STEP_LINGERS)) return
    this.#scope.after(this.#settings.cancel!.timeout, () => this.#tell(border.INPUT_CLOSE))
    this.#tell(border.INPUT_PULL)
  }

  /** What the stream was kept for, it knows or never will. */
  #notify(): void {
    this.#free()
    this.#scope.close()
    this.ending.stopLingering()
  }

  #free(): void {
    this.#machine!.free()
    this.#machine = undefined
  }

  #changed(): void {
    this.#events.changed?.()
    if (this.state !== 'open') return
    const response = this.#attempt!.response!
    this.#events.opened(response)
    this.#events.connected?.(response)
  }

  #failed(error: StreamError, failure: number): void {
    this.#error = error
    const asked = `${error.headers?.get('retry-after') ?? ''}`
    if (this.#machine) this.#do(this.#machine.failed(failure, error.status ?? 0, asked))
  }

  readonly #threw = (error: unknown): void => {
    this.#error = error
    this.#tell(border.INPUT_THREW)
  }

  #run(action: Promise<void>): void {
    action.catch(this.#threw)
  }
}
