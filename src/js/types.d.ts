
/** An event. */
export interface ServerSentEvent {
  readonly type: string
  readonly data: string
  readonly lastEventId: string
}

/** How a stream that broke is reconnected. All times are in milliseconds. */
export interface RetryOptions {
  /** How many attempts in a row may fail, the first included. Default: no limit. */
  maxAttempts?: number
  /** The longest wait before the first new attempt. Default: 1,000. */
  initialDelay?: number
  /** The longest wait of all, but for what the server asks. Default: 30,000. */
  maxDelay?: number
  /** By how much the longest wait grows with each failure in a row. Default: 2. */
  factor?: number
  /** The part of a wait that is random, 0 to 1. Default: 1. */
  jitter?: number
  /** The shortest wait. Default: 250. */
  minDelay?: number
}

/** How the backend is told to stop its work. */
export interface CancelOptions {
  url: string | URL
  /** Default: `'POST'`. */
  method?: string
  headers?: HeadersInit
  /** Objects and arrays are sent as JSON. */
  body?: BodyInit | object | null
  /** Milliseconds for the whole exchange. Default: 10,000. */
  timeout?: number
  /** Other events than `cancel()` that notify the backend. Default: none. */
  on?: readonly ('abort' | 'return' | 'pagehide' | 'unsent')[]
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

/** The options of `openStream`: those of the npm package `sluicegate`, without its hooks. */
export interface OpenOptions extends Pick<RequestInit, FetchMember> {
  /** Default: `'GET'`. */
  method?: string
  headers?: HeadersInit
  /** Objects and arrays are sent as JSON. */
  body?: BodyInit | object | null
  /** Ends the stream with its reason. */
  signal?: AbortSignal
  /** Default: what the content type says. */
  format?: 'sse' | 'ndjson'
  /** The event that ends the stream: its data, or a predicate. It is not delivered. */
  done?: string | ((event: ServerSentEvent) => boolean)
  /** `false` for never; `true` or options for always. Default: for GET and HEAD. */
  retry?: boolean | RetryOptions
  /** Milliseconds until the response's headers. Default: 30,000. */
  connectTimeout?: number
  /** Milliseconds between bytes. Default: no limit. */
  idleTimeout?: number
  /** Bytes buffered for one event. Default: 16 MiB. */
  maxEventSize?: number
  /** Resumes from here. */
  lastEventId?: string
  cancel?: CancelOptions
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
  type: 'done' | 'ended' | 'truncated' | 'no-content' | 'cancelled' | 'closed' | 'aborted' | 'failed'
  /** A `StreamError`, or what the page's own code threw or aborted with. */
  error?: unknown
  /** Whether the backend has confirmed the cancellation; absent if it was not asked. */
  notified?: boolean
  /** How many events were decoded and never handed out. */
  dropped: number
}

/** What `cancel()` reports. */
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
  /** Returns the next event. Rejects once, with what the stream failed with. */
  next(): Promise<IteratorResult<ServerSentEvent, undefined>>
  /** Leaves the stream, as `break` does. */
  return(): Promise<IteratorReturnResult<undefined>>
  /** Stops here and there. Never rejects. */
  cancel(): Promise<CancelResult>
  /** Stops here and tells nobody. */
  close(): void
  /** How the stream ended. Never rejects. */
  readonly closed: Promise<StreamOutcome>
  readonly state: 'connecting' | 'open' | 'waiting' | 'closed'
  /** The id to resume from: that of the event handed out last. */
  readonly lastEventId: string
  /** Closes the stream and frees its memory. Not needed: garbage collection does it, too. */
  free(): void
}

/** Opens a stream. Its request is sent with the first `next()`. */
export function openStream(url: string | URL, options?: OpenOptions): EventStream
