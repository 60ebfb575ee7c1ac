import { Batches, DONE, TOO_LARGE } from '../batches.js'
import { bytesOf, tagOf } from '../bytes.js'
import type { Tap } from '../consumer.js'
import { abortError, StreamError, type StreamErrorCode } from '../error.js'
import type { ServerSentEvent } from '../event.js'
import { notify, type Notification } from '../fetch/endpoint.js'
import { displayUrl, prepare, send, setStreamHeaders, unreachable } from '../fetch/request.js'
import { refusalOf } from '../fetch/response.js'
import type { CancelContext, OpenOptions } from '../options.js'
import type { CancelResult, StreamEnding, StreamState, StreamStats } from '../outcome.js'
import { now } from '../timing.js'
import { type RawStream, readText } from '../wasm.js'
import { Acks } from './acks.js'
import { Exchange } from './exchange.js'
import type { Hooks } from './hooks.js'
import { Answer, Cause, endOf, Message, message, stateOf } from './machine.js'
import { Scope } from './scope.js'
import { readOptions, type Settings } from './settings.js'

/** What a driver tells its stream. */
export interface DriverEvents extends Hooks {
  /** Who else sees the bodies. */
  tap(): Tap | undefined
  opened(response: Response): void
  /** Answers a pull: events, never none, or `undefined` at the end. */
  received(events: ServerSentEvent[] | undefined): void
  /** Nothing more is handed out. */
  ended(ending: StreamEnding, error: unknown): void
  /** The backend is told, if it was to be. */
  closed(notified: boolean | undefined): void
  /** The event that the consumer got last, and the id to resume from. */
  consumed(): Pick<CancelContext, 'lastEvent' | 'lastEventId'>
}

/**
 * Does what the machine (src/stream/machine.rs) decides: requests, reads, waits. Pulled by its
 * consumer, stopped by anyone.
 */
export class Driver {
  readonly stats: StreamStats = { bytes: 0, events: 0, attempts: 0, acknowledged: 0 }
  readonly #settings: Settings
  readonly #raw: RawStream
  readonly #batches: Batches
  readonly #events: DriverEvents
  readonly #acks: Acks | undefined
  readonly #scope = new Scope()
  readonly #start = now()
  #exchange: Exchange | undefined
  #response: Response | undefined
  #isOver = false
  /** Whether there is no connection yet, or none any more. */
  #isConnecting = true
  /** What a pull does instead of reading on. */
  #next: (() => void) | undefined
  /** Whether a pull waits for its answer. */
  #isPulled = false
  /** What ends a wait for the next chunk besides the chunk. */
  #watches: (() => void)[] = []

