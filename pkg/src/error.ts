import { tagOf } from './bytes.js'

/**
 * The kind of a `StreamError`.
 *
 * - `network`: `fetch` or a read of the body failed (no network, DNS, TLS, CORS, a reset), or the
 *   server ended a stream that should have continued.
 * - `http`: the response has no success status; see `status`, `headers` and `body`.
 * - `content-type`: the response is neither an event stream nor NDJSON.
 * - `connect-timeout`: no response headers arrived within `connectTimeout`.
 * - `idle-timeout`: no byte arrived within `idleTimeout`.
 * - `event-too-large`: an event is larger than `maxEventSize`.
 * - `retries-exhausted`: `retry.maxAttempts` attempts in a row failed; `cause` is the last failure.
 * - `refused`: `onOpen` threw; `cause` is the thrown value.
 * - `no-job`: the backend could not be told to stop, because no event named the job (option `job`).
 * - `invalid-options`: an option has a wrong type or value, the URL does not parse, or the option
 *   `fetch` returned no response.
 * - `parse-json`: the data of an event that was read with `json()` is not JSON.
 * - `upstream`: the model's API sent an error in the stream (`sluicegate/llm`); `cause` is an
 *   `UpstreamProblem` with its type and message.
 * - `unknown-format`: nothing in the response was understood (`sluicegate/llm`); the message shows how
 *   it starts.
 * - `unsupported`: the page can't run WebAssembly (its Content Security Policy may forbid it), the
 *   runtime lacks another feature, or the response's body can't be read.
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

/** The members of a `StreamError` besides its code and message. */
export interface StreamErrorDetails {
  /** The response's status. */
  status?: number | undefined
  /** The response's headers. */
  headers?: Headers | undefined
  /** The start of the response's text. */
  body?: string | undefined
  /** The attempt that failed, starting at 1. Default: 0. */
  attempt?: number | undefined
  /** Whether the same request may succeed later. Default: `false`. */
  retryable?: boolean | undefined
  /** The error or value that caused this one. */
  cause?: unknown
}

/** The error that streams fail with. Its `code` says what went wrong. */
export class StreamError extends Error {
  static {
    this.prototype.name = 'StreamError'
  }

  /** The kind of error. */
  readonly code: StreamErrorCode
  /** The response's status, or `undefined` if there was no response. */
  readonly status: number | undefined
  /** The response's headers, or `undefined` if there was no response. */
  readonly headers: Headers | undefined
  /** The start of a refused response's text: at most 64 KiB, and what arrived within a second. */
  readonly body: string | undefined
  /** The attempt that failed, starting at 1; 0 before the first attempt. */
  readonly attempt: number
  /** Whether the same request may succeed later. */
  readonly retryable: boolean

  /** Creates an error, for code that stands in for a stream, such as a test. */
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

/** Returns whether a value is a `StreamError`, made by any copy of this package in any realm. */
export function isStreamError(value: unknown): value is StreamError {
  // Not by its class: it may be of another realm.
  if (tagOf(value) !== '[object Error]') return false
  return (value as Error).name === 'StreamError' && 'code' in (value as Error)
}

/** Creates the error for an aborted signal without a reason, as polyfills have them. */
export function abortError(text: string): Error {
  return globalThis.DOMException
    ? new DOMException(text, 'AbortError')
    : Object.assign(new Error(text), { name: 'AbortError' })
}
