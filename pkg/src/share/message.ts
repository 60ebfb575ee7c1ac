import { StreamError } from '../error.js'
import type { CancelResult, StreamOutcome } from '../outcome.js'
import type { Run } from './run.js'

/** What else a function that opens a stream tells all tabs. Only its error can't be cloned. @internal */
export interface Note {
  error?: StreamError
  [name: string]: unknown
}

export type Outcome = Omit<StreamOutcome, 'dropped'>

/** What tabs tell each other: one of these, or more. */
export interface Message {
  // From the owner of the connection.
  run?: Run
  /** The run is what is kept, for tabs that have no place yet. */
  isWelcome?: boolean
  note?: Note | undefined
  /** The stream is over. */
  ended?: Outcome
  result?: CancelResult | undefined
  /** Asks tabs to report when they have consumed everything. */
  isAsking?: boolean
  isAlive?: boolean
  // From the other tabs.
  isFed?: boolean
  /** Asks the owner for a sign of life. */
  isWaiting?: boolean
  cancel?: { reason: unknown }
  /** Asks the owner for a welcome; or asks all tabs, since the owner is new and has no place. */
  hello?: 'owner' | 'all'
}

/**
 * Makes the `StreamError` of an object one that can be sent to another tab. Its cause stays: it may be
 * anything, and not everything can be cloned.
 */
export function pack<T extends { error?: unknown } | undefined>(object: T): T {
  if (!object?.error) return object
  const { message, headers, ...details } = object.error as StreamError
  return { ...object, error: { ...details, message, headers: headers && [...headers] } }
}

/** Makes it an error again. */
export function unpack<T extends { error?: unknown } | undefined>(object: T): T {
  if (!object?.error) return object
  const sent = object.error as StreamError
  const details = { ...sent, headers: sent.headers && new Headers(sent.headers) }
  return { ...object, error: new StreamError(sent.code, sent.message, details) }
}
