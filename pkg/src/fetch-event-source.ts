/** A drop-in replacement for `@microsoft/fetch-event-source`. */

import { judge } from './dropin/judge.js'
import { underPolicy } from './dropin/policy.js'
import { StreamError } from './error.js'
import { errorText } from './error-text.js'
import type { ServerSentEvent } from './event.js'
import {
  type Init,
  invalid,
  isRequest,
  isStream,
  membersOf,
  type RequestTemplate,
  send,
} from './fetch/request.js'
import type { AttemptContext, OpenOptions } from './options.js'
import { isPromise } from './promise.js'
import { EventStream } from './stream/event-stream.js'
import { FETCH_MEMBERS } from './stream/settings.js'
import { Reader } from './stream/reader.js'
import { TEXT_BAD_HEADERS, VERDICT_NO_CONTENT, VERDICT_READ } from './border.js'

/** The MIME type of event streams: `'text/event-stream'`. */
export const EventStreamContentType = 'text/event-stream'

/** An event, with the members of `@microsoft/fetch-event-source`. */
export interface EventSourceMessage {
  /** The `id` field of this event's own block, or `''`. */
  id: string
  /** The value of the `event` field, or `''` for the type `message`. */
  event: string
  /** The values of the `data` fields, joined with line feeds. */
  data: string
  /** Always absent. The server's reconnection time is still respected. */
  retry?: number
}

/**
 * The options of `fetchEventSource`: those of `fetch`, the callbacks of
 * `@microsoft/fetch-event-source`, and four options of `openStream`.
 */
export interface FetchEventSourceInit
  extends
    RequestInit,
    Pick<OpenOptions, 'connectTimeout' | 'idleTimeout' | 'maxEventSize' | 'cancel'> {
  /** The headers: a `Headers`, pairs or a record. They replace headers of a `Request`. */
  headers?: HeadersInit
  /**
   * Called with each response before it is read, refused ones included. It throws to refuse one.
   * Default: refuses responses that have no success status or are no event stream.
   */
  onopen?: (response: Response) => Promise<void>
  /** Called with each event of any type. If it throws, the call rejects, and nothing is sent again. */
  onmessage?: (message: EventSourceMessage) => void
  /** Called when the server has ended the stream. Throw to have `onerror` decide about a new attempt. */
  onclose?: () => void
  /**
   * Called with each failure, including errors thrown by `onopen` and `onclose`. Returning a number
   * retries after that many milliseconds; throwing ends the call with the thrown value. By default, and
   * if it returns nothing, a GET is retried with growing waits if the failure may be temporary. A POST
   * is not, because that would run the work twice. A `body` that is a stream can be sent only once.
   */
  onerror?: (
    error: any,
  ) => number | null | undefined | void | Promise<number | null | undefined | void>
  /**
   * Whether a stream stays open while the page is hidden. `false` closes a GET while the page is hidden,
   * and resumes it when the page is visible again. Default: `true`.
   */
  openWhenHidden?: boolean
  /**
   * The function to use instead of the global `fetch`. It is called with the arguments of
   * `fetchEventSource`, the headers as a record.
   */
  fetch?: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>
}

/**
 * Reads an event stream to its end, and reconnects when it breaks.
 *
 * Resolves when the server has ended the stream. Rejects with the signal's reason, with the value that
 * a callback threw, or with a `StreamError` if no further attempt is made.
 *
 * @param input a URL or a `Request`
 * @param init as for `fetch`, with the callbacks and options
 */
export function fetchEventSource(
  input: RequestInfo | URL,
  init?: FetchEventSourceInit | null,
): Promise<void> {
  const call = new Call(input, init)
  const outcome = call.run()
  const answer = outcome.then((value) => value)
  // An abort must not cause an unhandled rejection if no code waits for the result.
  outcome.catch(() => {
    if (call.signal?.aborted) answer.catch(() => undefined)
  })
  return answer
}

class Call {
  readonly signal: AbortSignal | undefined
  readonly #input: RequestInfo | URL
  readonly #init: FetchEventSourceInit
  readonly #request: Request | undefined
  readonly #method: string
  #headers: [name: string, value: string][] = []
  readonly #identified = new WeakSet<ServerSentEvent>()

