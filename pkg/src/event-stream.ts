import { EventConsumer } from './consumer.js'
import type { ServerSentEvent } from './event.js'
import { Cutter } from './host.js'
import type { OpenOptions, RetryInfo } from './options.js'
import type { StreamError } from './error.js'
import { load, RawStream } from './wasm.js'

/** Where a stream is in its life. */
export type StreamState = 'connecting' | 'open' | 'waiting' | 'closed'

/**
 * How a stream ended.
 *
 * - `done`: the `done` marker came.
 * - `ended`: the server ended the response, and no marker was promised.
 * - `truncated`: a `done` marker was promised, and the stream ended without it.
 * - `no-content`: the server answered 204, the standard's "stop".
 * - `cancelled`: by `cancel()`, or by what `cancel.on` names.
 * - `closed`: by `close()`, or by a consumer that left.
 * - `aborted`: by the outside signal; `error` is its reason.
 * - `failed`: by `error`.
 */
export type StreamEnding =
  | 'done'
  | 'ended'
  | 'truncated'
  | 'no-content'
  | 'cancelled'
  | 'closed'
  | 'aborted'
  | 'failed'

/** The one outcome of a stream. */
export interface StreamOutcome {
  type: StreamEnding
  /** A `StreamError`, or the very value that the page's own code threw or aborted with. */
  error?: unknown
  /** Whether the backend has confirmed the cancellation; absent if it was not asked. */
  notified?: boolean
  /** How many events were decoded and not consumed. */
  dropped: number
}

/** What `cancel()` reports. */
export interface CancelResult {
  /** Whether this call ended the stream: `false` if it was over before. */
  aborted: boolean
  /** Whether the backend answered the notification with a success. */
  notified: boolean
  /** The backend's status, if it answered. */
  status?: number
  /** Why it was not notified. */
  error?: StreamError
}

/** Counts and times of a stream. Times are milliseconds since it was opened. */
export interface StreamStats {
  /** Of response bodies, content coding removed. */
  bytes: number
  /** Decoded so far. */
  events: number
  /** Requests, the one under way included. */
  attempts: number
  /** When the headers of the first good response were there. */
  timeToHeaders?: number
  /** When the first event was decoded. */
  timeToFirstEvent?: number
  /** How many consumed events the backend has been told of. */
  acknowledged: number
  /** Why the last acknowledgement that failed, twice, did so. */
  ackError?: StreamError
}

const NO_STATS: StreamStats = { bytes: 0, events: 0, attempts: 0, acknowledged: 0 }

/** A stream of server-sent events: an async iterator that can be cancelled. */
export class EventStream extends EventConsumer implements AsyncDisposable {
  /**
   * The first good response. Its body is being read by the stream. Rejects if there will be none:
   * with the stream's error, or an `AbortError`.
   */
  readonly opened: Promise<Response>
  /** How the stream ended. Never rejects. */
  readonly closed: Promise<StreamOutcome>

  readonly #ready: Promise<void>
  readonly #host: StreamHost
  #raw: RawStream | undefined
  /** What is left of the module's stream when it is freed. */
  #final: { lastEventId: string; stats: StreamStats } | undefined
  #stopped: (() => void) | undefined
  #failure: { error: unknown } | undefined
  #cancelling: Promise<CancelResult> | undefined
  #wantsAcks = false
  #dropped = 0

  /** @internal Use `openStream`. */
  constructor(url: string | URL, options: OpenOptions) {
    super()
    const host = new StreamHost(this, options)
    this.#host = host
    this.opened = host.opened
    this.closed = host.closed.then(({ ending, error, notified }) => ({
      type: ending,
      ...(error === undefined ? {} : { error }),
      ...(notified === undefined ? {} : { notified }),
      dropped: this.#dropped,
    }))
    this.#ready = this.#start(String(url), options)
    this.#listenTo(options.signal)
  }

  /** `'connecting' | 'open' | 'waiting' | 'closed'`. */
  get state(): StreamState {
    if (this.#host.isClosed || this.#stopped) return 'closed'
    return (this.#raw?.state() as StreamState | undefined) ?? 'connecting'
  }

  /** The id to resume from: that of the event consumed last, or the option's; `''` if none. */
  get lastEventId(): string {
    const decoded = this.#final?.lastEventId ?? this.#raw?.last_event_id()
    if (decoded !== undefined && this.isDrained && this.#dropped === 0) return decoded
    return this.#host.lastEventId
  }

  /** Counts and times so far. */
  get stats(): StreamStats {
    return this.#final?.stats ?? (this.#raw ? statsOf(this.#raw) : { ...NO_STATS })
  }

  /**
   * Stops here and there: aborts the request, ends every waiting `next()` with `done: true`, and
   * notifies the backend as the option `cancel` says, once. Never rejects.
   */
  cancel(reason?: unknown): Promise<CancelResult> {
    return (this.#cancelling ??= this.#cancel(reason))
  }

  /** Stops here and tells nobody. */
  close(): void {
    this.#stop((raw) => raw.close())
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return this.closed.then(() => undefined)
  }

  protected async pull(): Promise<ServerSentEvent[] | undefined> {
    await this.#ready
    if (this.#failure) {
      const { error } = this.#failure
      this.#failure = undefined
      throw error
    }
    return this.#raw?.next_batch() as Promise<ServerSentEvent[] | undefined> | undefined
  }

  protected leave(): void {
    this.#stop((raw) => raw.leave())
  }

  protected fail(error: unknown): void {
    this.#stop((raw) => raw.fail(error))
  }

  protected override handedOut(count: number): void {
    if (this.#wantsAcks) this.#raw?.consumed(count)
  }
}
