import { StreamError } from '../error.js'
import type { OpenOptions } from '../options.js'

/**
 * What our `EventSource` takes beyond the standard's `withCredentials`. Unknown members are passed
 * over, as by the browsers' own, but for those of other libraries that would be missed.
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
   * As of `openStream`. By default the server's reconnection time is kept to, or 3 seconds if it
   * sets none, and doubled with each failure in a row up to 30 seconds; nothing is left to chance.
   */
  retry?: OpenOptions['retry']
  /** `idleTimeout`, under the name of `event-source-polyfill`. */
  heartbeatTimeout?: number
  /**
   * Sends the id as this parameter of the query, not as the header `Last-Event-ID`, which over CORS
   * needs permission. Of `event-source-polyfill`.
   */
  lastEventIdQueryParameterName?: string
  /**
   * One connection for all tabs of the origin whose sources make the same request. A string is a name
   * for it: sources with the same name share a connection, whatever they request.
   *
   * `headers` and `body` can't be compared if they are functions, streams or the like: then a name is
   * required. `close()` leaves the others alone. Default: `false`.
   */
  share?: boolean | string
}

/** What to write instead of the options of other libraries. */
const REFUSED: Record<string, string> = {
  Transport: '`fetch`, a function that makes the requests',
  payload: '`body`',
  proxy: '`fetch`, with a dispatcher that knows the proxy',
  https: '`fetch`, with a dispatcher that has the TLS options',
  rejectUnauthorized: '`fetch`, with a dispatcher that has the TLS options',
}

/** Reads the constructor's second argument as Web IDL reads a dictionary. */
export function optionsOf(init: unknown): EventSourceOptions {
  if (init == null) return {}
  if (typeof init !== 'object' && typeof init !== 'function') {
    throw new TypeError('the second argument of EventSource must be an object of options')
  }
  for (const [name, instead] of Object.entries(REFUSED)) {
    if ((init as Record<string, unknown>)[name] === undefined) continue
    const message = `EventSource has no option \`${name}\`: use ${instead}`
    throw new StreamError('invalid-options', message)
  }
  return init
}

/** The standard's `url`: absolute, and a `DOMException` if it does not parse. */
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