  constructor(input: RequestInfo | URL, given: FetchEventSourceInit | null | undefined) {
    this.#input = input
    const init = (this.#init = membersOf(given))
    this.#request = isRequest(input) ? input : undefined
    this.#method = init.method ?? this.#request?.method ?? 'GET'
    // As in `fetch`, `null` removes that of the `Request`.
    this.signal = (init.signal === undefined ? this.#request?.signal : init.signal) ?? undefined
  }

  async run(): Promise<void> {
    const { headers, onmessage, onclose, onerror } = this.#init
    const reader = new Reader(this.#init)
    for (const name of CALLBACKS) reader.function(name)
    this.#headers = pairsOf(headers)
    const stream = this.#open()
    for await (const event of stream) {
      const { type, data, lastEventId } = event
      const id = this.#identified.has(event) ? lastEventId : ''
      try {
        onmessage?.({ id, event: type === 'message' ? '' : type, data })
      } catch (thrown) {
        onerror?.(thrown)
        throw thrown
      }
    }
    if ((await stream.closed).type === 'no-content') await onclose?.()
  }

  #open(): EventStream {
    const { body, fetch, cancel, openWhenHidden, onopen } = this.#init
    const { connectTimeout, idleTimeout, maxEventSize } = this.#init
    const options: Record<string, unknown> = {
      method: this.#method,
      headers: this.#allHeaders(),
      // Hidden from the engine if it can't be sent again: `onerror` decides about its failures, too.
      body: isStream(body) ? undefined : body,
      signal: this.signal,
      retry: { shouldRetry: (error: StreamError) => this.#decide(error) },
      fetch,
      connectTimeout: connectTimeout ?? Infinity,
      idleTimeout,
      maxEventSize,
      whenHidden: openWhenHidden === false && this.#isGet ? 'pause' : 'keep',
      format: onopen && 'sse',
      cancel: cancel && { on: ['abort'], ...cancel },
    }
    // The engine checks what goes to `fetch`. What else a page passes is no option of its own.
    for (const name of FETCH_MEMBERS) options[name] = this.#init[name]
    return new EventStream(this.#request?.url ?? (this.#input as string), options, {
      accept: EventStreamContentType,
      send: (...attempt) => this.#send(...attempt),
      // What `onopen` accepts is read, whatever its status and type.
      judge: onopen
        ? (verdict) => (verdict === VERDICT_NO_CONTENT ? verdict : VERDICT_READ)
        : judge,
      bodyEnded: () => this.#ended(),
      identified: this.#identified,
    })
  }

  get #isGet(): boolean {
    return this.#method.toUpperCase() === 'GET'
  }

  /** The headers of the `Request`, overridden by those of `init`. */
  #allHeaders(): [string, string][] {
    const given = new Set(this.#headers.map((pair) => String(pair[0]).toLowerCase()))
    const inherited = pairsOf(this.#request?.headers).filter(([name]) => !given.has(name))
    return [...inherited, ...this.#headers]
  }

  async #send(
    request: RequestTemplate<AttemptContext>,
    { body, headers, signal }: Init,
    attempt: number,
  ): Promise<Response | StreamError> {
    const { fetch: own, onopen, ...rest } = this.#init
    const fetch = own ?? globalThis.fetch
    const init: RequestInit & { duplex?: 'half' } = {
      ...(isStream(rest.body) ? { duplex: 'half' } : {}),
      ...rest,
      ...(body === undefined ? {} : { body }),
      headers: this.#spelled(headers),
      signal: signal!,
    }
    const input = this.#freshInput()
    const template = { ...request, fetch: fetch && (() => fetch(input, init)) }
    const answer = await underPolicy(request.url, attempt, () =>
      send(template, { headers }, attempt),
    )
    if (answer instanceof StreamError || !onopen) return answer
    try {
      await onopen(answer)
      return answer
    } catch (cause) {
      const details = { status: answer.status, headers: answer.headers, attempt, cause }
      return new StreamError('refused', 'onopen refused the response', details)
    }
  }

  /** Returns the headers as a plain object, with the spelling of the names that the page used. */
  #spelled(headers: Headers): Record<string, string> {
    const names = new Map(this.#headers.map((pair) => [String(pair[0]).toLowerCase(), pair[0]]))
    return Object.fromEntries([...headers].map(([name, value]) => [names.get(name) ?? name, value]))
  }

  /** Returns a copy of the `Request`, which can be sent only once. */
  #freshInput(): RequestInfo | URL {
    try {
      return this.#request?.clone() ?? this.#input
    } catch (cause) {
      throw invalid('the body of the Request is used already: pass a new one', { cause })
    }
  }

  /** The server has ended the response. */
  async #ended(): Promise<StreamError | undefined> {
    try {
      await this.#init.onclose?.()
      return undefined
    } catch (cause) {
      return new StreamError('refused', 'onclose threw an error', { cause })
    }
  }

  /** Decides what follows a failure. */
  async #decide(error: StreamError): Promise<boolean | number> {
    const { onerror, body } = this.#init
    const isRefusal = error.code === 'refused'
    const failure: unknown = isRefusal ? error.cause : error
    const interval = await onerror?.(failure)
    if (!isStream(body)) {
      if (typeof interval === 'number') return interval
      if (this.#isGet && (isRefusal || error.retryable)) return true
    }
    throw failure
  }
}

const CALLBACKS = ['onopen', 'onmessage', 'onclose', 'onerror']

/** Returns a `Headers` of any realm, pairs or a record as pairs. */
function pairsOf(headers: HeadersInit | undefined): [string, string][] {
  const { [Symbol.iterator]: iterate } = Object(headers) as Partial<Headers>
  if (isPromise(headers) || typeof (headers ?? {}) !== 'object') {
    throw invalid(errorText(TEXT_BAD_HEADERS))
  }
  return iterate ? [...(headers as Headers)] : Object.entries(headers ?? {})
}
