import type { ServerSentEvent } from './event.js'
import { decodeText, memoryWords, type RawStream, writeChunk } from './wasm.js'

// The table's words, as src/sse/batch.rs writes them.
const ROW = 3
const KIND = 0b111
const EVENT = 0
const RETRY = 4
const HAS_ID = 0b1000
const HAS_TYPE = 0b10000
const OWN_ID = 0b100000
const TYPE_SHIFT = 6

/** Up to here an array grows faster than it is made. */
const FEW = 16

/** What a decoder calls back with besides events. */
export interface DecoderHooks {
  onComment?: ((comment: string) => void) | undefined
  onRetry?: ((milliseconds: number) => void) | undefined
  /** Gets the events whose own block had an `id`, for the drop-ins. @internal */
  identified?: WeakSet<ServerSentEvent> | undefined
}

/** `Batches.status`: an event outgrew the limit. */
export const TOO_LARGE = 1
/** `Batches.status`: the `done` marker has come. */
export const DONE = 2
/** The bits of a status; above them is what the text is. */
const STATUS = 0b11
const ENCODING_SHIFT = 2

/** Cuts what a stream's machine decodes into events. Knows its types, and the id of what it cut last. */
export class Batches {
  /** Of the last batch: 0, `TOO_LARGE` or `DONE`. */
  status = 0
  readonly #raw: RawStream
  #lastEventId: string
  readonly #types = ['message']
  readonly #hooks: DecoderHooks

  constructor(raw: RawStream, lastEventId = '', hooks: DecoderHooks = {}) {
    this.#raw = raw
    this.#lastEventId = lastEventId
    this.#hooks = hooks
  }

  /** The events that a chunk completes. */
  push(chunk: Uint8Array): ServerSentEvent[] {
    writeChunk(chunk)
    return this.#cut(this.#raw.push(chunk.length))
  }

  /** The events that the end of the bytes completes. */
  finish(): ServerSentEvent[] {
    return this.#cut(this.#raw.finish())
  }

  #cut(batch: number): ServerSentEvent[] {
    const words = memoryWords()
    // The five words that src/js/room.rs publishes.
    const at = batch / 4
    const what = words[at + 4]!
    this.status = what & STATUS
    const tableLength = words[at + 3]!
    if (tableLength === 0) return []
    // One decode for the whole text: a string for each event is cut out of it, not decoded.
    const all = decodeText(words[at]!, words[at + 1]!, what >> ENCODING_SHIFT)
    return this.#cutTable(all, words, words[at + 2]! / 4, tableLength)
  }

  #cutTable(all: string, words: Uint32Array, table: number, tableLength: number) {
    const types = this.#types
    const rows = tableLength / ROW
    // oxlint-disable-next-line unicorn/no-new-array -- made at its size, it needs no growing
    const events: ServerSentEvent[] = rows > FEW ? new Array(rows) : []
    let count = 0
    const end = table + tableLength
    let lastEventId = this.#lastEventId
    let from = 0
    for (let row = table; row < end; row += ROW) {
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
        const event = { type: types[head >> TYPE_SHIFT]!, data, lastEventId }
        events[count++] = event
        if (head & OWN_ID) this.#hooks.identified?.add(event)
      } else if ((head & KIND) === RETRY) {
        this.#hooks.onRetry?.(to)
      } else {
        this.#hooks.onComment?.(all.substring(from, to))
        from = to
      }
    }
    this.#lastEventId = lastEventId
    if (count < events.length) events.length = count
    return events
  }
}
