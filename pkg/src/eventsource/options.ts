import { StreamError } from '../error.js'
import type { OpenOptions } from '../options.js'

/**
 * The options of `EventSource`: the standard's `withCredentials`, and more. Unknown members are
 * ignored, as in browsers, except options of other libraries that are not supported: these throw.
 */
export interface EventSourceOptions
  extends
    EventSourceInit,
    Pick<
      OpenOptions,
      | 'method'
      | 'headers'
      | 'body'
      | 'signal'
      | 'fetch'
      | 'connectTimeout'
      | 'idleTimeout'
      | 'maxEventSize'
      | 'lastEventId'
      | 'cancel'
    > {
  /**
   * How a broken connection is retried, as in `openStream`. Default: after the server's reconnection
   * time, or 3 seconds if it sets none, doubled with each failure in a row up to 30 seconds, without
   * randomness.
   */
  retry?: OpenOptions['retry']
  /** The same as `idleTimeout`, as in `event-source-polyfill`. In milliseconds. */
  heartbeatTimeout?: number
  /**
   * The name of a query parameter to send the last event id in, instead of the header `Last-Event-ID`,
   * which needs permission over CORS. As in `event-source-polyfill`.
   */
  lastEventIdQueryParameterName?: string
  /**
   * Whether all tabs of the origin share one connection for the same request. A string names the
   * connection: sources with the same name share it, whatever they request. A name is required if
   * `headers` or `body` can't be compared, such as functions and streams. `close()` does not affect
   * other tabs. Default: `false`.
   */
  share?: boolean | string
}

/** What to use instead of unsupported options of other libraries. */
const REFUSED: Record<string, string> = {
  Transport: '`fetch`, a function that makes the requests',
  payload: '`body`',
  proxy: '`fetch`, with a dispatcher that knows the proxy',
  https: '`fetch`, with a dispatcher that has the TLS options',
  rejectUnauthorized: '`fetch`, with a dispatcher that has the TLS options',
}

/** Reads the constructor's second argument as Web IDL does (Web IDL, "Dictionary types"). */
export function optionsOf(init: unknown): EventSourceOptions {
  if (init == null) return {}
  if (typeof init !== 'object' && typeof init !== 'function') {
    throw new TypeError('the second argument of EventSource must be an object of options')
  }
  for (const [name, instead] of Object.entries(REFUSED)) {
    if ((init as Record<string, unknown>)[name] == null) continue
    const message = `EventSource has no option \`${name}\`: use ${instead}`
    throw new StreamError('invalid-options', message)
  }
  return init
}

/** Returns the absolute URL. Throws a `DOMException` if it does not parse. */
export function urlOf(url: unknown): string {
  // Unlike `String()`, this refuses symbols.
  const text = `${url as string}`
  const { document, location } = globalThis as Partial<typeof globalThis>
  let href
  try {
    href = new URL(text, document?.baseURI ?? location?.href).href
  } catch {
    throw new DOMException(`EventSource can't parse the URL ${JSON.stringify(text)}`, 'SyntaxError')
  }
  const { characterSet = 'UTF-8' } = document ?? {}
  return characterSet === 'UTF-8' ? href : encodedAs(document!, text)
}

/**
 * "Encoding-parsing a URL" (WHATWG HTML, 2.4.2): queries are in the document's encoding. `URL`
 * knows UTF-8 only, links know the others. The text parses.
 */
function encodedAs(document: Document, text: string): string {
  const link = document.createElementNS('http://www.w3.org/1999/xhtml', 'a') as HTMLAnchorElement
  link.href = text
  return link.href
}
