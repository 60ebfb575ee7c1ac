import type { StreamError } from './error.js'
import type { ServerSentEvent } from './event.js'

/** A value, or a function that is asked for it each time, and may be async. */
export type Source<T, Context> = T | ((context: Context) => T | Promise<T>)

/**
 * A request's body. What `fetch` takes stays as it is; other objects become JSON as `JSON.stringify`
 * writes them. `Map`s, `Set`s and the like are refused.
 */
export type Body = BodyInit | object | null | undefined

/** What functions that make a request are called with: how far the answer has come. */
export interface AttemptContext {
  /** The number of the attempt, counted from 1. */
  readonly attempt: number
  /** The id of the last event, `''` if none had one. */
  readonly lastEventId: string
  /** What the option `job` has found or is; `undefined` before. */
  readonly job: string | undefined
  /** What the option `cursor` has returned for the last event that has a cursor. */
  readonly cursor: string | undefined
  /** The number of events so far. */
  readonly events: number
  /**
   * The number of bytes up to the end of the last event, content coding removed, for servers that
   * resume by bytes. Only counted with the option `resume`; otherwise 0.
   */
  readonly bytes: number
  /**
   * With the option `resume`, the response that began the answer; otherwise that of the last attempt
   * that got one. Its headers often name the job: `Location`, `Content-Location`.
   */
  readonly response: Response | undefined
}

/** What the functions of `cancel` are called with. `events` and `cursor` are the page's: it got so many. */
export interface CancelContext extends AttemptContext {
  /** What `cancel(reason)` was given, the signal's reason, `'return'` or `'pagehide'`. */
  readonly reason: unknown
  /** The event that the page got last. */
  readonly lastEvent: ServerSentEvent | undefined
}

/** What the functions of `ack` are called with. */
export interface AckContext extends CancelContext {
  /** How many events this acknowledgement is about. */
  readonly count: number
}

interface Endpoint<Context> {
  /** Relative to the page, as in `fetch`. */
  url: Source<string | URL, Context>
  /** Default: `'POST'`. */
  method?: string
  /** None by default: the stream's headers are not sent along. */
  headers?: Source<HeadersInit | undefined, Context>
  body?: Source<Body, Context>
  /** Milliseconds for the whole exchange. Default: 10,000. */
  timeout?: number
}

/** How the backend is told to stop its work. */
export interface CancelOptions extends Endpoint<CancelContext> {
  /**
   * What else than `cancel()` notifies the backend. Default: nothing, since an unmounted component
   * or a reload must not end an answer that can be resumed.
   *
   * - `'abort'`: the outside `signal`.
   * - `'return'`: a consumer that leaves its loop with `break`, `return` or an exception.
   * - `'pagehide'`: the page goes away. It ends the stream, too.
   * - `'unsent'`: each of these and `cancel()` even when the stream's request has not left yet.
   */
  on?: readonly ('abort' | 'return' | 'pagehide' | 'unsent')[]
}

/** The request that goes on with an answer whose connection broke. */
export interface ResumeOptions {
  /** Relative to the page, as in `fetch`. Functions are called before each such request. */
  url: Source<string | URL, AttemptContext>
  /** Default: `'GET'`. */
  method?: string
  /** Default: the stream's own headers. */
  headers?: Source<HeadersInit | undefined, AttemptContext>
  body?: Source<Body, AttemptContext>
  /**
   * Whether the response begins at the start of the answer: then as many events are dropped as came
   * before, and no `Last-Event-ID` is sent. Default: `false`.
   */
  replays?: boolean
}

/** How the backend is told what was consumed: in order, one request at a time, retried once. */
export interface AckOptions extends Endpoint<AckContext> {
  /** How many events to wait for before each request. Default: 1. The last tells of the rest. */
  every?: number
}

/** How a stream that broke is reconnected. All times are in milliseconds. */
export interface RetryOptions {
  /** How many attempts in a row may fail, the first included. An event starts the count over. Default: no limit. */
  maxAttempts?: number
  /** The longest wait before the first new attempt; the server's `retry:` replaces it. Default: 1,000. */
  initialDelay?: number
  /** The longest wait of all, but for what the server asks. Default: 30,000. */
  maxDelay?: number
  /** By how much the longest wait grows with each failure in a row. Default: 2. */
  factor?: number
  /** The part of a wait that chance may take away, 0 to 1. Default: 1, "full jitter". */
  jitter?: number
  /** The shortest wait, whatever the server says. Default: 250. */
  minDelay?: number
  /**
   * Decides over each failure: `false` ends the stream with it, `true` tries again after the usual
   * wait, a number after so many milliseconds. Default: whether the error is `retryable`.
   */
  shouldRetry?: (error: StreamError, attempt: number) => boolean | number
}

