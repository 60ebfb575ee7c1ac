import type { StreamError } from './error.js'

/** Where a stream is in its life. */
export type StreamState = 'connecting' | 'open' | 'waiting' | 'closed'

/**
 * How a stream ended.
 *
 * - `done`: the `done` marker came, or the marker that a text view of `sluicegate/llm` knows.
 * - `ended`: the server ended the response, and no marker was promised.
 * - `truncated`: a `done` marker was promised, and the stream ended without it.
 * - `no-content`: the server answered 204, the standard's "stop".
 * - `cancelled`: by `cancel()`, or by what `cancel.on` names.
 * - `closed`: by `close()`, or by a consumer that left.
 * - `aborted`: by the outside signal; `error` is its reason.
 * - `failed`: by `error`.
 */
export type StreamOutcomeType =
  'done' | 'ended' | 'truncated' | 'no-content' | 'cancelled' | 'closed' | 'aborted' | 'failed'

/** The one outcome of a stream. */
export interface StreamOutcome {
  type: StreamOutcomeType
  /** A `StreamError`, or the very value that the page's own code threw or aborted with. */
  error?: unknown
  /** Whether the backend has confirmed the cancellation; absent if it was not asked. */
  notified?: boolean
  /** How many events were decoded and never handed out. */
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
