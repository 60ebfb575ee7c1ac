import { EventStream } from './stream/event-stream.js'
import type { OpenOptions } from './options.js'

/**
 * Opens a stream of server-sent events (WHATWG HTML, 9.2) or of NDJSON over `fetch`.
 *
 * Returns at once. The request is sent before that, unless a function of `headers` or `body` returns
 * a promise; the module is compiled meanwhile. What is wrong with the URL or the options is an error
 * `'invalid-options'` of the stream.
 *
 * @param input a URL, absolute or relative to the page, or a `Request`, whose members the options
 *   replace as in `fetch`. Its body is kept in memory, to be sent again.
 */
export function openStream(input: string | URL | Request, options: OpenOptions = {}): EventStream {
  return new EventStream(input, options)
}
