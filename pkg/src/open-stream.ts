import { EventStream } from './stream/event-stream.js'
import type { OpenOptions } from './options.js'

/**
 * Opens a stream of server-sent events (WHATWG HTML, 9.2) or NDJSON over `fetch`.
 *
 * Returns at once and never throws: an invalid URL or option fails the stream with
 * `'invalid-options'`. The request is sent before the call returns, unless a function of `headers` or
 * `body` returns a promise. The WebAssembly module is compiled while the request is under way.
 *
 * @param input a URL, absolute or relative to the page, or a `Request`. Options replace members of a
 *   `Request`, as in `fetch`; its body is kept in memory so that it can be sent again.
 */
export function openStream(input: string | URL | Request, options: OpenOptions = {}): EventStream {
  return new EventStream(input, options)
}
