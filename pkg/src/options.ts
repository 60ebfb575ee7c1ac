import type { StreamError } from './error.js'
import type { ServerSentEvent } from './event.js'

/** A value, or a function that returns it. The function is called before each request and may be async. */
export type Source<T, Context> = T | ((context: Context) => T | Promise<T>)

/**
 * The body of a request: anything that `fetch` accepts, or an object that is sent as JSON. A `Map`, a
 * `Set` and other objects that `JSON.stringify` would turn into `{}` are an error `'invalid-options'`.
 */
export type Body = BodyInit | object | null | undefined

/** The argument of functions that make a request: how far the answer has come. */
export interface AttemptContext {
  /** The number of the attempt, starting at 1. */
  readonly attempt: number
  /** The id of the last event that had one, or `''`. */
  readonly lastEventId: string
  /** The job that the option `job` names or has found, or `undefined` if it is not known yet. */
  readonly job: string | undefined
  /** The cursor of the last event that had one, as the option `cursor` returned it. */
  readonly cursor: string | undefined
  /** The number of events received so far. */
  readonly events: number
  /**
   * The number of bytes up to the end of the last event, after content decoding, for servers that
   * resume by byte offset. Counted only with the option `resume`; otherwise 0.
   */
  readonly bytes: number
  /**
   * With the option `resume`, the response that began the answer; otherwise the latest response. Its
   * headers often name the job: `Location`, `Content-Location`.
   */
  readonly response: Response | undefined
}

/** The argument of the functions of `cancel`. `events` and `cursor` describe what the page has received. */
export interface CancelContext extends AttemptContext {
  /** The argument of `cancel(reason)`, the reason of the signal, `'return'` or `'pagehide'`. */
  readonly reason: unknown
  /** The last event that the page received. */
  readonly lastEvent: ServerSentEvent | undefined
}

/** The argument of the functions of `ack`. */
export interface AckContext extends CancelContext {
  /** The number of events that this request acknowledges. */
  readonly count: number
}

/** A request that goes beside the stream. */
interface Endpoint<Context> {
  /** The URL, absolute or relative to the page. */
  url: Source<string | URL, Context>
  /** The method. Default: `'POST'`. */
  method?: string
  /** The headers. Default: none. The stream's own headers are not sent. */
  headers?: Source<HeadersInit | undefined, Context>
  /** The body. Default: none. */
  body?: Source<Body, Context>
  /** The time limit for the whole exchange, in milliseconds. Default: 10,000. */
  timeout?: number
}

/** The request that tells the backend to stop its work. */
export interface CancelOptions extends Endpoint<CancelContext> {
  /**
   * Events other than `cancel()` that notify the backend. Default: none, because unmounting a
   * component or reloading the page must not end an answer that can be resumed.
   *
   * - `'abort'`: the option `signal` is aborted.
   * - `'return'`: the consumer leaves its loop with `break`, `return` or an exception.
   * - `'pagehide'`: the page goes away. This also ends the stream.
   * - `'unsent'`: notifies even if the stream's request has not been sent yet.
   */
  on?: readonly ('abort' | 'return' | 'pagehide' | 'unsent')[]
}

/** The request that continues an answer after its connection broke. */
export interface ResumeOptions {
  /** The URL, absolute or relative to the page. A function is called before each such request. */
  url: Source<string | URL, AttemptContext>
  /** The method. Default: `'GET'`. */
  method?: string
  /** The headers. Default: the stream's own headers. */
  headers?: Source<HeadersInit | undefined, AttemptContext>
  /** The body. Default: none. */
  body?: Source<Body, AttemptContext>
  /**
   * Whether the response starts at the beginning of the answer. If so, the events that were received
   * before are dropped, and no `Last-Event-ID` is sent. Default: `false`.
   */
  replays?: boolean
}

/** The requests that acknowledge consumed events: in order, one at a time, each retried once. */
export interface AckOptions extends Endpoint<AckContext> {
  /** The number of events per request. The last request acknowledges the rest. Default: 1. */
  every?: number
}

/** How a broken stream is reconnected. All times are in milliseconds. */
export interface RetryOptions {
  /**
   * The number of attempts in a row that may fail, including the first. Each event resets the count.
   * Default: no limit.
   */
  maxAttempts?: number
  /**
   * The longest wait before the first new attempt. The reconnection time of the stream (`retry:`, WHATWG
   * HTML, 9.2.6) replaces it. Default: 1,000.
   */
  initialDelay?: number
  /** The longest wait, unless `Retry-After` (RFC 9110, 10.2.3) asks for a longer one. Default: 30,000. */
  maxDelay?: number
  /** The factor by which the longest wait grows with each failure in a row. Default: 2. */
  factor?: number
  /** The part of each wait that is random, from 0 to 1. Default: 1 ("full jitter"). */
  jitter?: number
  /** The shortest wait, whatever the server says. Default: 250. */
  minDelay?: number
  /**
   * Decides what follows a failure. `false` ends the stream with the error, `true` retries after the
   * usual wait, and a number retries after that many milliseconds. May be async. Default:
   * `error.retryable`.
   */
  shouldRetry?: (
    error: StreamError,
    attempt: number,
  ) => boolean | number | Promise<boolean | number>
}

/** The argument of `onRetry`. */
export interface RetryInfo {
  /** The number of the next attempt. */
  readonly attempt: number
  /** The wait before it, in milliseconds. */
  readonly delay: number
  /** The error that made it necessary. */
  readonly error: StreamError
}

