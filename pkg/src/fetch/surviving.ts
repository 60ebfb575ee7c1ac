import {
  FLAG_NDJSON,
  FLAG_SSE,
  INPUT_ABORT,
  INPUT_LEAVE,
  TEXT_ENDED,
  VERDICT_READ,
  VERDICT_WRONG_TYPE,
} from '../border.js'
import { abortError, isStreamError, StreamError } from '../error.js'
import { errorText } from '../error-text.js'
import { countOf, type ServerSentEvent } from '../event.js'
import type { AttemptContext, OpenOptions, RetryOptions } from '../options.js'
import type { CancelResult, StreamOutcomeType } from '../outcome.js'
import { Scope } from '../scope.js'
import { Driver } from '../stream/driver.js'
import { watchSignal } from '../stream/page.js'
import { FETCH_MEMBERS, withRequest } from '../stream/settings.js'
import { formatOf, load } from '../wasm.js'
import { asOfFetch } from './as-of-fetch.js'
import type { FetchOptions } from './create-fetch.js'
import { newController } from './exchange.js'
import { Joints } from './joints.js'
import { displayUrl, isNative, isRequest, isSafe, isStream, send } from './request.js'

/** Those of the first requests that were sent. */
export const sentSignals = new WeakSet<AbortSignal>()

