import type { StreamError } from './error.js'

/**
 * The state of a stream: `'connecting'` until the first response, `'open'` while a response is read,
 * `'waiting'` before another attempt, `'closed'` after the end.
 */
export type StreamState = 'connecting' | 'open' | 'waiting' | 'closed'

/**
 * How a stream ended.
 *
 * - `done`: the `done` marker came, or the end marker that a text view of `sluicegate/llm` knows.
 * - `ended`: the server ended the response. The option `done` is not set.
 * - `truncated`: the server ended the response without the `done` marker.
 * - `no-content`: the server answered 204, which tells clients not to reconnect (WHATWG HTML, 9.2.1).
 * - `cancelled`: by `cancel()`, or by an event that `cancel.on` lists.
 * - `closed`: by `close()`, or because the consumer left its loop.
 * - `aborted`: by the option `signal`; `error` is its reason.
 * - `failed`: with `error`.
 */
export type StreamOutcomeType =
  'done' | 'ended' | 'truncated' | 'no-content' | 'cancelled' | 'closed' | 'aborted' | 'failed'

/** The outcome of a stream, as `stream.closed` resolves to it. */
export interface StreamOutcome {
  /** How the stream ended. */
  type: StreamOutcomeType
  /** A `StreamError`, or the unchanged value that the page's own code threw or aborted with. */
  error?: unknown
  /** Whether the backend confirmed the cancellation. Absent if it was not notified. */
  notified?: boolean
  /** The number of events that were decoded but never delivered. */
  dropped: number
}

/** The result of `cancel()`. */
export interface CancelResult {
  /** Whether this call ended the stream; `false` if it had ended before. */
  aborted: boolean
  /** Whether the backend answered the notification with a success status. */
  notified: boolean
  /** The status of the backend's answer, if there was one. */
  status?: number
  /** The reason why the notification failed. */
  error?: StreamError
}

/** Counts and times of a stream. Times are in milliseconds since the stream was opened. */
export interface StreamStats {
  /** The number of bytes of response bodies, after content decoding. */
  bytes: number
  /** The number of decoded events. */
  events: number
  /** The number of requests, including the current one. */
  attempts: number
  /** When the headers of the first good response arrived. */
  timeToHeaders?: number
  /** When the first event was decoded. */
  timeToFirstEvent?: number
  /** The number of events that were acknowledged to the backend. */
  acknowledged: number
  /** The error of the latest acknowledgement that failed, also when it was retried. */
  ackError?: StreamError
}