/** A function that sends a request, such as `fetch`. It gets an absolute URL. */
export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>

/** The options that are passed on to `fetch`, as far as the host's types know them: Node's lack some. */
type FetchMembers = {
  [
    Name in keyof RequestInit &
      (
        | 'credentials'
        | 'mode'
        | 'cache'
        | 'redirect'
        | 'referrer'
        | 'referrerPolicy'
        | 'integrity'
        | 'priority'
      )
  ]?: RequestInit[Name]
}

/**
 * The options of `openStream`. `credentials`, `mode`, `cache`, `redirect`, `referrer`,
 * `referrerPolicy`, `integrity` and `priority` are passed on to `fetch`; `cache` defaults to
 * `'no-store'`.
 */
export interface OpenOptions extends FetchMembers {
  /** The method. Default: `'GET'`. */
  method?: string
  /** The headers. A function is called before each attempt. Default: none. */
  headers?: Source<HeadersInit | undefined, AttemptContext>
  /**
   * The body. Objects and arrays are sent as JSON. A function is called before each attempt.
   * Default: none.
   */
  body?: Source<Body, AttemptContext>
  /**
   * Ends the stream when it is aborted, with its reason, or with an `AbortError` if it has none. If it
   * is aborted already, no request is sent.
   */
  signal?: AbortSignal | null | undefined
  /**
   * The function to use instead of the global `fetch`. The response may be of any class. Its body may
   * be a web stream, a Node stream or any async iterable; a response without any of these is read as a
   * whole.
   */
  fetch?: FetchFunction
  /**
   * The format of the body: server-sent events or newline-delimited JSON. Default: the one that the
   * response's content type names; any other content type is an error.
   */
  format?: 'sse' | 'ndjson'
  /**
   * The marker that ends the stream: the data of an event, or a predicate. The marker itself is not
   * delivered. After it, the server has a second to end its response. Default: none.
   */
  done?: string | ((event: ServerSentEvent) => boolean)
  /**
   * Whether a broken stream is requested again: `false` never, `true` or options always. Default: only
   * GET and HEAD. A POST is never sent twice by default. Set `true` if the server resumes by
   * `Last-Event-ID` and does not run the work twice. With `resume`, the resuming request is always
   * repeated; the first request only with `true`, or with a safe method.
   */
  retry?: boolean | RetryOptions
  /**
   * The time limit for the response's headers, in milliseconds; `Infinity` for none. Default: 30,000.
   */
  connectTimeout?: number
  /** The longest pause between bytes, comments included, in milliseconds. Default: no limit. */
  idleTimeout?: number
  /**
   * The most bytes that are buffered for one event; a larger event fails the stream with
   * `'event-too-large'`. Unknown fields, and comments without `onComment`, don't count. Default: 16 MiB.
   */
  maxEventSize?: number
  /**
   * The id of the event to resume after. It is sent as `Last-Event-ID` (WHATWG HTML, 9.2.4). Default:
   * none.
   */
  lastEventId?: string
  /**
   * The job that works on the answer, for `resume` and `cancel`. A function finds it in an event or in
   * the response; it is called for each event until it returns something: `false` and `''` are nothing.
   * It is also called with an empty event when a response begins, and without a response when the stream
   * is stopped before that; what it throws then is ignored. A string is known from the start; with
   * `resume`, the first request is then the resuming one.
   */
  job?:
    | string
    | ((event: ServerSentEvent, response: Response) => string | number | false | null | undefined)
  /**
   * Returns the position of an event in the answer, for `resume`. Needed only if events have no `id:`.
   * Called for the events of each chunk, last one first, until one has a cursor.
   */
  cursor?: (event: ServerSentEvent) => string | number | false | null | undefined
  /**
   * The request that continues the answer after the connection broke. The first request is not sent
   * again, unless `retry` is `true` and no job is known yet. If the server answers 204, the outcome is
   * `truncated`; any other response that is no stream is an error.
   */
  resume?: ResumeOptions
  /**
   * The name under which a running answer is kept in `sessionStorage`, for `resumeStream` after a
   * reload: its job, its cursor, and the number of events and bytes. Needs `resume`. Default: none.
   */
  remember?: string
  /** The request that tells the backend to stop its work. Default: none. */
  cancel?: CancelOptions
  /** The requests that acknowledge consumed events. Default: none. */
  ack?: AckOptions
  /**
   * The most streams with this option that are open to the URL's origin at once; others wait. With
   * HTTP/1.1, a number below 6 leaves connections for cancel notifications and acknowledgements, which
   * never wait. Default: no limit.
   */
  maxConnections?: number
  /**
   * What happens to a resumable stream while the page is hidden: `'keep'` reads on, `'pause'` closes
   * the connection and resumes when the page is visible again. Default: `'keep'`.
   */
  whenHidden?: 'keep' | 'pause'
  /**
   * Called with each successful response except 204 before it is read, even if it will be refused
   * because it is no stream. If it throws, the stream fails with `'refused'`, with the thrown value as
   * its `cause`.
   */
  onOpen?: (response: Response) => void | Promise<void>
  /** Called before the wait for each new attempt. If it throws or rejects, the stream ends. */
  onRetry?: (info: RetryInfo) => void
  /** Called with the text of each comment, without the colon. */
  onComment?: (comment: string) => void
  /**
   * Whether to write User Timing marks for the performance panel, and console warnings about a proxy
   * that buffers, a POST that was not sent again, or a stream that is open twice. Default: `false`.
   */
  debug?: boolean
}