  /** Throws an error `'invalid-options'`. Nothing is sent yet. */
  constructor(input: string | URL | Request, options: OpenOptions, events: DriverEvents) {
    const { settings, raw } = readOptions(input, options)
    const { ack, ackEvery, onComment, onPagehide, signal } = settings
    this.#settings = settings
    this.#raw = raw
    this.#events = events
    if (ack) this.#acks = new Acks(ack, ackEvery, this.stats)
    this.#batches = new Batches(raw, options.lastEventId, {
      onComment: onComment && ((comment) => this.#isOver || onComment(comment)),
      identified: events.identified,
    })
    if (onPagehide) {
      this.#scope.listen('pagehide', () => void this.#stop(Cause.pagehide, undefined, 'pagehide'))
    }
    if (signal) this.#obey(signal)
  }

  get state(): StreamState {
    return this.#isOver ? 'closed' : stateOf(this.#raw)
  }

  /** Sends the request. */
  open(): void {
    if (!this.#isOver) void this.#connect()
  }

  /** Asks for the next events. Once until they are there. */
  pull(): void {
    if (this.#isOver) return this.#events.received(undefined)
    this.#isPulled = true
    if (!this.#isConnecting) this.#advance()
  }

  /** Events were handed to the consumer. */
  consumed(count: number): void {
    this.#acks?.add(count, this.#context(undefined))
  }

  /** Stops here and there. */
  async cancel(reason: unknown): Promise<CancelResult> {
    const aborted = !this.#isOver
    const {
      notified = false,
      status,
      error,
    } = (await this.#stop(Cause.cancel, undefined, reason)) ?? {}
    return {
      aborted,
      notified,
      ...(status === undefined ? {} : { status }),
      ...(error === undefined ? {} : { error: error as StreamError }),
    }
  }

  /** Stops here. The backend is told if the machine says so. */
  stop(cause: number, error?: unknown): void {
    void this.#stop(cause, error, 'return')
  }

  #advance(): void {
    const next = this.#next
    this.#next = undefined
    if (next) next()
    else this.#read()
  }

  /** Connects, and again as often as the machine says. */
  async #connect(failure?: StreamError): Promise<void> {
    this.#isConnecting = true
    try {
      do {
        if (failure) await this.#recover(failure)
        failure = await this.#request()
      } while (failure)
    } catch (error) {
      this.stop(Cause.fail, error)
      return
    }
    this.#isConnecting = false
    if (this.#isPulled) this.#advance()
  }

  /** One attempt. Resolves once there is a connection, or to what went wrong; throws for good. */
  async #request(): Promise<StreamError | undefined> {
    const { request, connectTimeout } = this.#settings
    const { accept, send: ask = send } = this.#events
    const attempt = (this.stats.attempts = this.#raw.connect())
    const context = { attempt, lastEventId: readText(this.#raw.last_event_id()) }
    const init = await this.#unlessOver(prepare(request, context, attempt))
    setStreamHeaders(init.headers, context, accept)
    this.#raw.sent()
    this.#events.changed?.()
    const exchange = new Exchange(this.#scope, this)
    init.signal = exchange.signal
    const late = () => this.#failure('connect-timeout', Message.noResponse, connectTimeout)
    const sent = this.#scope.within(connectTimeout, ask(request, init, attempt), late)
    const response = await this.#unlessOver(sent)
    const failure =
      response instanceof StreamError ? response : await this.#answered(response, exchange)
    if (failure) {
      exchange.close()
      return failure
    }
    this.#raw.opened()
    this.#events.changed?.()
    this.#exchange = exchange
    this.#events.opened(response as Response)
    this.#events.connected?.(response as Response)
    return undefined
  }

  /** What is wrong with a response, if it is not one to read. */
  async #answered(response: Response, exchange: Exchange): Promise<StreamError | undefined> {
    const { request, onOpen } = this.#settings
    const { judge } = this.#events
    const { attempts: attempt } = this.stats
    // Look-alikes may have no status.
    const { status = 200, headers } = response
    const type = `${headers.get('content-type') ?? ''}`
    let answer = this.#raw.answered(status, type)
    if (judge) answer = judge(answer, response)
    if (answer === Answer.wrongType && this.#events.tap()?.takes(type)) answer = Answer.read
    if (answer === Answer.noContent) {
      this.stop(Cause.noContent)
      return this.#unlessOver()
    }
    if (answer === Answer.read) {
      this.stats.timeToHeaders ??= now() - this.#start
      exchange.take(response)
    }
    if (answer !== Answer.refusal) {
      this.#response = response
      try {
        if (onOpen) await this.#unlessOver(onOpen(response))
      } catch (cause) {
        const details = { status, headers, attempt, cause }
        throw new StreamError('refused', 'onOpen refused the response', details)
      }
      if (answer === Answer.read) return undefined
    }
    const code = answer === Answer.refusal ? 'http' : 'content-type'
    return this.#unlessOver(refusalOf(code, request, response, attempt, this.#scope))
  }

  /** Waits for the next attempt. Throws if there is to be none. */
  async #recover(error: StreamError): Promise<void> {
    const { shouldRetry, onRetry } = this.#settings
    const { attempt } = error
    if (!this.#raw.may_request_again()) throw error
    const verdict = shouldRetry ? shouldRetry(error, attempt) : error.retryable
    await this.#unlessOver()
    if (verdict === false || verdict === undefined) throw error
    const usual = this.#raw.wait(`${error.headers?.get('retry-after') ?? ''}`)
    if (Number.isNaN(usual)) {
      const text = message(Message.gaveUp, attempt, error.message)
      throw new StreamError('retries-exhausted', text, { attempt, cause: error })
    }
    const delay = typeof verdict === 'number' ? verdict : usual
    this.#events.changed?.()
    onRetry?.({ attempt: attempt + 1, delay, error })
    await this.#unlessOver()
    await new Promise<void>((resolve) => {
      const stops = [
        this.#scope.after(delay, wake),
        // The network or the page comes back: the reason to try again.
        this.#scope.listen('online', wake),
        this.#scope.listen('pageshow', wake),
      ]

      function wake(): void {
        for (const stop of stops) stop()
        resolve()
      }
    })
  }

  #read(): void {
    const exchange = this.#exchange!
    const { idleTimeout, isPausing } = this.#settings
    if (isPausing && this.#raw.may_request_again()) {
      if (isHidden()) return this.#pause()
      this.#watches.push(this.#scope.listen('visibilitychange', () => isHidden() && this.#pause()))
    }
    if (idleTimeout !== Infinity) {
      this.#watches.push(
        this.#scope.after(idleTimeout, () => {
          this.#reconnect(this.#failure('idle-timeout', Message.silence, idleTimeout))
        }),
      )
    }
    exchange
      .read()
      .then(
        ({ done, value }) => {
          // Ignore reads of a connection that was closed meanwhile.
          if (exchange !== this.#exchange) return
          this.#unwatch()
          if (done) this.#onEnd()
          else this.#onChunk(value)
        },
        (cause: unknown) => {
          if (exchange === this.#exchange) this.#reconnect(this.#broken(cause))
        },
      )
      // What is thrown here is no fault of the network: nothing is sent again.
      .catch((error: unknown) => this.stop(Cause.fail, error))
  }

  #onChunk(value: unknown): void {
    const chunk = bytesOf(value)
    if (!chunk) {
      const text = `a chunk of the response's body is ${tagOf(value)}, not bytes`
      throw new StreamError('unsupported', text, { attempt: this.stats.attempts })
    }
    this.stats.bytes += chunk.length
    this.#events.tap()?.chunk(chunk)
    this.#deliver(this.#batches.push(chunk))
  }

  #deliver(events: ServerSentEvent[], next?: () => void): void {
    const { status } = this.#batches
    if (status === TOO_LARGE) {
      const text = message(Message.tooLarge, this.#settings.maxEventSize)
      const details = { attempt: this.stats.attempts }
      next = () => void this.#connect(new StreamError('event-too-large', text, details))
    }
    try {
      if (this.#cutAtDone(events) || status === DONE) next = () => this.stop(Cause.done)
      this.#count(events)
      this.#batches.callHooks()
    } catch (error) {
      next = () => this.stop(Cause.fail, error)
    }
    if (this.#isOver) return
    if (next) this.#letGo()
    this.#handOut(events, next)
  }

  #onEnd(): void {
    this.#letGo()
    const events = this.#batches.finish()
    const last = this.#events.tap()?.end()
    if (last) events.push(last)
    this.#deliver(events, () => {
      const { bodyEnded } = this.#events
      const failure = bodyEnded
        ? bodyEnded()
        : this.#raw.goes_on() && this.#failure('network', Message.ended)
      if (failure) void this.#connect(failure)
      else this.stop(Cause.over)
    })
  }

  /** Drops the event that ends the stream and all behind it; gives whether it is there. */
  #cutAtDone(events: ServerSentEvent[]): boolean {
    const { done } = this.#settings
    if (typeof done !== 'function') return false
    try {
      const index = events.findIndex((event) => done(event))
      if (index >= 0) events.length = index
      return index >= 0
    } catch (error) {
      this.#count(events)
      throw error
    }
  }

  #count({ length }: ServerSentEvent[]): void {
    if (length === 0) return
    this.stats.events += length
    this.stats.timeToFirstEvent ??= now() - this.#start
  }

  #handOut(events: ServerSentEvent[], next?: () => void): void {
    this.#next = next
    if (events.length === 0) this.#advance()
    else this.#reply(events)
  }

  #reply(events: ServerSentEvent[] | undefined): void {
    if (!this.#isPulled) return
    this.#isPulled = false
    this.#events.received(events)
  }

  /** Closes the connection until somebody looks at the page. */
  #pause(): void {
    this.#letGo()
    this.#isConnecting = true
    this.#raw.pause()
    this.#events.changed?.()
    const stop = this.#scope.listen('visibilitychange', () => {
      if (isHidden()) return
      stop()
      void this.#connect()
    })
  }

  #reconnect(failure: StreamError): void {
    this.#letGo()
    void this.#connect(failure)
  }

  #letGo(): void {
    this.#unwatch()
    this.#exchange?.close()
    this.#exchange = undefined
  }

  #unwatch(): void {
    for (const stop of this.#watches) stop()
    this.#watches = []
  }

  async #stop(cause: number, error: unknown, reason: unknown): Promise<Notification | undefined> {
    if (this.#isOver) return undefined
    const { ending, notify: isToNotify } = endOf(this.#raw, cause)
    const context = this.#context(reason)
    this.#isOver = true
    this.#raw.free()
    this.#exchange = undefined
    this.#events.ended(ending, error)
    this.#scope.close()
    this.#reply(undefined)
    this.#acks?.finish()
    const { cancel } = this.#settings
    if (!isToNotify || !cancel) {
      this.#events.closed(undefined)
      return undefined
    }
    const notification = await notify(cancel, context, cause === Cause.pagehide)
    this.#events.closed(notification.notified)
    return notification
  }

  #obey(signal: AbortSignal): void {
    const abort = () => {
      const { reason = abortError('the signal was aborted') } = signal
      void this.#stop(Cause.abort, reason, reason)
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    this.#scope.add(() => signal.removeEventListener('abort', abort))
  }

  #context(reason: unknown): CancelContext {
    return { reason, response: this.#response, ...this.#events.consumed() }
  }

  /** A failure of the connection, which another may not have. */
  #failure(code: StreamErrorCode, text: number, detail?: number): StreamError {
    const { attempts: attempt } = this.stats
    const url = displayUrl(this.#settings.request.url)
    return new StreamError(code, message(text, url, detail), { attempt, retryable: true })
  }

  #broken(cause: unknown): StreamError {
    return unreachable(this.#settings.request, cause, this.stats.attempts)
  }

  /** What the promise settles to, unless the stream ends before: nobody goes on then. */
  #unlessOver<T>(promise?: T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      Promise.resolve(promise as T).then(
        (value) => this.#isOver || resolve(value),
        (error: unknown) => this.#isOver || reject(error as Error),
      )
    })
  }
}

/** Whether this is a page that nobody sees. */
function isHidden(): boolean {
  return globalThis.document?.hidden === true
}
