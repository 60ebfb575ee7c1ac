import { bytesOf, tagOf } from '../bytes.js'
import { StreamError, type StreamErrorDetails } from '../error.js'
import type { Body, FetchFunction, Source } from '../options.js'
import { chain, isPromise } from '../promise.js'
import {
  TEXT_BAD_BODY,
  TEXT_BAD_HEADERS,
  TEXT_BAD_ID,
  TEXT_BAD_REQUEST,
  TEXT_BAD_URL,
  TEXT_BAD_URL_TYPE,
  TEXT_BODY_OF_GET,
  TEXT_NO_FETCH,
  TEXT_NO_JSON,
  TEXT_SECRETS,
  TEXT_UNREACHABLE,
} from '../border.js'
import { errorText } from '../error-text.js'

/** What a stream accepts, unless the page says otherwise. */
const ACCEPT = 'text/event-stream, application/x-ndjson;q=0.9'

/** `duplex` is not among TypeScript's members yet. @internal */
export type Init = RequestInit & { headers: Headers; duplex?: 'half' }

/** Returns an error `'invalid-options'`. */
export function invalid(text: string, details?: StreamErrorDetails): StreamError {
  return new StreamError('invalid-options', text, details)
}

/** Returns what a function of the page returned. A promise's answer can't be waited for. */
export function answerOf<T>(value: T, isRefused = isPromise(value)): T {
  if (isRefused) throw invalid('`done` must not return a promise, or `job` and `cursor` an object')
  return value
}

/** Returns a value, or what a function returns. */
function get<T, Context>(source: Source<T, Context>, context: Context): T | PromiseLike<T> {
  return typeof source === 'function' ? (source as (context: Context) => T)(context) : (source as T)
}

/** A request that can be sent any number of times. @internal */
export interface RequestTemplate<Context> {
  readonly url: string
  readonly method: string
  readonly headers: Source<HeadersInit | undefined, Context>
  readonly body: Source<Body, Context>
  /** The members that are passed to `fetch` unchanged: `credentials`, `mode` and the like. */
  readonly init: RequestInit
  /** The function to call instead of the global `fetch`. */
  readonly fetch: FetchFunction | undefined
}

/** Returns whether a method is safe to repeat (RFC 9110, 9.2.1). */
export function isSafe(method: string): boolean {
  return /^(get|head)$/i.test(method)
}

/**
 * Lets the platform check all that does not change from attempt to attempt: `fetch` itself would
 * report it as if the network had failed.
 */
