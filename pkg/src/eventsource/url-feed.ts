import { isStreamError, StreamError, type StreamErrorCode } from '../error.js'
import type { EventStream } from '../stream/event-stream.js'
import { openStream } from '../open-stream.js'
import type { AttemptContext, RetryOptions } from '../options.js'
import { CLOSED, Feed, RECONNECTION_TIME } from './feed.js'
import type { EventSourceOptions } from './options.js'
import { nextTask } from './task.js'
import { isFutile, transportOf } from './transport.js'

/** The failures that the standard reconnects after: all that is no answer of the server. */
const TRANSIENT: readonly StreamErrorCode[] = ['network', 'connect-timeout', 'idle-timeout']

/** The events of a URL, over `openStream`. */
export class UrlFeed extends Feed {
  readonly url: string
  readonly withCredentials: boolean
  readonly #options: EventSourceOptions
  #stream: EventStream | undefined
  /** Of the latest response's URL; `''` before the first. */
  #origin = ''

  constructor(url: string, options: EventSourceOptions) {
    super()
    this.url = url
    this.withCredentials = Boolean(options.withCredentials)
    this.#options = options
    this.lastEventId = options.lastEventId ?? ''
    const { retry } = options
    if (typeof retry === 'object') this.reconnectionTime = retry.initialDelay ?? RECONNECTION_TIME
  }

  /** Each connection starts with nothing anyway. */
  reset(): void {}

  protected async run(): Promise<void> {
    const stream = (this.#stream = this.#open())
    try {
      for (;;) {
        const { done, value } = await stream.next()
        if (done) break
        this.dispatch(value, this.#origin)
        // The standard queues a task for each event: what a listener has put off comes before the next.
        await nextTask()
        if (this.readyState === CLOSED) return
      }
    } catch (error) {
      const isRefused = isStreamError(error) && error.code === 'refused'
      this.fail(isRefused ? error.cause : error)
      return
    }
    const { type } = await stream.closed
    this.fail(type === 'no-content' ? this.#noContent() : this.#ended())
  }

  protected abort(): void {
    if (this.#options.cancel) void this.#stream?.cancel()
    else this.#stream?.close()
  }

  #open(): EventStream {
    const { method, body, signal, cancel, maxEventSize, lastEventId } = this.#options
    const { connectTimeout = Infinity, idleTimeout, heartbeatTimeout } = this.#options
    const silence = idleTimeout ?? heartbeatTimeout
    const transport = transportOf(this.url, this.#options, () => this.#origin !== '')
    return openStream(this.url, {
      credentials: this.withCredentials ? 'include' : 'same-origin',
      headers: (context) => this.#headers(context),
      retry: this.#retry(),
      connectTimeout,
      onOpen: (response) => this.#opened(response),
      onRetry: ({ delay, error }) => {
        this.reconnectionTime = delay
        this.reestablish(error)
      },
      ...(method === undefined ? {} : { method }),
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
      ...(cancel === undefined ? {} : { cancel }),
      ...(maxEventSize === undefined ? {} : { maxEventSize }),
      ...(lastEventId === undefined ? {} : { lastEventId }),
      ...(silence === undefined ? {} : { idleTimeout: silence }),
      ...(transport === undefined ? {} : { fetch: transport }),
    })
  }

  async #headers(context: AttemptContext): Promise<Headers> {
    const { headers } = this.#options
    const all = new Headers(await (typeof headers === 'function' ? headers(context) : headers))
    if (!all.has('accept')) all.set('accept', 'text/event-stream')
    return all
  }

  #retry(): boolean | RetryOptions {
    const { retry, method = 'GET' } = this.#options
    if (retry === false) return false
    const given = typeof retry === 'object' ? retry : {}
    // To send anything else again blindly runs the work twice.
    const mayRepeat = () =>
      retry !== undefined || /^(get|head)$/i.test(method) || this.#stream?.lastEventId !== ''
    return {
      initialDelay: RECONNECTION_TIME,
      jitter: 0,
      ...given,
      shouldRetry: (error, attempt) => {
        if (isFutile(error.cause) || (this.#origin === '' && !/^https?:/.test(this.url)))
          return false
        if (given.shouldRetry) return given.shouldRetry(error, attempt)
        return TRANSIENT.includes(error.code) && mayRepeat()
      },
    }
  }

  /** The standard takes no other status and no other type (9.2.2). */
  async #opened(response: Response): Promise<void> {
    const { status, headers, url } = response
    const type = headers.get('content-type') ?? ''
    if (status !== 200) {
      const message = `${this.#name} answered ${status}: an event source takes 200 only`
      throw new StreamError('http', message, { status, headers })
    }
    if (!/^\s*text\/event-stream\s*(;|$)/i.test(type)) {
      const message = `${this.#name} answered with ${type}, not text/event-stream`
      throw new StreamError('content-type', message, { status, headers })
    }
    this.#origin = new URL(url || this.url).origin
    this.announce()
    await nextTask()
  }

  #noContent(): StreamError {
    const message = `${this.#name} answered 204 No Content, which asks not to come back`
    return new StreamError('http', message, { status: 204 })
  }

  #ended(): StreamError {
    return new StreamError('network', `${this.#name} ended the stream, and it is not asked again`)
  }

  /** Without the query, which may hold secrets. */
  get #name(): string {
    return this.url.replace(/[?#].*/s, '')
  }
}
