import { StreamError } from '../error.js'
import type { ServerSentEvent } from '../event.js'
import { type Json, list, objectOf, text } from './json.js'

/** The `cause` of an error `'upstream'`. */
export interface UpstreamProblem {
  /** The vendor's type, status or code: `'overloaded_error'`, `'UNAVAILABLE'`; if it sent one. */
  readonly type: string | undefined
  readonly message: string
  /** The event's whole data, parsed if it is JSON. */
  readonly data: unknown
}

/**
 * An event's data as a vendor's object, of which anything may be missing or of another type.
 * `undefined` for data that is no JSON object, such as a heartbeat's.
 *
 * Throws a `StreamError` `'parse-json'` for broken JSON, and `'upstream'` for a vendor's error.
 *
 * @param isBroken what data looks like that has to be JSON
 */
export function parse(
  { type, data }: ServerSentEvent,
  isBroken = /^\s*(\{|\[\s*\{)/,
): Json | undefined {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch (cause) {
    if (type !== 'error' && isBroken.test(data)) throw brokenJson(type, data, cause)
  }
  const json = objectOf(value)
  const kinds = [type, json?.['type'], json?.['event'], json?.['object']]
  if (kinds.some((kind) => /^(RUN_ERROR|error)$/.test(String(kind))) || hasMembers(json?.['error']))
    throw upstreamError(json ?? data)
  return json
}

/**
 * Throws a `StreamError` `'upstream'` for an object that no format knows and that has the shape of an
 * error: `{ code, message }`, `{ success: false }`, or nothing but FastAPI's `{ detail }`.
 */
export function throwIfProblem(json: Json): void {
  const { type, code, detail, success } = json
  const isCode = !type && code && !/^(0+|20+|ok|success)$/i.test(String(code)) && messageOf(json)
  const isDetail = detail && Object.keys(json).length === 1
  if (isCode || isDetail || success === false) throw upstreamError(json)
}

/** The error for what a vendor sent: `{ error: { type, message } }` in one of its dialects. */
export function upstreamError(data: Json | string): StreamError {
  const { types, message } = readProblem(data)
  const [type] = types
  const problem: UpstreamProblem = { type, message, data }
  const what = [type, message].filter(Boolean).join(': ')
  return new StreamError('upstream', `the model's API sent an error in the stream: ${what}`, {
    retryable: types.some((name) => TRANSIENT.test(name)),
    cause: problem,
  })
}

const TRANSIENT =
  /overload|rate.?limit|server.?error|api_error|time.?out|unavailable|internal|exhausted|^(429|5\d\d)$/i

function readProblem(data: Json | string): { types: string[]; message: string } {
  if (typeof data === 'string') return { types: [], message: data }
  const inner = objectOf(data['error']) ?? objectOf(list(data['errors'] as unknown[])[0])
  const { type, status, code, object } = inner ?? data
  // Of an event without an error object, `type` is the event's own.
  const types = [inner || object ? type : undefined, status, code].flatMap((value) => {
    return typeof value === 'number' ? String(value) : (text(value) ?? [])
  })
  // Names say more than numbers.
  types.sort((a, b) => Number(/^\d/.test(a)) - Number(/^\d/.test(b)))
  return { types, message: messageOf(inner ?? data) ?? JSON.stringify(data) }
}

function messageOf({ message, msg, errorText, error, detail }: Json): string | undefined {
  return [message, msg, errorText, error, detail].map(text).find(Boolean)
}

function hasMembers(value: unknown): boolean {
  const object = objectOf(value)
  return object ? Object.keys(object).length > 0 : !!value
}

function brokenJson(type: string, data: string, cause: unknown): StreamError {
  const start = JSON.stringify(data.slice(0, 100))
  const message = `the data of an event '${type}' of the model's API is broken JSON: ${start}`
  return new StreamError('parse-json', message, { cause })
}
