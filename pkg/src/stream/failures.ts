import {
  CODES,
  FAILURE_CONNECT_TIMEOUT,
  FAILURE_EVENT_TOO_LARGE,
  FAILURE_IDLE_TIMEOUT,
  FAILURE_NETWORK,
  TEXT_BROKE,
  TEXT_ENDED,
  TEXT_GAVE_UP,
  TEXT_NO_RESPONSE,
  TEXT_SILENCE,
  TEXT_TOO_LARGE,
} from '../border.js'
import { StreamError } from '../error.js'
import { errorText } from '../error-text.js'
import { displayUrl } from '../fetch/request.js'
import { hostReasonOf } from '../fetch/response.js'
import { isRetryable } from '../wasm.js'
import type { Settings } from './settings.js'

/** Returns the error of a failure that the machine noticed: `failure` is a `FAILURE_…`. */
export function failureOf(
  failure: number,
  settings: Settings,
  attempt: number,
  requestUrl: string,
): StreamError {
  const { connectTimeout, idleTimeout, maxEventSize } = settings
  const url = displayUrl(requestUrl)
  const text =
    failure === FAILURE_CONNECT_TIMEOUT
      ? errorText(TEXT_NO_RESPONSE, url, connectTimeout)
      : failure === FAILURE_IDLE_TIMEOUT
        ? errorText(TEXT_SILENCE, url, idleTimeout)
        : failure === FAILURE_EVENT_TOO_LARGE
          ? errorText(TEXT_TOO_LARGE, maxEventSize)
          : errorText(TEXT_ENDED, url)
  return new StreamError(CODES[failure]!, text, { attempt, retryable: isRetryable(failure) })
}

/** Returns the error of a read that was rejected, after so many events. */
export function broken(url: string, events: number, attempt: number, cause: unknown): StreamError {
  const count = `${events} event${events === 1 ? '' : 's'}`
  const text = errorText(TEXT_BROKE, displayUrl(url), count + hostReasonOf(cause))
  const retryable = isRetryable(FAILURE_NETWORK)
  return new StreamError('network', text, { cause, attempt, retryable })
}

/** Returns the error of the last attempt that the policy allows. */
export function exhausted(cause: StreamError): StreamError {
  const { attempt, message } = cause
  const text = errorText(TEXT_GAVE_UP, attempt, message)
  return new StreamError('retries-exhausted', text, { attempt, cause })
}