/** What `onRetry` is called with. */
export interface RetryInfo {
  /** The number of the attempt to come. */
  readonly attempt: number
  /** Milliseconds until then. */
  readonly delay: number
  /** Why there has to be one. */
  readonly error: StreamError
}

type FetchMembers = Pick<
  RequestInit,
  | 'credentials'
  | 'mode'
  | 'cache'
  | 'redirect'
  | 'referrer'
  | 'referrerPolicy'
  | 'integrity'
  | 'priority'
>

/** The options of `openStream`. The first eight are `fetch`'s own; `cache` is `'no-store'` by default. */
export interface OpenOptions extends FetchMembers {
  /** Default: `'GET'`. */
  method?: string
  /** Asked anew at each attempt if it is a function. */
  headers?: Source<HeadersInit | undefined, AttemptContext>
  /** Asked anew at each attempt if it is a function. Objects and arrays are sent as JSON. */
  body?: Source<Body, AttemptContext>
  /**
   * Ends the stream with its reason, or an `AbortError` if it has none. One that is aborted already
   * never sends a request.
   */
  signal?: AbortSignal | undefined
  /**
   * The function to use instead of the global `fetch`. Its response may be of any class, and its body
   * a stream of the web's or of Node's, any async iterable, or nothing that can be read in pieces:
   * then it is read as a whole.
   */
  fetch?: typeof fetch
  /** What the body is. Default: what its content type says, which must be one of the two. */
  format?: 'sse' | 'ndjson'
  /** The event that ends the stream: its data, or a predicate. It is not delivered. */
  done?: string | ((event: ServerSentEvent) => boolean)
  /**
   * `false` for never; `true` or options for always. Default: for GET and HEAD. A POST is not sent
   * again unless asked for: set `true` if the server resumes by `Last-Event-ID`, and does not run
   * the work twice. With `resume`, the resuming request is always repeated, the first one only with
   * `true` or a safe method.
   */
  retry?: boolean | RetryOptions
  /** Milliseconds until the response's headers. `Infinity` for no limit. Default: 30,000. */
  connectTimeout?: number
  /** Milliseconds between bytes; comments count. Default: no limit. */
  idleTimeout?: number
  /**
   * Bytes buffered for one event, past which the stream fails. Unknown fields, and comments without
   * `onComment`, are skipped and don't count. Default: 16 MiB.
   */
  maxEventSize?: number
  /** Resumes from here: the id is sent as `Last-Event-ID`. */
  lastEventId?: string
  /**
   * The job that works on the answer, for `resume` and `cancel`: a function that finds it in an event
   * or in the response, called for each event until it returns something. A string is known from the
   * start: with `resume`, the first request is the resuming one.
   */
  job?:
    string | ((event: ServerSentEvent, response: Response) => string | number | null | undefined)
  /**
   * Returns where an event is in the answer, for `resume`: needed where events have no `id:`. Called
   * for the last events of each chunk, until one has a cursor.
   */
  cursor?: (event: ServerSentEvent) => string | number | null | undefined
  /**
   * The request that goes on with the answer when the connection broke, instead of the first one:
   * that is not sent a second time, unless `retry` is `true` and no job is known yet. If the server
   * answers 204 to it, the stream is `truncated`; what else is no stream ends it with an error.
   */
  resume?: ResumeOptions
  /**
   * The name under which the answer is remembered while it runs, in `sessionStorage`, for
   * `resumeStream` after a reload: its job, its cursor, how many events and bytes came. Needs
   * `resume`.
   */
  remember?: string
  /** How the backend is told to stop its work. */
  cancel?: CancelOptions
  /** How the backend is told what was consumed. */
  ack?: AckOptions
  /**
   * How many streams with this option may be open to the URL's origin at once. Others wait for their
   * turn. With HTTP/1.1, a number under 6 leaves connections for cancel notifications and
   * acknowledgements, which never wait. Default: no limit.
   */
  maxConnections?: number
  /** What a hidden page does to a stream that can be resumed. Default: `'keep'`, nothing. */
  whenHidden?: 'keep' | 'pause'
  /**
   * Sees each response with a success status before it is read, also one that is no stream and will
   * be refused; 204 has nothing to see. What it throws is the `cause` of an error `'refused'`.
   */
  onOpen?: (response: Response) => void | Promise<void>
  /** Called before the wait for each new attempt. */
  onRetry?: (info: RetryInfo) => void
  /** Called with each comment's text, colon removed. */
  onComment?: (comment: string) => void
  /**
   * Writes User Timing marks for the performance panel, and warnings to the console: of a proxy that
   * buffers, a POST that was not sent again, a stream that is open twice. Default: `false`.
   */
  debug?: boolean
}
