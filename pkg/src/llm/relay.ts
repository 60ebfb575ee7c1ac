import type { ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import { text } from './json.js'
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
  switch (event.type) {
    case 'message':
      return { text: event.data }
    case 'start': {
      const start = parse(event) as RelayStart | undefined
      return { id: text(start?.sessionId), model: text(start?.model) }
    }
    case 'done': {
      const done = parse(event) as RelayDone | undefined
      return {
        finishReason: text(done?.finishReason),
        usage: done && { raw: { tokens: done.tokens }, input: [], output: ['tokens'] },
        isEnd: true,
      }
    }
    case 'error':
      parse(event)
      return undefined
    default:
      return undefined
  }
}
