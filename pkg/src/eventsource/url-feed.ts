import { judge } from '../dropin/judge.js'
import { nextTask } from '../dropin/task.js'
import { isStreamError, StreamError, type StreamErrorCode } from '../error.js'
import { isSafe } from '../fetch/request.js'
import { reasonOf } from '../fetch/response.js'
import type { OpenOptions, RetryOptions } from '../options.js'
import { EventStream } from '../stream/event-stream.js'
import { VERDICT_READ, VERDICT_REFUSAL } from '../border.js'
import type { Note } from '../share/message.js'
import type { SharedStream } from '../share/shared-stream.js'
import { CLOSED, Feed, OPEN, RECONNECTION_TIME } from './feed.js'
import type { EventSourceOptions } from './options.js'
import { Transport } from './transport.js'

/** The failures that the standard reconnects after: all that is no answer of the server. */
const TRANSIENT: readonly StreamErrorCode[] = ['network', 'connect-timeout', 'idle-timeout']

/** There is a connection, to that origin; or there will be another one, after that delay. */
interface ConnectionNote extends Note {
  origin?: string
  delay?: number
}

/** The events of a URL, over `openStream`. */
export class UrlFeed extends Feed {
  readonly url: string
  readonly withCredentials: boolean
  readonly #options: EventSourceOptions
  #stream: EventStream | SharedStream | undefined
  /** Of the latest response's URL; `''` before the first. */
  #origin = ''

  constructor(url: string, options: EventSourceOptions) {
    super()
    this.url = url
    this.withCredentials = Boolean(options.withCredentials)
    this.#options = options
    this.lastEventId = options.lastEventId ?? ''
    const { retry } = options
    this.reconnectionTime = (Object(retry) as RetryOptions).initialDelay ?? RECONNECTION_TIME
  }

  /** Each connection starts with nothing anyway. */
  reset(): void {}

  protected async run(): Promise<void> {
    try {
      const stream = (this.#stream = this.#options.share ? await this.#share() : this.#open())
      for (;;) {
        const { done, value } = await stream.next()
        if (done) break
        // The standard queues a task for each event: what a listener has put off comes before the
        // next, and whoever feeds a `fetch` of the page's is through with its chunk.
        await nextTask()
        if (this.readyState === CLOSED) return
        this.dispatch(value, this.#origin)
      }
      const { type } = await stream.closed
      this.fail(type === 'no-content' ? this.#noContent() : this.#ended())
    } catch (error) {
      // The page can listen by then.
      await nextTask()
      this.fail(this.#explained(error))
    }
  }

  protected abort(): void {
    if (this.#options.cancel) void this.#stream?.cancel()
    else this.#stream?.close()
  }

  /** One connection for all tabs. What that takes is loaded when it is needed. */
  async #share(): Promise<EventStream | SharedStream> {
    // A service worker can't load anything later: it connects by itself, as hosts without locks.
    const sharing = await import('./sharing.js').catch(() => undefined)
    if (!sharing) return this.#open()
    const stream = await sharing.shareSource(this.url, this.#options, {
      open: ({ lastEventId }, tell) => this.#open(lastEventId, tell),
      noted: this.#noted,
    })
    // Meanwhile.
    if (this.readyState === CLOSED) stream.close()
    return stream
  }

  /** Shows a change of the connection. */
  readonly #noted = ({ origin, delay, error }: ConnectionNote): void => {
    if (error) {
      this.reconnectionTime = delay!
      this.reestablish(this.#explained(error))
    } else {
      this.#origin = origin!
      // When another tab takes over, nothing changes.
      if (this.readyState !== OPEN) this.announce()
    }
  }

  #open(resumeFrom = '', tell: (note: ConnectionNote) => void = this.#noted): EventStream {
    const { method, headers, body, signal, cancel, fetch, maxEventSize } = this.#options
    const lastEventId = resumeFrom || this.#options.lastEventId
    const { connectTimeout, idleTimeout, heartbeatTimeout } = this.#options
    const silence = idleTimeout ?? heartbeatTimeout
    const transport = new Transport(this.url, this.#options)
    const options: OpenOptions = {
      retry: this.#retry(),
      connectTimeout: connectTimeout ?? Infinity,
      onRetry: ({ delay, error }) => tell({ delay, error }),
      // Cloudflare's Workers know no `credentials`.
      ...(this.withCredentials ? { credentials: 'include' } : {}),
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
      ...(cancel === undefined ? {} : { cancel }),
      ...(fetch === undefined ? {} : { fetch }),
      ...(maxEventSize === undefined ? {} : { maxEventSize }),
      ...(lastEventId === undefined ? {} : { lastEventId }),
      ...(silence === undefined ? {} : { idleTimeout: silence }),
    }
    return new EventStream(this.url, options, {
      accept: 'text/event-stream',
      send: (...attempt) => transport.send(...attempt, this.#origin !== ''),
      // The standard takes no other status and no other type (9.2.2).
      judge: (verdict, response) =>
        verdict === VERDICT_READ && (response.status ?? 200) !== 200
          ? VERDICT_REFUSAL
          : judge(verdict, response),
      connected: ({ url }) => tell({ origin: new URL(url || this.url, this.url).origin }),
    })
  }

  #retry(): boolean | RetryOptions {
    const { retry, method } = this.#options
    // `false`, and what the stream refuses.
    if (typeof (retry ?? {}) !== 'object' && retry !== true) return retry!
    const given = Object(retry) as RetryOptions
    // To send anything else again unasked runs the work twice.
    const mayRepeat = retry != null || isSafe(method ?? 'GET')
    return {
      initialDelay: RECONNECTION_TIME,
      jitter: 0,
      ...given,
      shouldRetry: (error, attempt) => {
        if (error.code === 'network' && !error.retryable) return false
        if (given.shouldRetry) return given.shouldRetry(error, attempt)
        return TRANSIENT.includes(error.code) && mayRepeat
      },
    }
  }

  /** An error whose message is not that of a source, in the words of one. */
  #explained(error: unknown): unknown {
    if (!isStreamError(error)) return error
    const { code, status = 0, headers, body, attempt } = error
    const isType = code === 'content-type'
    if (!isType && (code !== 'http' || status >= 300)) return error
    const type = headers?.get('content-type') ?? 'no content type'
    const message = isType
      ? `${this.#name} answered with ${type}, not text/event-stream: check the URL and the server`
      : `${this.#name} answered ${status}: EventSource accepts only 200`
    return new StreamError(code, message + reasonOf(body), { status, headers, body, attempt })
  }

  #noContent(): StreamError {
    const message = `${this.#name} answered 204 No Content, which tells clients not to reconnect`
    return new StreamError('http', message, { status: 204 })
  }

  #ended(): StreamError {
    return new StreamError('network', `${this.#name} ended the stream, and is not requested again`)
  }

  /** Without the query, which may hold secrets. */
  get #name(): string {
    return this.url.replace(/[?#].*/s, '')
  }
}