/** One request, and the response whose body survives its connections. */
export class Surviving {
  readonly #options: FetchOptions
  readonly #name: string | undefined
  readonly #input: RequestInfo | URL
  readonly #init: RequestInit | undefined
  readonly #signal: AbortSignal | null | undefined
  readonly #first: Promise<Response>
  /** The same, but for an abort. */
  readonly #answer: Promise<Response>
  /** Aborts the first request: that is not the driver's. */
  readonly #controller: AbortController | undefined
  readonly #over: () => void
  readonly #joints = new Joints((bytes) => {
    this.#controllerOfBody?.enqueue(bytes)
    this.#hasHandedOn = true
  })
  #controllerOfBody: ReadableStreamDefaultController<Uint8Array> | undefined
  /** Whether the body's `pull` was answered with bytes. */
  #hasHandedOn = false
  #pulled = () => {}
  /** Ends the body, if the stream ended before there was one. */
  #ended = () => {}
  readonly #scope = new Scope()
  #driver: Driver | undefined
  /** Whether the event that ends the answer has come. The driver lets the server end the response. */
  #isDone = false
  /** Whether the response is that of `fetch` itself. */
  #isPlain = false
  /** What the first `cancel()` returned. */
  #cancelling: Promise<CancelResult> | undefined
  /** What the body's consumer got. */
  #events = 0
  #last: ServerSentEvent | undefined

  /** Sends the request. `over` is called when it can't be cancelled any more. */
  constructor(
    options: FetchOptions & Required<Pick<FetchOptions, 'fetch'>>,
    name: string | undefined,
    input: RequestInfo | URL,
    init: RequestInit | undefined,
    over: () => void,
  ) {
    this.#options = options
    this.#name = name
    // What is sent is read: for a second time there has to be another one.
    this.#input = isRequest(input) ? input.clone() : input
    this.#init = init
    this.#over = over
    let sent = init
    // Of the request itself: that of a clone may not hear of an abort.
    const { signal = (input as Request).signal } = init ?? {}
    this.#signal = signal
    // The backend has to be told of an abort, maybe once an event has told the job: the driver ends the request.
    const outlives = signal && !signal.aborted && options.cancel?.on?.includes('abort')
    const isAlone = !signal || outlives
    // Where signals can't be joined, the caller's own is the one that counts.
    if (isAlone || 'any' in Object(globalThis.AbortSignal)) this.#controller = newController()
    if (this.#controller) {
      const own = this.#controller.signal
      const joined = isAlone ? own : AbortSignal.any([signal, own])
      sentSignals.add(joined)
      // Any member of an `init` resets these two of a `Request`, which may hide a page.
      const { referrer, referrerPolicy } = input as Request
      sent = { ...(isRequest(input) && { referrer, referrerPolicy }), ...init, signal: joined }
    }
    const { fetch } = options
    // Mocks may return the response itself.
    this.#first = Promise.resolve(fetch(input, sent))
    this.#first.catch(over)
    this.#answer = outlives ? Promise.race([this.#first, this.#aborted(signal)]) : this.#first
    this.#answer.catch(() => undefined)
  }

  /** The response: the first one itself, unless that is an event stream. */
  async response(): Promise<Response> {
    const first = await this.#answer
    const format = await this.#formatOf(first)
    if (!format || !first.ok || !first.body) {
      this.#isPlain = true
      this.#over()
      return first
    }
    const driver = await this.#start(format)
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controllerOfBody = controller
          this.#ended()
        },
        pull: () =>
          new Promise<void>((resolve) => {
            this.#pulled = resolve
            driver.pull()
          }),
        cancel: () => driver.stop(INPUT_LEAVE, undefined, 'return'),
      },
      { highWaterMark: 0 },
    )
    // Its status and its headers, too.
    return withUrl(new Response(body, first), first)
  }

  /** Stops the answer here and there. */
  cancel(reason: unknown): Promise<CancelResult> {
    return (this.#cancelling ??= this.#cancel(reason))
  }

  async #cancel(reason: unknown): Promise<CancelResult> {
    if (this.#isPlain) return { aborted: false, notified: false }
    const driver = await this.#start()
    return driver.cancel(reason)
  }

  /** Rejects once the signal is aborted. */
  #aborted(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      watchSignal(this.#scope, signal, (reason) => {
        reject(reason)
        if (this.#isPlain) this.#abort(reason)
        else void this.#start()
      })
    })
  }

  /** The format of a response that is kept alive. */
  async #formatOf(response: Partial<Response> | undefined): Promise<number> {
    // Mocks may be none, and may have no headers, or a record.
    const type = `${response?.headers?.get?.('content-type')}`
    if (!/event-stream|ndjson|jsonl/i.test(type)) return 0
    await load()
    return formatOf(type) & (this.#options.ndjson ? FLAG_SSE | FLAG_NDJSON : FLAG_SSE)
  }

  async #start(format?: number): Promise<Driver> {
    await load()
    return (this.#driver ??= this.#open(format))
  }

  #open(format: number | undefined): Driver {
    const { key, ndjson, retry, ...options } = this.#options
    const input = this.#input
    const { body, ...given } = this.#init ?? {}
    // A driver whose signal is aborted sends nothing, but this request is on its way.
    const isAborted = this.#signal?.aborted
    const signal = isAborted ? undefined : this.#signal
    const own = { ...options, body: again(body), signal } as OpenOptions
    // What else a page passes to `fetch` is no option of ours.
    for (const name of [...FETCH_MEMBERS, 'method', 'headers'] as const) {
      Object.assign(own, { [name]: given[name] })
    }
    const all = isRequest(input) ? withRequest(input, own) : own
    // The first request is on its way: its body is not asked for.
    const { method = 'GET', body: later } = all
    if (typeof later === 'function') {
      all.body = (context: AttemptContext) => (context.attempt > 1 ? later(context) : undefined)
    }
    let policy = retry
    if (policy == null && isSafe(method) && !options.resume) {
      // Fails a stream without ids that starts over, because it does not continue what was passed on.
      const shouldRetry = ({ retryable }: StreamError) =>
        retryable && (this.#events === 0 || !!this.#last?.lastEventId)
      policy = { shouldRetry }
    }
    if (policy !== undefined) all.retry = policy
    const { shouldRetry } = Object(policy) as RetryOptions
    if (shouldRetry) {
      all.retry = {
        ...Object(policy),
        // The bytes before such an event are not handed on.
        shouldRetry: (error, attempt) =>
          error.code !== 'event-too-large' && shouldRetry(error, attempt),
      }
    }
    const driver = new Driver(urlOf(input), all, {
      session: this.#name,
      send: (request, init, attempt) => {
        this.#joints.begin(attempt > 1)
        // With what only this `fetch` knows, such as Node's `dispatcher`.
        if (attempt > 1) return send(request, { ...given, ...init }, attempt)
        init.signal?.addEventListener('abort', () => this.#controller?.abort(), { once: true })
        return this.#first
      },
      judge: (verdict, response) => {
        const isOther = formatOf(`${response.headers.get('content-type') ?? ''}`) !== format
        return format && verdict === VERDICT_READ && isOther ? VERDICT_WRONG_TYPE : verdict
      },
      // Without the option `done`, the end of a response is the end, as in `fetch`.
      bodyEnded: options.done == null ? () => undefined : undefined,
      handOn: (machine, chunk) => this.#joints.take(machine, chunk),
      tap: () => undefined,
      texts: undefined,
      opened: () => undefined,
      received: (events) => this.#received(events),
      ended: (type, error) => this.#end(type, error),
      closed: () => {
        // Until the backend was notified, another `cancel()` by the name has the same result.
        this.#over()
        this.#abort()
      },
      consumed: () => ({
        lastEvent: this.#last,
        lastEventId: this.#last?.lastEventId ?? '',
        events: this.#events,
      }),
    })
    this.#driver = driver
    driver.open()
    if (isAborted) {
      watchSignal(this.#scope, this.#signal!, (reason) => driver.stop(INPUT_ABORT, reason, reason))
    }
    return driver
  }

  #received(events: ServerSentEvent[] | undefined): void {
    if (events) {
      this.#events += countOf(events)
      this.#last = events.at(-1) ?? this.#last
      const isAnswered = this.#hasHandedOn
      // The last chunk of a connection is passed on together with its end.
      if (!isAnswered || !this.#driver!.isConnected) return this.#driver!.pull()
    }
    this.#hasHandedOn = false
    this.#pulled()
  }

  /** In Firefox, the request continues when its body is cancelled. */
  #abort(reason?: unknown): void {
    this.#scope.close()
    if (!this.#isDone) this.#controller?.abort(reason)
  }

  #end(type: StreamOutcomeType, error: unknown): void {
    this.#isDone = type === 'done'
    // A machine that is still there waits for the job.
    if (!this.#driver?.machine.handle) this.#abort()
    const controller = this.#controllerOfBody
    if (!controller) {
      this.#ended = () => this.#end(type, error)
      return
    }
    if (type === 'closed') return
    if (type === 'ended' || type === 'done') this.#joints.flush()
    if (type === 'ended' || type === 'done' || type === 'no-content') return controller.close()
    // What is still read for the job goes nowhere.
    this.#controllerOfBody = undefined
    if (type === 'cancelled') error = abortError('the request was cancelled')
    if (type === 'truncated') {
      const text = `${errorText(TEXT_ENDED, displayUrl(urlOf(this.#input)))} before its last event`
      error = new StreamError('network', text)
    }
    controller.error(isStreamError(error) ? asOfFetch(error) : error)
  }
}

function urlOf(input: RequestInfo | URL): string {
  return (input as Request).url ?? `${input as URL}`
}

/** A body to send again as `fetch` has sent it. */
function again(body: unknown): unknown {
  // What was read can't be sent again. This one says so, and is not locked.
  if (isStream(body)) return new ReadableStream()
  // Of what it does not know, `fetch` sends the text.
  return body == null || isNative(body) ? body : `${body as string}`
}

/** Lets a response be the one that the first one is. Its clones are, too. */
function withUrl(response: Response, first: Response): Response {
  const { url, redirected, type } = first
  const clone = () => withUrl(Response.prototype.clone.call(response), first)
  const members = Object.entries({ url, redirected, type, clone })
  for (const [name, value] of members) Object.defineProperty(response, name, { value })
  return response
}
