/** An event, with the members of the standard's `MessageEvent`. */
export interface ServerSentEvent {
  /** The value of the `event` field, or `'message'`. */
  readonly type: string
  /** The values of the `data` fields, joined with line feeds. */
  readonly data: string
  /** The stream's last event id after this event, or `''`. */
  readonly lastEventId: string
}

/** How a broken stream is reconnected. All times are in milliseconds. */
export interface RetryOptions {
  /** The number of attempts in a row that may fail, including the first. Default: no limit. */
  maxAttempts?: number
  /** The longest wait before the first new attempt. Default: 1,000. */
  initialDelay?: number
  /** The longest wait, unless the server asks for a longer one. Default: 30,000. */
  maxDelay?: number
  /** The factor by which the longest wait grows with each failure in a row. Default: 2. */
  factor?: number
  /** The part of each wait that is random, from 0 to 1. Default: 1. */
  jitter?: number
  /** The shortest wait. Default: 250. */
  minDelay?: number
  /** Decides what follows a failure: `true` retries, a number retries after that many milliseconds. */
  shouldRetry?: (error: StreamError, attempt: number) => boolean | number
}

/** The argument of functions that make a request: how far the answer has come. */
export interface AttemptContext {
  /** The number of the attempt, starting at 1. */
  readonly attempt: number
  /** The id of the last event that had one, or `''`. */
  readonly lastEventId: string
  /** The job that `job` names or has found. */
  readonly job?: string
  /** The cursor of the last event that had one. */
  readonly cursor?: string
  /** The number of events received so far. */
  readonly events: number
  /** The number of bytes up to the end of the last event. Counted only with `resume`. */
  readonly bytes: number
  /** The response that began the answer, or the latest one. */
  readonly response?: Response
}

/** The argument of the functions of `cancel` and `ack`. */
export interface CancelContext extends AttemptContext {
  /** `'abort'`, `'return'` or `'pagehide'`; absent after `cancel()`. */
  readonly reason?: string
  /** The last event that the page received. */
  readonly lastEvent?: ServerSentEvent
  /** For acknowledgements: the number of events that this request acknowledges. */
  readonly count: number
}

type Body = BodyInit | object | null | undefined

/** A request beside the stream. Its functions are not async, because it is sent at once. */
interface Endpoint<Context> {
  url: string | URL | ((context: Context) => string | URL)
  method?: string
  headers?: HeadersInit | ((context: Context) => HeadersInit)
  /** Objects and arrays are sent as JSON. */
  body?: Body | ((context: Context) => Body)
}

/** The request that tells the backend to stop its work. Default: POST. */
export interface CancelOptions extends Endpoint<CancelContext> {
  /** The time limit for the whole exchange, in milliseconds. Default: 10,000. */
  timeout?: number
  /** Events other than `cancel()` that notify the backend. Default: none. */
  on?: readonly ('abort' | 'return' | 'pagehide' | 'unsent')[]
}

/** The requests that acknowledge consumed events. Default: POST. */
export interface AckOptions extends Endpoint<CancelContext> {
  /** The time limit for each exchange, in milliseconds. Default: 10,000. */
  timeout?: number
  /** The number of events per request. Default: 1. */
  every?: number
}

