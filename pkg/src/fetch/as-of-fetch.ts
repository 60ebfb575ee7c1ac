import type { StreamError } from '../error.js'

/** As `fetch` fails: libraries know it by its class and its message. */
export function asOfFetch(cause: StreamError): TypeError {
  return new TypeError(`network error: ${cause.message}`, { cause })
}
