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
  /** Decides over each failure: `true` tries again, a number after so many milliseconds. */
  shouldRetry?: (error: StreamError, attempt: number) => boolean | number
}

/** What functions that make a request are called with: how far the answer has come. */
export interface AttemptContext {
  /** Counted from 1. */
  readonly attempt: number
  /** The id of the last event, `''` if none had one. */
  readonly lastEventId: string
  /** What `job` has found or is. */
  readonly job?: string
  /** What `cursor` has returned last. */
  readonly cursor?: string
  /** How many events came. */
  readonly events: number
  /** How many bytes of whole events came. Only counted with `resume`. */
  readonly bytes: number
  readonly response?: Response
}

/** What the functions of `cancel` and `ack` are called with. */
export interface CancelContext extends AttemptContext {
  /** `'abort'`, `'return'` or `'pagehide'`; absent after `cancel()`. */
  readonly reason?: string
  /** The event that the page got last. */
  readonly lastEvent?: ServerSentEvent
  /** Of acknowledgements: how many events this one is about. */
  readonly count: number
}

type Body = BodyInit | object | null | undefined

/** A request beside the stream. Its functions are not async: it leaves at once. */
interface Endpoint<Context> {
  url: string | URL | ((context: Context) => string | URL)
  method?: string
  headers?: HeadersInit | ((context: Context) => HeadersInit)
  /** Objects and arrays are sent as JSON. */
  body?: Body | ((context: Context) => Body)
}

/** How the backend is told to stop its work. Default: POST. */
export interface CancelOptions extends Endpoint<CancelContext> {
  /** Milliseconds for the whole exchange. Default: 10,000. */
  timeout?: number
  /** Other events than `cancel()` that notify the backend. Default: none. */
  on?: readonly ('abort' | 'return' | 'pagehide' | 'unsent')[]
}

/** How the backend is told what was consumed. Default: POST. */
export interface AckOptions extends Endpoint<CancelContext> {
  /** Milliseconds for each exchange. Default: 10,000. */
  timeout?: number
  /** How many events to wait for before each request. Default: 1. */
  every?: number
}

/** The request that goes on with an answer whose connection broke. Default: GET. */
export interface ResumeOptions extends Endpoint<AttemptContext> {
  /** Whether the response begins at the start of the answer. Default: `false`. */
  replays?: boolean
}

/** What `onRetry` is called with. */
export interface RetryInfo {
  readonly attempt: number
  /** Milliseconds. */
  readonly delay: number
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
  /** Ends the stream with its reason. */
  signal?: AbortSignal
  /** Instead of the global one. */
  fetch?: typeof fetch
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
  ack?: AckOptions
  /** The job that works on the answer, or what finds it. */
  job?:
    string | ((event: ServerSentEvent, response: Response) => string | number | null | undefined)
  /** Where an event is in the answer. */
  cursor?: (event: ServerSentEvent) => string | number | null | undefined
  resume?: ResumeOptions
  /** What a hidden page does to a stream that can be resumed. Default: `'keep'`, nothing. */
  whenHidden?: 'keep' | 'pause'
  /** Sees each response with a success status; what it throws refuses it. */
  onOpen?: (response: Response) => void | Promise<void>
  onRetry?: (info: RetryInfo) => void
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
  /** Closes the stream without notifying the backend. */
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
