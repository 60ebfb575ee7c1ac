import type { ServerSentEvent } from './event.js'
import { memoryBytes, memoryWords } from './wasm.js'

// The table's words, as src/sse/batch.rs writes them.
const ROW = 3
const KIND = 0b111
const EVENT = 0
const RETRY = 4
const HAS_ID = 0b1000
const HAS_TYPE = 0b10000
const TYPE_SHIFT = 5

// A byte order mark at the start of a text is a character of an event.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** What a decoder calls back with besides events. */
export interface DecoderHooks {
  onComment?: ((comment: string) => void) | undefined
  onRetry?: ((milliseconds: number) => void) | undefined
}

/**
 * Cuts batches into events. One a decoder: it knows the decoder's types and the id of what it cut
 * last.
 */
export class Cutter {
  #lastEventId: string
  readonly #types = ['message']
  readonly #hooks: DecoderHooks

  constructor(lastEventId = '', hooks: DecoderHooks = {}) {
    this.#lastEventId = lastEventId
    this.#hooks = hooks
  }

  /** One decode for the whole text: a string for each event is cut out of it, not decoded. */
  cut(text: number, textLength: number, table: number, tableLength: number): ServerSentEvent[] {
    const all = utf8.decode(memoryBytes().subarray(text, text + textLength))
    const words = memoryWords()
    const types = this.#types
    const events: ServerSentEvent[] = []
    const end = table / 4 + tableLength
    let lastEventId = this.#lastEventId
    let from = 0
    for (let row = table / 4; row < end; row += ROW) {
      const head = words[row]!
      const to = words[row + 1]!
      if ((head & KIND) === EVENT) {
        const data = all.substring(from, to)
        from = to
        if (head & HAS_ID) {
          row += ROW
          lastEventId = all.substring(from, (from = words[row + 1]!))
        }
        if (head & HAS_TYPE) {
          row += ROW
          types[head >> TYPE_SHIFT] = all.substring(from, (from = words[row + 1]!))
        }
        events.push({ type: types[head >> TYPE_SHIFT]!, data, lastEventId })
      } else if ((head & KIND) === RETRY) {
        this.#hooks.onRetry?.(to)
      } else {
        this.#hooks.onComment?.(all.substring(from, to))
        from = to
      }
    }
    this.#lastEventId = lastEventId
    return events
  }
}
