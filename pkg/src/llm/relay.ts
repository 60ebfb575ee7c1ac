import type { ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import { TABLE_FORMATS } from './table.js'
import { parse } from './upstream.js'

/** The data of the relay's event `start`. */
export interface RelayStart {
  /** The name of the answer. */
  sessionId?: string
  /** The model that answers. */
  model?: string
}

/** The data of the relay's event `done`. */
export interface RelayDone {
  /** Why the model stopped. */
  finishReason?: string
  /** The number of tokens that were relayed. */
  tokens?: number
}

/**
 * Reads the relay's events: `start`, unnamed events whose data is text, `done`, and `error` with
 * `{ error: { code, message } }`.
 */
export function relay(event: ServerSentEvent): Part | undefined {
  const { type, data } = event
  if (type === 'message') return { text: data }
  return /^(start|done|error)$/.test(type)
    ? TABLE_FORMATS['relay']!(parse(event) ?? {}, event)
    : undefined
}
