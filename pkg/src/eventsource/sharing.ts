import { tagOf } from '../bytes.js'
import { invalid, isSafe } from '../fetch/request.js'
import { Scope } from '../scope.js'
import type { ShareHooks } from '../share/options.js'
import { SharedStream } from '../share/shared-stream.js'
import { watchSignal } from '../stream/page.js'
import type { EventSourceOptions } from './options.js'

/** Shares a source's connection. Throws a `StreamError` `'invalid-options'`. */
export async function shareSource(
  url: string,
  options: EventSourceOptions,
  hooks: ShareHooks,
): Promise<SharedStream> {
  const { method = 'GET', retry, cancel, signal } = options
  if (cancel) {
    throw invalid(
      'a shared EventSource has no option `cancel`: its `close()` leaves the other tabs alone',
    )
  }
  if (!isSafe(method) && retry === undefined) {
    throw invalid(
      `to share a ${method}, set \`retry\`: another tab sends it again when the one that sent it is closed`,
    )
  }
  const stream = new SharedStream(`EventSource ${await nameOf(url, options)}`, hooks, {})
  if (signal) {
    const scope = new Scope()
    watchSignal(scope, signal, (reason) => stream.fail(reason))
    void stream.closed.then(() => scope.close())
  }
  return stream
}

/** The page's name for a request, or one that tells it from all others. */
async function nameOf(url: string, options: EventSourceOptions): Promise<string> {
  const { share, method = 'GET', withCredentials, headers, body } = options
  if (typeof share === 'string') return share
  const { lastEventId, lastEventIdQueryParameterName } = options
  const request = [
    method.toUpperCase(),
    url.replace(/#.*/s, ''),
    Boolean(withCredentials),
    typeof headers === 'function' ? unnamed('headers') : [...new Headers(headers)],
    textOf(body),
    lastEventId,
    lastEventIdQueryParameterName,
  ]
  // Headers may be secret, and names of locks and channels are not.
  const bytes = new TextEncoder().encode(JSON.stringify(request))
  const { subtle } = crypto
  // Without it, there are no locks either.
  const digest = subtle ? await subtle.digest('SHA-256', bytes) : new ArrayBuffer()
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What JSON makes of a body, if that is all of it. */
function textOf(body: unknown): unknown {
  const tag = tagOf(body)
  if (tag === '[object URLSearchParams]') return String(body)
  return /String|Object|Array]|Undefined|Null/.test(tag) ? body : unnamed('body')
}

function unnamed(option: string): never {
  throw invalid(
    `\`${option}\` can't be compared between tabs: set \`share\` to a name that is the same for the same request`,
  )
}
