/** The call of `@microsoft/fetch-event-source`, on our engine. README.md lists what is different. */

import type { StreamError } from './error.js'
import type { EventStream } from './stream/event-stream.js'
import { openStream } from './open-stream.js'
import type { OpenOptions } from './options.js'

/** The MIME type of event streams. */
export const EventStreamContentType = 'text/event-stream'

/** An event, as `@microsoft/fetch-event-source` has it. */
export interface EventSourceMessage {
  /** The id, if this event has changed it; else `''`. */
  id: string
  /** The type; `''` for `message`. */
  event: string
  data: string
  /** Always absent: the reconnection time is kept to all the same. */
  retry?: number
}

/** `RequestInit`, the callbacks of `@microsoft/fetch-event-source`, and four options of `openStream`. */
export interface FetchEventSourceInit
  extends
    RequestInit,
    Pick<OpenOptions, 'connectTimeout' | 'idleTimeout' | 'maxEventSize' | 'cancel'> {
  headers?: Record<string, string>
  /**
   * Sees each response, refused ones as well, before it is read; throws if it is no good. Default:
   * takes what is a success and an event stream.
   */
  onopen?: (response: Response) => Promise<void>
  /** Called with each event, whatever its type. What it throws ends the call; nothing is re-sent. */
  onmessage?: (message: EventSourceMessage) => void
  /** The server has ended the stream. To have it opened again, throw, and answer in `onerror`. */
  onclose?: () => void
  /**
   * Decides over each failure, and over what `onopen` and `onclose` throw: a number tries again
   * after so many milliseconds, to throw ends the call with that. By default, and on `undefined`,
   * what may pass is tried again with growing waits: a GET, and others once the server has sent an
   * `id`, since to repeat those blindly runs the work twice.
   */
  onerror?: (error: any) => number | null | undefined | void
  /**
   * `true`, or absent: a hidden page changes nothing. `false` closes a GET while nobody sees the
   * page, and resumes it after that.
   */
  openWhenHidden?: boolean
  /** Default: the global one. It gets what `fetchEventSource` got. */
  fetch?: typeof fetch
}

/**
 * Reads an event stream to its end, reconnecting where it breaks.
 *
 * Resolves when the server has ended it. Rejects with the signal's reason, with what a callback
 * threw, or with the `StreamError` after which nothing is to be tried again.
 *
 * @param input a URL, or a `Request`, whose headers those of `init` are added to
 */
export function fetchEventSource(
  input: RequestInfo | URL,
  init: FetchEventSourceInit = {},
): Promise<void> {
  const outcome = new Call(input, init).run()
  const answer = outcome.then((value) => value)
  // Who has aborted and does not wait is not to be told of an unhandled rejection.
  outcome.catch(() => {
    if (init.signal?.aborted) answer.catch(() => undefined)
  })
  return answer
}

/** What `onopen` threw, on its way through the engine. */
class Refusal {
  constructor(readonly thrown: unknown) {}
}

/** Tells the stream's own requests from the others that go through its `fetch`; it is never sent. */
const OWN = `${EventStreamContentType};own`

class Call {
  readonly #input: RequestInfo | URL
  readonly #init: FetchEventSourceInit
  readonly #method: string
  #hasId = false
  #hasEnded = false

  constructor(input: RequestInfo | URL, init: FetchEventSourceInit) {
    this.#input = input
    this.#init = init
    this.#method = init.method ?? (input instanceof Request ? input.method : 'GET')
  }

  async run(): Promise<void> {
    const { onmessage, onclose, onerror } = this.#init
    const stream = this.#open()
    let lastId = ''
    try {
      for await (const { type, data, lastEventId } of stream) {
        this.#hasId = lastEventId !== ''
        const id = lastEventId === lastId ? '' : lastEventId
        lastId = lastEventId
        try {
          onmessage?.({ id, event: type === 'message' ? '' : type, data })
        } catch (thrown) {
          onerror?.(thrown)
          throw thrown
        }
      }
    } catch (error) {
      if (!this.#hasEnded) throw error
    }
    if ((await stream.closed).type === 'no-content') onclose?.()
  }

  #open(): EventStream {
    const { signal, cancel, openWhenHidden, connectTimeout = Infinity } = this.#init
    const { idleTimeout, maxEventSize, onopen } = this.#init
    return openStream(this.#input instanceof Request ? this.#input.url : this.#input, {
      method: this.#method,
      headers: { accept: OWN },
      fetch: (url, init) => this.#fetch(url, init),
      // Data has no carriage returns. With a marker that never comes, each end is asked about.
      done: '\r',
      retry: { shouldRetry: (error) => this.#decide(error) },
      connectTimeout,
      whenHidden: openWhenHidden === false && this.#isGet ? 'pause' : 'keep',
      ...(onopen ? { format: 'sse' as const } : {}),
      ...(signal ? { signal } : {}),
      ...(cancel ? { cancel: { on: ['abort' as const], ...cancel } } : {}),
      ...(idleTimeout === undefined ? {} : { idleTimeout }),
      ...(maxEventSize === undefined ? {} : { maxEventSize }),
    })
  }

  get #isGet(): boolean {
    return this.#method.toUpperCase() === 'GET'
  }

  async #fetch(url: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const { fetch: send = fetch, onopen, headers, ...rest } = this.#init
    const given = new Headers(init.headers)
    if (given.get('accept') !== OWN) return send(url, init)

    const input = this.#input instanceof Request ? this.#input.clone() : this.#input
    const inherited = input instanceof Request ? Object.fromEntries(input.headers) : {}
    const all: Record<string, string> = { accept: EventStreamContentType, ...inherited, ...headers }
    const id = given.get('last-event-id')
    if (id !== null) all['last-event-id'] = id
    const response = await send(input, { ...rest, headers: all, signal: init.signal ?? null })
    if (!onopen) return response
    try {
      await onopen(response)
    } catch (thrown) {
      throw new Refusal(thrown)
    }
    // It is good enough for the page: the engine is not to refuse it.
    if (response.ok) return response
    return new Response(response.body, { headers: response.headers })
  }

  /** What is to follow a failure, or the end of a response. */
  #decide(error: StreamError): boolean | number {
    const { onclose, onerror, body } = this.#init
    const { cause } = error
    let failure: unknown = cause instanceof Refusal ? cause.thrown : error
    if (error.code === 'network' && cause === undefined) {
      try {
        onclose?.()
        this.#hasEnded = true
        return false
      } catch (thrown) {
        failure = thrown
      }
    }
    const interval = onerror?.(failure)
    const isRepeatable = !(body instanceof ReadableStream)
    if (typeof interval === 'number' && isRepeatable) return interval
    const isSafe = this.#isGet || this.#hasId
    if (isSafe && isRepeatable && (failure !== error || error.retryable)) return true
    throw failure
  }
}
