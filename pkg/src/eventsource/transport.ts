import { underPolicy } from '../dropin/policy.js'
import { StreamError } from '../error.js'
import { type Init, type RequestTemplate, send } from '../fetch/request.js'
import type { AttemptContext } from '../options.js'
import type { EventSourceOptions } from './options.js'

/** A server may hold a `HEAD` open as if it were the stream; Firefox then waits for its end. */
const PROBE_TIMEOUT = 5_000

type Request = RequestTemplate<AttemptContext>

/** Sends a source's requests, and tells the failures that are final: they are not `retryable`. */
export class Transport {
  readonly #options: EventSourceOptions
  readonly #isProbing: boolean

  constructor(url: string, options: EventSourceOptions) {
    this.#options = options
    this.#isProbing = !options.fetch && needsPermission(url) && !isPreflighted(options)
  }

  /** `wasOpen` is whether the server has answered well before. */
  async send(
    request: Request,
    init: Init,
    attempt: number,
    wasOpen: boolean,
  ): Promise<Response | StreamError> {
    const [target, sent] = this.#adapted(request, init)
    const answer = await underPolicy(target.url, attempt, () => send(target, sent, attempt))
    const isUnclear = answer instanceof StreamError && answer.retryable
    if (!isUnclear || wasOpen || !this.#isProbing || !(await isThere(target, init))) return answer
    const again = await send(target, sent, attempt)
    if (!(again instanceof StreamError)) return again
    return new StreamError('network', again.message, { attempt, cause: again.cause })
  }

  /** The request as the options have it sent. */
  #adapted(request: Request, init: Init): [Request, Init] {
    const { lastEventIdQueryParameterName: name } = this.#options
    if (name === undefined) return [request, init]
    const headers = new Headers(init.headers)
    return [
      { ...request, url: moveId(request.url, name, headers) },
      { ...init, headers },
    ]
  }
}

/** The id as a parameter of the query, not as a header. */
function moveId(url: string, name: string, headers: Headers): string {
  const bytes = headers.get('last-event-id')
  if (bytes === null) return url
  headers.delete('last-event-id')
  // Each character of a header is a byte; together they are UTF-8.
  const id = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
  const target = new URL(url)
  const key = encodeURIComponent(name)
  // The page may have put the id there that it knew at first.
  const others = target.search.slice(1).split('&')
  const kept = others.filter((pair) => pair !== '' && pair.split('=', 1)[0] !== key)
  target.search = [...kept, `${key}=${encodeURIComponent(id)}`].join('&')
  return target.href
}

function needsPermission(url: string): boolean {
  const { location } = globalThis as Partial<typeof globalThis>
  return !!location && new URL(url).origin !== location.origin && /^https?:/.test(url)
}

function isPreflighted({ method, headers, body, lastEventId }: EventSourceOptions): boolean {
  return [method, headers, body, lastEventId].some((option) => option !== undefined)
}

/**
 * Browsers fail a source that CORS forbids, and try again when the network failed. `fetch` does not
 * say which it was. So the server is asked something that needs no permission: if it answers, and
 * the request fails once more, it was CORS.
 */
async function isThere({ url }: Request, init: Init): Promise<boolean> {
  const { signal, credentials = 'same-origin' } = init
  try {
    const patience = AbortSignal.timeout(PROBE_TIMEOUT)
    await fetch(url, {
      method: 'HEAD',
      mode: 'no-cors',
      cache: 'no-store',
      credentials,
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    })
    return true
  } catch {
    return false
  }
}
