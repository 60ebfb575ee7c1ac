import { StreamError, type StreamErrorDetails } from '../error.js'
import type { AttemptContext, Body, Source } from '../options.js'
import { Message, message } from '../stream/machine.js'

/** What a stream accepts, unless the page says otherwise. */
export const ACCEPT = 'text/event-stream, application/x-ndjson;q=0.9'

/** `duplex` is not among TypeScript's members yet. */
export type Init = RequestInit & { headers: Headers; duplex?: 'half' }

/** An error of the options. */
export function invalid(text: string, details?: StreamErrorDetails): StreamError {
  return new StreamError('invalid-options', text, details)
}

/** A value; a function is asked for it. */
export async function get<T, Context>(source: Source<T, Context>, context: Context): Promise<T> {
  return typeof source === 'function' ? (source as (context: Context) => T)(context) : source
}

/** A request that can be sent any number of times. */
export interface RequestTemplate<Context> {
  readonly url: string
  readonly method: string
  readonly headers: Source<HeadersInit | undefined, Context>
  readonly body: Source<Body, Context>
  /** The members that `fetch` gets as they are: `credentials`, `mode` and the like. */
  readonly init: RequestInit
  /** The function to call instead of the global `fetch`. */
  readonly fetch: typeof fetch | undefined
}

/** Whether a method asks for nothing but an answer (RFC 9110, 9.2.1). */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/**
 * Lets the platform check all that does not change from attempt to attempt: `fetch` itself would
 * report it as if the network had failed.
 */
export function check({ url, method, body, init }: RequestTemplate<AttemptContext>): void {
  if (body !== undefined && isSafe(method)) throw invalid(message(Message.bodyOfGet, method))
  const { username, password } = new URL(url)
  if (username + password !== '') throw invalid(message(Message.secrets))
  try {
    void new Request(url, { ...init, method })
  } catch (cause) {
    throw invalid(message(Message.badRequest, (cause as Error).message), { cause })
  }
}

/** What to give `fetch`, the callbacks asked. `attempt` is for the errors. */
export async function prepare<Context>(
  request: RequestTemplate<Context>,
  context: Context,
  attempt = 0,
): Promise<Init> {
  const headers = headersOf(await get(request.headers, context), attempt)
  const [body, contentType] = encodeBody(await get(request.body, context), attempt)
  if (contentType && !headers.has('content-type')) headers.set('content-type', contentType)
  const init: Init = { ...request.init, method: request.method, headers }
  if (body !== undefined) {
    init.body = body
    // Chromium wants it said that the upload does not wait for the response.
    if (body instanceof ReadableStream) init.duplex = 'half'
  }
  return init
}

/**
 * The headers of a stream's request (WHATWG HTML, 9.2.2 and 9.2.3). The id goes UTF-8 encoded:
 * `Headers` takes each byte as a character, so the bytes are spread over characters.
 */
export function setStreamHeaders(
  headers: Headers,
  { attempt, lastEventId }: AttemptContext,
  accept = ACCEPT,
): void {
  if (!headers.has('accept')) headers.set('accept', accept)
  if (lastEventId === '') return
  const bytes = Array.from(new TextEncoder().encode(lastEventId), (byte) =>
    String.fromCharCode(byte),
  ).join('')
  // RFC 9110, 5.5: servers refuse control characters, and Node's `fetch` reports them as if the
  // network had failed.
  if (/[^\t -~\x80-\xff]/.test(bytes)) throw invalid(message(Message.badId), { attempt })
  headers.set('Last-Event-ID', bytes)
}

/** Calls `fetch`. Gives an error `'network'` if it fails. */
export async function send<Context>(
  request: RequestTemplate<Context>,
  init: Init,
  attempt = 0,
): Promise<Response | StreamError> {
  const fetch = request.fetch ?? globalThis.fetch
  if (!fetch) throw invalid(message(Message.noFetch), { attempt })
  try {
    return await fetch(request.url, init)
  } catch (cause) {
    return unreachable(request, cause, attempt)
  }
}

/** `fetch` tells scripts nothing but that it failed. */
export function unreachable(
  { method, url }: { method: string; url: string },
  cause: unknown,
  attempt: number,
): StreamError {
  const text = message(Message.unreachable, method, displayUrl(url))
  return new StreamError('network', text, { cause, attempt, retryable: true })
}

function headersOf(init: HeadersInit | undefined, attempt: number): Headers {
  try {
    return new Headers(init ?? undefined)
  } catch (cause) {
    throw invalid(message(Message.badHeaders), { cause, attempt })
  }
}

/**
 * A body for `fetch` and the content type that it asks for, if `fetch` does not know it.
 *
 * Plain objects and arrays become JSON; whatever else `fetch` takes stays as it is.
 */
function encodeBody(body: Body, attempt: number): [BodyInit?, string?] {
  if (body === undefined || body === null) return []
  if (isPlain(body)) {
    try {
      return [JSON.stringify(body), 'application/json']
    } catch (cause) {
      throw invalid(message(Message.noJson), { cause, attempt })
    }
  }
  if (typeof body === 'string' || typeof body === 'object') return [body as BodyInit]
  throw invalid(message(Message.badBody), { attempt })
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || ArrayBuffer.isView(value)) return false
  if (Array.isArray(value)) return true
  // Objects of another realm have another `Object.prototype`, whose own prototype is null, too.
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** The absolute URL, relative to the document's base or the worker's address. */
export function resolveUrl(url: unknown): string {
  if (typeof url !== 'string' && !(url instanceof URL)) throw invalid(message(Message.badUrlType))
  try {
    return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href).href
  } catch (cause) {
    throw invalid(message(Message.badUrl), { cause })
  }
}

/** The URL without the parts that may hold secrets. */
export function displayUrl(url: string): string {
  if (!URL.canParse(url)) return 'the URL'
  const { origin, protocol, pathname } = new URL(url)
  return origin === 'null' ? protocol : origin + pathname
}