/** The request that continues an answer after its connection broke. Default: GET. */
export interface ResumeOptions extends Endpoint<AttemptContext> {
  /** Whether the response starts at the beginning of the answer. Default: `false`. */
  replays?: boolean
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

type FetchMember =
  | 'credentials'
  | 'mode'
  | 'cache'
  | 'redirect'
  | 'referrer'
  | 'referrerPolicy'
  | 'integrity'
  | 'priority'

/** The options of `openStream`: those of the npm package `sluicegate` that the Rust API has, too. */
export interface OpenOptions extends Pick<RequestInit, FetchMember> {
  /** Default: `'GET'`. */
  method?: string
  headers?: HeadersInit | ((context: AttemptContext) => HeadersInit | Promise<HeadersInit>)
  /** Objects and arrays are sent as JSON. */
  body?: Body | ((context: AttemptContext) => Body | Promise<Body>)
  /** Ends the stream when it is aborted, with its reason. */
  signal?: AbortSignal
  /** The function to use instead of the global `fetch`. */
  fetch?: typeof fetch
  /** The format of the body. Default: the one that the content type names. */
  format?: 'sse' | 'ndjson'
  /** The marker that ends the stream: the data of an event, or a predicate. It is not delivered. */
  done?: string | ((event: ServerSentEvent) => boolean)
  /** Whether to reconnect: `false` never, `true` or options always. Default: only GET and HEAD. */
  retry?: boolean | RetryOptions
  /** The time limit for the response's headers, in milliseconds. Default: 30,000. */
  connectTimeout?: number
  /** The longest pause between bytes, in milliseconds. Default: no limit. */
  idleTimeout?: number
  /** The most bytes that are buffered for one event. Default: 16 MiB. */
  maxEventSize?: number
  /** The id of the event to resume after. */
  lastEventId?: string
  /** The request that tells the backend to stop its work. */
  cancel?: CancelOptions
  /** The requests that acknowledge consumed events. */
  ack?: AckOptions
  /** The job that works on the answer, or a function that finds it. */
  job?:
    | string
    | ((event: ServerSentEvent, response: Response) => string | number | false | null | undefined)
  /** Returns the position of an event in the answer. */
  cursor?: (event: ServerSentEvent) => string | number | false | null | undefined
  /** The request that continues the answer after the connection broke. */
  resume?: ResumeOptions
  /** What happens to a resumable stream while the page is hidden. Default: `'keep'`, it reads on. */
  whenHidden?: 'keep' | 'pause'
  /** Called with each successful response before it is read. If it throws, the stream fails. */
  onOpen?: (response: Response) => void | Promise<void>
  /** Called before the wait for each new attempt. */
  onRetry?: (info: RetryInfo) => void
  /** Called with the text of each comment, without the colon. */
  onComment?: (comment: string) => void
}

/** An `Error` named `StreamError`. */
export interface StreamError extends Error {
  readonly code: string
  readonly status?: number
  readonly headers?: Headers
  readonly body?: string
  readonly attempt: number
  readonly retryable: boolean
}

/** How a stream ended. */
export interface StreamOutcome {
  type:
    'done' | 'ended' | 'truncated' | 'no-content' | 'cancelled' | 'closed' | 'aborted' | 'failed'
  /** A `StreamError`, or the unchanged value that the page's own code threw or aborted with. */
  error?: unknown
  /** Whether the backend confirmed the cancellation. Absent if it was not notified. */
  notified?: boolean
  /** The number of events that were decoded but never delivered. */
  dropped: number
}

/** The result of `cancel()`. */
export interface CancelResult {
  aborted: boolean
  notified: boolean
  status?: number
  error?: StreamError
}

/** A stream of server-sent events. */
export class EventStream implements AsyncIterableIterator<ServerSentEvent, undefined> {
  private constructor()
  [Symbol.asyncIterator](): this
  /** Resolves to the next event. Rejects once, with the stream's error. */
  next(): Promise<IteratorResult<ServerSentEvent, undefined>>
  /** Leaves the stream, as `break` does. */
  return(): Promise<IteratorReturnResult<undefined>>
  /** Stops the stream here and at the backend. Never rejects. */
  cancel(): Promise<CancelResult>
  /** Closes the stream without notifying the backend. */
  close(): void
  /** Resolves to the outcome when the stream has ended. Never rejects. */
  readonly closed: Promise<StreamOutcome>
  readonly state: 'connecting' | 'open' | 'waiting' | 'closed'
  /** The id to resume from: that of the event delivered last. */
  readonly lastEventId: string
  /**
   * Frees the memory of this object, and closes the stream unless a loop still reads it. Optional: garbage
   * collection does the same.
   */
  free(): void
}

/** Opens a stream. Its request is sent with the first `next()`. */
export function openStream(url: string | URL, options?: OpenOptions): EventStream
