import { StreamError } from '../error.js'
import type { ServerSentEvent } from '../event.js'
import { reasonIn } from '../fetch/response.js'
import { at, type Json, objectOf } from './json.js'

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
    const start = JSON.stringify(data.slice(0, 100))
    const message = `the data of an event '${type}' of the model's API is broken JSON: ${start}`
    // A fragment that is text may look like JSON.
    if (!/^(error|messageFragment)$/.test(type) && isBroken.test(data)) {
      throw new StreamError('parse-json', message, { cause })
    }
  }
  const json = objectOf(value)
  const { error, ...kinds } = json ?? {}
  if (
    [type, kinds['type'], kinds['event'], kinds['object']].some((kind) =>
      /^(RUN_ERROR|error)$/.test(kind),
    ) ||
    (error && JSON.stringify(error) !== '{}')
  ) {
    throw upstreamError(json ?? data)
  }
  return json
}

/**
 * Throws a `StreamError` `'upstream'` for an object that no format knows and that has the shape of an
 * error: `{ code, message }`, `{ success: false }`, or nothing but FastAPI's `{ detail }`.
 */
export function throwIfProblem(json: Json): void {
  const { type, code, detail, success } = json
  const isCode = !type && code && !/^(0+|20+|ok|success)$/i.test(code) && reasonIn(json)
  const isDetail = detail && Object.keys(json).length === 1
  if (isCode || isDetail || success === false) throw upstreamError(json)
}

const TRANSIENT =
  /overload|rate.?limit|(server|api).?error|time.?out|unavailable|internal|exhausted|^(429|5\d\d)$/i

/** The error for what a vendor sent: `{ error: { type, message } }` in one of its dialects. */
export function upstreamError(data: Json | string): StreamError {
  const inner = objectOf(at(data, 'error')) ?? objectOf(at(data, 'errors.0'))
  const { type: kind, status, code, object } = inner ?? (data as Json)
  // Of an event without an error object, `type` is the event's own.
  const types = [inner || object ? kind : '', status, code]
    .filter((value) => value && /string|number/.test(typeof value))
    .map(String)
  // Names say more than numbers.
  const type = types.find((name) => !/^\d/.test(name)) ?? types[0]
  const message = reasonIn(inner ?? data) ?? JSON.stringify(data)
  const what = type ? `${type}: ${message}` : message
  return new StreamError('upstream', `the model's API sent an error in the stream: ${what}`, {
    retryable: types.some((name) => TRANSIENT.test(name)),
    cause: { type, message, data } satisfies UpstreamProblem,
  })
}
