import { StreamError } from '../error.js'
import type { ServerSentEvent } from '../event.js'
import type { Part, Usage } from './answer.js'

/**
 * What one event adds to an answer: its text, or a part with more than that; nothing for an event
 * that is of no interest. What it throws ends the stream.
 */
export type Extractor = (event: ServerSentEvent) => string | Part | null | undefined

/** The `cause` of an error `'upstream'`. */
export interface UpstreamProblem {
  /** The vendor's type, status or code: `'overloaded_error'`, `'UNAVAILABLE'`; if it gave one. */
  readonly type: string | undefined
  readonly message: string
  /** The event's whole data, parsed if it is JSON. */
  readonly data: unknown
}

/** JSON of which nothing is sure. */
type Json = Record<string, unknown>

/**
 * An event's data as a vendor's object, of which anything may be missing or of another type.
 * `undefined` for data that is no JSON object, such as a heartbeat's.
 *
 * Throws a `StreamError` `'parse-json'` for broken JSON, and `'upstream'` for a vendor's error.
 */
export function parse<T extends object>(event: ServerSentEvent): T | undefined {
  let json
  try {
    json = objectOf(JSON.parse(event.data))
  } catch (cause) {
    if (event.type === 'error') throw upstreamError(event.data)
    if (/^\s*[[{]/.test(event.data)) throw brokenJson(event, cause)
    return undefined
  }
  if (event.type === 'error' || json?.['error'] || json?.['type'] === 'error') {
    throw upstreamError(json ?? event.data)
  }
  return json as T | undefined
}

/** The error for what a vendor sent: `{ error: { type, message } }` in one of its dialects. */
export function upstreamError(data: Json | string): StreamError {
  const problem: UpstreamProblem = { ...readProblem(data), data }
  const { type, message } = problem
  const what = [type, message].filter(Boolean).join(': ')
  return new StreamError('upstream', `the model's API sent an error in the stream: ${what}`, {
    retryable: TRANSIENT.test(type ?? ''),
    cause: problem,
  })
}

const TRANSIENT =
  /overload|rate.?limit|server.?error|api_error|time.?out|unavailable|internal|exhausted|^(429|5\d\d)$/i

function readProblem(data: Json | string): Omit<UpstreamProblem, 'data'> {
  if (typeof data === 'string') return { type: undefined, message: data }
  const inner = objectOf(data['error'])
  const { type, status, code, message } = inner ?? data
  // Of an event without an error object, `type` is the event's own.
  const types = inner ? [type, status, code] : [status, code]
  return {
    type: types.map(nameOf).find(Boolean),
    message: text(message) ?? text(data['error']) ?? JSON.stringify(data),
  }
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : text(value)
}

function brokenJson(event: ServerSentEvent, cause: unknown): StreamError {
  const start = JSON.stringify(event.data.slice(0, 100))
  const message = `the data of an event '${event.type}' of the model's API is broken JSON: ${start}`
  return new StreamError('parse-json', message, { cause })
}

/** A value if it is a text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A value if it is an array, or none: vendors write `null` for empty ones. */
export function list<T>(value: readonly T[] | null | undefined): readonly (T | null | undefined)[] {
  return Array.isArray(value) ? value : []
}

/** A text that is a JSON object, parsed. */
export function jsonObject(data: string): Json | undefined {
  try {
    return objectOf(JSON.parse(data))
  } catch {
    return undefined
  }
}

/** A value if it is an object. */
export function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined
}

/** A vendor's usage, with the numbers among those that are input's and output's. */
export function usage(
  raw: unknown,
  input: readonly string[],
  output: readonly string[],
): Usage | undefined {
  const figures = objectOf(raw)
  return (
    figures && {
      inputTokens: sum(figures, input),
      outputTokens: sum(figures, output),
      raw: figures,
    }
  )
}

function sum(figures: Json, names: readonly string[]): number | undefined {
  const numbers = names.map((name) => figures[name]).filter((value) => typeof value === 'number')
  return numbers.length > 0 ? numbers.reduce((total, number) => total + number) : undefined
}
