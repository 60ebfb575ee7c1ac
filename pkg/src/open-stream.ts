import { EventStream } from './stream/event-stream.js'
import type { OpenOptions } from './options.js'

/**
 * Opens a stream of server-sent events (WHATWG HTML, 9.2) or of NDJSON over `fetch`.
 *
 * Returns at once; the request is sent when the module is compiled. What is wrong with the URL or
 * the options is an error `'invalid-options'` of the stream.
 *
 * @param url absolute, or relative to the page
 */
export function openStream(url: string | URL, options: OpenOptions = {}): EventStream {
  return new EventStream(url, options)
}
