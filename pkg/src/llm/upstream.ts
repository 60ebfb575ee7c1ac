import { StreamError } from '../error.js'
import type { ServerSentEvent } from '../event.js'
import { reasonIn } from '../fetch/response.js'
import { at, type Json, objectOf, parsed } from './json.js'

/** The `cause` of a `StreamError` `'upstream'`: the error that the model's API sent. */
export interface UpstreamProblem {
  /** The vendor's type, status or code, such as `'overloaded_error'` or `'UNAVAILABLE'`. */
  readonly type: string | undefined
  /** The vendor's message. */
  readonly message: string
  /** The data of the event, parsed if it is JSON. */
  readonly data: unknown
}

/**
 * Returns the data of an event as a vendor's object, in which members may be missing or of another
 * type. Returns `undefined` for data that is no JSON object, such as that of a heartbeat.
 *
 * Throws a `StreamError` `'parse-json'` for broken JSON, and `'upstream'` for a vendor's error.
 *
 * @param event whose data is not parsed again if it has a member `json`
 * @param isBroken what data looks like that has to be JSON
 */
export function parse(
  { type, data, json: value }: ServerSentEvent & { json?: unknown },
  isBroken = /^\s*(\{|\[\s*\{)/,
): Json | undefined {
  try {
    // Some gateways frame twice, or encode twice.
    value ??= JSON.parse(data.replace(/^(data: ?)+(?=[{"])/, ''))
    if (typeof value === 'string') value = parsed(value)
  } catch (cause) {
    const start = JSON.stringify(data.slice(0, 100))
    const message = `the data of an event '${type}' of the model's API is broken JSON: ${start}`
    // A fragment that is text may look like JSON.
    if (!/^(error|messageFragment)$/.test(type) && isBroken.test(data)) {
      throw new StreamError('parse-json', message, { cause })
    }
  }
  const json = objectOf(value)
  if (FATAL.test(type) || (json && isProblem(json))) throw upstreamError(json ?? data)
  // Some frame text as it is.
  return json ?? (type === 'messageFragment' ? { text: data } : undefined)
}

/** The kinds of events that are errors. */
const FATAL = /exception$|^(RUN_|response\.)?error$/i

/**
 * The code of an error, or its type, as OpenAI sends it beside what `param` names. AWS writes
 * `{ throttlingException: { message } }`.
 */
function codeOf(problem: any): unknown {
  const path = 'code|statusCode|errorCode|errorType|__type'
  const [first] = Object.keys(Object(problem)) as [string]
  return (
    at(problem, path) ??
    (/.Exception$/.test(first) ? first : 'param' in Object(problem) && problem.type)
  )
}

/** Whether an object has the shape of an error, in one of its dialects. */
function isProblem(json: Json): unknown {
  const { type, event, event_type, object, error, errors, detail, success, status } = json
  const { base_resp = json } = json
  const code = /^(fail(ed|ure)?|error)$/i.test(status) || status >= 400 ? status : codeOf(base_resp)
  return (
    [type, event, event_type, object].some((kind) => FATAL.test(kind)) ||
    // Some gateways send the members of an error in each event, empty ones.
    [error, errors].some((e) => e > 0 || Object.values(Object(e)).some(Boolean)) ||
    success === false ||
    (detail && Object.keys(json).length === 1) ||
    (success !== true &&
      (!type || /_error$|exception|:/.test(type)) &&
      [code || 0, reasonFor(base_resp) ?? 0].every((said) => !/^(0+|20+|ok|success)$/i.test(said)))
  )
}

function reasonFor(problem: Json | string): string | undefined {
  return reasonIn(problem) ?? at(problem, 'errorMsg|statusMsg|errorMessage|*.message')
}

const TRANSIENT =
  /overload|rate.?limit|throttl|many.?requests|busy|(server|api).?error|time.?out|unavailable|internal|exhausted|^(429|5\d\d)$/i

/** Returns the error for what a vendor sent: `{ error: { type, message } }` in one of its dialects. */
export function upstreamError(data: Json | string): StreamError {
  const inner = objectOf(at(data, 'error|errors.0|base_resp|payload.error'))
  const problem = inner ?? data
  const { type: kind, status, object } = problem as Json
  // Of an event without an error object, `type` is the event's own.
  const types = [inner || object ? kind : '', status, codeOf(problem)]
    .filter((value) => value && /string|number/.test(typeof value))
    .map(String)
  // Names say more than numbers.
  const type = types.find((name) => !/^\d/.test(name)) ?? types[0]
  const message = reasonFor(problem) ?? JSON.stringify(data)
  const what = type ? `${type}: ` : ''
  return new StreamError(
    'upstream',
    `the model's API sent an error in the stream: ${what}${message}`,
    {
      retryable: types.some(TRANSIENT.test, TRANSIENT),
      cause: { type, message, data } satisfies UpstreamProblem,
    },
  )
}
