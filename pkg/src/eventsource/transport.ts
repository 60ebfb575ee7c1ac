import type { EventSourceOptions } from './options.js'

/** A server may hold a `HEAD` open as if it were the stream; Firefox then waits for its end. */
const PROBE_TIMEOUT = 5_000

const futile = new WeakSet<object>()

/** Whether a request failed with this because it will always fail. */
export function isFutile(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && futile.has(cause)
}

/**
 * The `fetch` of a source, or `undefined` if the global one will do. `wasOpen` tells whether the
 * server has ever answered well.
 */
export function transportOf(
  url: string,
  options: EventSourceOptions,
  wasOpen: () => boolean,
): typeof fetch | undefined {
  const { fetch: send, lastEventIdQueryParameterName: name } = options
  if (send || name !== undefined) {
    return (input, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers))
      const target = name === undefined ? input : moveId(String(input), name, headers)
      // A plain object: those who wrap `fetch` spread it.
      return (send ?? fetch)(target, { ...init, headers })
    }
  }
  if (!needsPermission(url) || isPreflighted(options)) return undefined
  return (input, init) =>
    input === url && !wasOpen() ? fetchUnlessForbidden(url, init) : fetch(input, init)
}

/** The id as a parameter of the query, not as a header. */
function moveId(url: string, name: string, headers: Record<string, string>): string {
  const bytes = headers['last-event-id']
  if (bytes === undefined) return url
  delete headers['last-event-id']
  // Each character of a header is a byte; together they are UTF-8.
  const id = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
  const target = new URL(url)
  target.search += `${target.search && '&'}${encodeURIComponent(name)}=${encodeURIComponent(id)}`
  return target.href
}

function needsPermission(url: string): boolean {
  const { location } = globalThis as Partial<typeof globalThis>
  return location !== undefined && new URL(url).origin !== location.origin && /^https?:/.test(url)
}

function isPreflighted({ method, headers, body, lastEventId }: EventSourceOptions): boolean {
  return [method, headers, body, lastEventId].some((option) => option !== undefined)
}

/**
 * Browsers fail a source that CORS forbids, and try again when the network failed. `fetch` does not
 * say which it was. So the server is asked something that needs no permission: if it answers, and
 * the request fails once more, it was CORS.
 */
async function fetchUnlessForbidden(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    const { signal, credentials = 'same-origin' } = init
    const patience = AbortSignal.timeout(PROBE_TIMEOUT)
    try {
      await fetch(url, {
        method: 'HEAD',
        mode: 'no-cors',
        cache: 'no-store',
        credentials,
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
      })
    } catch {
      throw error
    }
    return await fetch(url, init).catch((again: unknown) => {
      futile.add(Object(again))
      throw again
    })
  }
}
