import { tagOf } from './bytes.js'

/**
 * What went wrong.
 *
 * - `network`: `fetch`, or a read of the body, failed (no network, DNS, TLS, CORS, a reset), or the
 *   server ended a stream that was to go on.
 * - `http`: the status is no success; see `status`, `headers`, `body`.
 * - `content-type`: the response is neither an event stream nor NDJSON.
 * - `connect-timeout`, `idle-timeout`: no headers, or no byte, within the option of that name.
 * - `event-too-large`: an event outgrew `maxEventSize`.
 * - `retries-exhausted`: `retry.maxAttempts` attempts in a row failed; `cause` is the last failure.
 * - `refused`: `onOpen` threw; `cause` is what it threw.
 * - `no-job`: the backend could not be told to stop: no event has named the job (option `job`).
 * - `invalid-options`: an option has a wrong type or value, the URL does not parse, or the option
 *   `fetch` returned no response.
 * - `parse-json`: an event's data is not the JSON that `json()` was asked for.
 * - `upstream`: the model's API sent an error in the stream (`sluicegate/llm`); `cause` is an
 *   `UpstreamProblem` with its type and message.
 * - `unknown-format`: bytes came, but nothing in them was understood (`sluicegate/llm`); the message
 *   shows how they start.
 * - `unsupported`: the page can't run WebAssembly (its Content Security Policy may forbid it), the
 *   runtime lacks something else, or the response's body can't be read.
 */
export type StreamErrorCode =
  | 'network'
  | 'http'
  | 'content-type'
  | 'connect-timeout'
  | 'idle-timeout'
  | 'event-too-large'
  | 'retries-exhausted'
  | 'refused'
  | 'no-job'
  | 'invalid-options'
  | 'parse-json'
  | 'upstream'
  | 'unknown-format'
  | 'unsupported'

/** What a `StreamError` is made of. */
export interface StreamErrorDetails {
  status?: number | undefined
  headers?: Headers | undefined
  body?: string | undefined
  attempt?: number | undefined
  retryable?: boolean | undefined
  cause?: unknown
}

/** The one class of the errors that streams fail with. */
export class StreamError extends Error {
  static {
    this.prototype.name = 'StreamError'
  }

  /** What went wrong. */
  readonly code: StreamErrorCode
  /** The response's status, if there was a response. */
  readonly status: number | undefined
  /** The response's headers, if there was a response. */
  readonly headers: Headers | undefined
  /** The start of a refused response's text: 64 KiB at most, and what came within a second. */
  readonly body: string | undefined
  /** The attempt that failed, counted from 1; 0 before the first. */
  readonly attempt: number
  /** Whether the same request may succeed later. */
  readonly retryable: boolean

  constructor(code: StreamErrorCode, message: string, details: StreamErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.status = details.status
    this.headers = details.headers
    this.body = details.body
    this.attempt = details.attempt ?? 0
    this.retryable = details.retryable ?? false
  }
}

/** Whether a value is a `StreamError`, of any copy of this package. */
export function isStreamError(value: unknown): value is StreamError {
  // Not by its class: it may be of another realm.
  if (tagOf(value) !== '[object Error]') return false
  return (value as Error).name === 'StreamError' && 'code' in (value as Error)
}

/** What an aborted stream fails with if the signal has no reason, as those of polyfills. */
export function abortError(text: string): Error {
  return globalThis.DOMException
    ? new DOMException(text, 'AbortError')
    : Object.assign(new Error(text), { name: 'AbortError' })
}