export function check({ url, method, body, init }: RequestTemplate<never>): void {
  if (body !== undefined && isSafe(method)) throw invalid(errorText(TEXT_BODY_OF_GET, method))
  if (/^[^/]*\/\/[^/?#]*@/.test(url)) throw invalid(errorText(TEXT_SECRETS))
  try {
    if (globalThis.Request) void new Request(url, { ...init, method })
  } catch (cause) {
    throw invalid(errorText(TEXT_BAD_REQUEST, (cause as Error).message), { cause })
  }
}

/** Checks what is sent later, and is no function, while an error still helps. */
export function checkEndpoint<Context>(
  endpoint: Omit<RequestTemplate<Context>, 'url'> & { url: unknown },
): void {
  const { url, headers, body } = endpoint
  check({
    ...endpoint,
    url: typeof url === 'function' ? 'https://sluicegate.test' : resolveUrl(url),
  })
  const known = (value: unknown) => (typeof value === 'function' || isPromise(value) ? null : value)
  initOf(endpoint, known(headers) as HeadersInit, known(body) as Body, 0)
}

/** Whether requests of this platform take these members, and a body not just as its text. */
export function takes(init: RequestInit & { duplex?: 'half' }): boolean {
  try {
    // Stand-ins in tests may have no headers.
    const request: Partial<Request> =
      globalThis.Request && new Request('https://sluicegate.test', init)
    return request?.headers?.get('content-type') !== 'text/plain;charset=UTF-8'
  } catch {
    return false
  }
}

/**
 * Returns a request with its URL, and what to pass to `fetch`, once the page's functions have said it.
 * `attempt` is for the errors.
 */
export function prepareAt<Context>(
  request: Omit<RequestTemplate<Context>, 'url'> & { url: Source<string | URL, Context> },
  context: Context,
  attempt = 0,
): Prepared<Context> | PromiseLike<Prepared<Context>> {
  return chain(get(request.url, context), (url) => {
    const resolved = { ...request, url: resolveUrl(url) }
    return chain(get(request.headers, context), (headers) =>
      chain(get(request.body, context), (body): Prepared<Context> => {
        return [resolved, initOf(request, headers, body, attempt)]
      }),
    )
  })
}

export type Prepared<Context> = [RequestTemplate<Context>, Init]

function initOf(
  request: Pick<RequestTemplate<never>, 'fetch' | 'init' | 'method'>,
  given: HeadersInit | undefined,
  value: Body,
  attempt: number,
): Init {
  const headers = headersOf(given, attempt)
  const [body, contentType] = encodeBody(value, attempt, request.fetch)
  if (contentType && !headers.has('content-type')) headers.set('content-type', contentType)
  const init: Init = { ...request.init, method: request.method, headers }
  if (body !== undefined) {
    init.body = body
    // Chromium wants it said that the upload does not wait for the response.
    if (isStream(body)) init.duplex = 'half'
  }
  return init
}

/**
 * The headers of a stream's request (WHATWG HTML, 9.2.2 and 9.2.3). The id goes UTF-8 encoded:
 * `Headers` takes each byte as a character, so the bytes are spread over characters.
 */
export function setStreamHeaders(
  headers: Headers,
  lastEventId: string,
  attempt: number,
  accept = ACCEPT,
): void {
  if (!headers.has('accept')) headers.set('accept', accept)
  if (lastEventId === '') return
  const bytes = Array.from(bytesOf(lastEventId)!, (byte) => String.fromCharCode(byte)).join('')
  // RFC 9110, 5.5: servers refuse control characters, and Node's `fetch` reports them as if the
  // network had failed.
  if (/[^\t -~\x80-\xff]/.test(bytes)) throw invalid(errorText(TEXT_BAD_ID), { attempt })
  headers.set('Last-Event-ID', bytes)
}

/** Calls `fetch`. Returns an error `'network'` if it fails; throws if it returns no response. */
export async function send<Context>(
  request: RequestTemplate<Context>,
  init: Init,
  attempt = 0,
): Promise<Response | StreamError> {
  const fetch = request.fetch ?? globalThis.fetch
  if (!fetch) throw invalid(errorText(TEXT_NO_FETCH), { attempt })
  // A record: polyfills know no `Headers` but their own.
  const plain = { ...init, headers: Object.fromEntries(init.headers) }
  let response: Response
  try {
    response = await fetch(request.url, plain)
  } catch (cause) {
    // Code over `fetch` throws what has an error status, or an error with it.
    ;({ response = cause as Response } = Object(cause) as { response?: Response })
    if (!has(response?.headers, 'get')) return unreachable(request, cause, attempt)
  }
  if (has(response?.headers, 'get')) return response
  throw invalid(`\`fetch\` returned ${tagOf(response)}, not a Response`, { attempt })
}

/** `fetch` tells scripts nothing but that it failed. */
function unreachable(
  { method, url }: { method: string; url: string },
  cause: unknown,
  attempt: number,
): StreamError {
  const text = errorText(TEXT_UNREACHABLE, method, displayUrl(url))
  // `fetch` may not know another scheme at all.
  const retryable = attempt > 1 || /^https?:/.test(url)
  return new StreamError('network', text, { cause, attempt, retryable })
}

/** Headers for any number of attempts: an iterator can be read only once. */
export function repeatable<T>(headers: T): T {
  return has(headers, 'next') ? ([...(headers as never)] as T) : headers
}

function headersOf(init: HeadersInit | undefined, attempt: number): Headers {
  try {
    // As pairs: `Headers` of other realms and libraries are not known everywhere.
    return new Headers(has(init, Symbol.iterator) ? [...(init as Headers)] : (init ?? undefined))
  } catch (cause) {
    throw invalid(errorText(TEXT_BAD_HEADERS), { cause, attempt })
  }
}

/**
 * A body for `fetch` and the content type that it asks for, if `fetch` does not know it.
 *
 * Leaves what `fetch` accepts unchanged; other objects become JSON, as `JSON.stringify` writes them.
 */
function encodeBody(body: Body, attempt: number, fetch?: FetchFunction): [BodyInit?, string?] {
  if (body === undefined || body === null) return []
  if (typeof body === 'string') return [body]
  const isBody = isNative(body)
  // Only the platform knows what was read before, and what it would send as mere text.
  if (isBody && (fetch || takes({ method: 'POST', body: body as BodyInit, duplex: 'half' }))) {
    return [body as BodyInit]
  }
  const tag = tagOf(body)
  let json: string | undefined
  let cause: unknown
  try {
    json = JSON.stringify(body)
  } catch (error) {
    cause = error
  }
  // Nothing is left of a `Map`, an `Error`, an iterator.
  const isNothing = json === '{}' && tag !== '[object Object]' && !has(body, 'toJSON')
  if (isBody || isNothing || typeof body !== 'object') {
    throw invalid(errorText(TEXT_BAD_BODY, tag), { attempt })
  }
  if (json === undefined) throw invalid(errorText(TEXT_NO_JSON), { cause, attempt })
  return [json, 'application/json']
}

/** Whether a value has one of these methods. */
function has(value: unknown, ...names: (string | symbol)[]): boolean {
  return names.some((name) => typeof Object(value)[name] === 'function')
}

/** Whether `fetch`, of whatever realm or library, takes it as a body. */
export function isNative(body: unknown): boolean {
  const isForm = has(body, 'append') && has(body, 'getAll', 'getParts', 'getBoundary')
  // Bun's forms have a `toJSON`, as the lists of libraries do.
  if (isForm || bytesOf(body)) return true
  if (has(body, 'toJSON') || Array.isArray(body)) return false
  const isBlob = has(body, 'slice') && 'size' in (body as object)
  return isBlob || isStream(body)
}

/** Whether a body can be read only once. */
export function isStream(body: unknown): boolean {
  return has(body, 'getReader', 'pipe', Symbol.asyncIterator)
}

/** A copy with inherited members, too, such as those of a `Request`: `fetch` reads them all. */
export function membersOf<T extends object>(object: T | null | undefined): T {
  const all = {} as T
  for (const name in object) all[name] = object[name]
  return all
}

/** Whether this is a `Request`, of whatever realm or library. */
export function isRequest(input: unknown): input is Request {
  const { url, headers } = Object(input) as Partial<Request>
  return typeof url === 'string' && has(headers, 'get')
}

/** The absolute URL, relative to the document's base or the worker's address. */
export function resolveUrl(url: unknown): string {
  // Not by its class: it may be a URL of another realm.
  const href: unknown = typeof url === 'string' ? url : (Object(url) as Partial<URL>).href
  if (typeof href !== 'string') throw invalid(errorText(TEXT_BAD_URL_TYPE))
  let cause: unknown
  try {
    const absolute = new URL(href, globalThis.document?.baseURI ?? globalThis.location?.href).href
    // Of `localhost:3000`, the host is the scheme.
    if (!/^[^/:]+:\d/.test(absolute)) return absolute
  } catch (error) {
    cause = error
  }
  throw invalid(errorText(TEXT_BAD_URL), { cause })
}

/** The URL without the parts that may hold secrets. */
export function displayUrl(url: string): string {
  try {
    const { origin, protocol, pathname } = new URL(url)
    return origin === 'null' ? protocol : origin + pathname
  } catch {
    return 'the URL'
  }
}
