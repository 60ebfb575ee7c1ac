import type { ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import { TABLE_FORMATS } from './table.js'
import { parse } from './upstream.js'

/** The data of the relay's event `start`. */
export interface RelayStart {
  sessionId?: string
  model?: string
}

/** The data of the relay's event `done`. */
export interface RelayDone {
  finishReason?: string
  /** How many it relayed. */
  tokens?: number
}

/**
 * The answer of our relay's events: `start`, events without a name whose data is text as it is,
 * `done`, or `error` with `{ error: { code, message } }`.
 */
export function relay(event: ServerSentEvent): Part | undefined {
  const { type, data } = event
  if (type === 'message') return { text: data }
  return /^(start|done|error)$/.test(type)
    ? TABLE_FORMATS['relay']!(parse(event) ?? {}, event)
    : undefined
}
