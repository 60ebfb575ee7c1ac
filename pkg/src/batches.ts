import type { ServerSentEvent } from './event.js'
import { decodeText, memoryWords, PIECE, type RawStream, writeChunk } from './wasm.js'

// The table's words, as src/sse/batch.rs writes them.
const ROW = 3
const KIND = 0b111
const EVENT = 0
const ID = 1
const RETRY = 4
const HAS_ID = 0b1000
const HAS_TYPE = 0b10000
const OWN_ID = 0b100000
const TYPE_SHIFT = 6

/** Up to here V8 copies what is cut out of a text. */
const SHORT = 12

/** Up to here an array grows faster than it is made. */
const FEW = 16

/** What a decoder calls back with besides events. */
export interface DecoderHooks {
  onComment?: ((comment: string) => void) | undefined
  onRetry?: ((milliseconds: number) => void) | undefined
  onId?: ((id: string) => void) | undefined
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
  lastEventId: string
  readonly #raw: RawStream
  readonly #types = ['message']
  readonly #hooks: DecoderHooks
  readonly #calls: (() => void)[] = []
  #called = 0

  constructor(raw: RawStream, lastEventId = '', hooks: DecoderHooks = {}) {
    this.#raw = raw
    this.lastEventId = lastEventId
    this.#hooks = hooks
  }

  /** Adds the events that a chunk completes. */
  push(chunk: Uint8Array, events: ServerSentEvent[] = []): ServerSentEvent[] {
    if (chunk.length <= PIECE) return this.#pushPiece(chunk, events)
    let at = 0
    do events = this.#pushPiece(chunk.subarray(at, (at += PIECE)), events)
    while (at < chunk.length && !this.status)
    return events
  }

  #pushPiece(piece: Uint8Array, events: ServerSentEvent[]): ServerSentEvent[] {
    writeChunk(piece)
    return this.#cut(this.#raw.push(piece.length), events)
  }

  /** Adds the events that the end of the bytes completes. */
  finish(events: ServerSentEvent[] = []): ServerSentEvent[] {
    return this.#cut(this.#raw.finish(), events)
  }

  /**
   * Calls the hooks with what was cut. They may call back: nothing of the module is in use.
   *
   * An error that a hook throws is rethrown. The next call goes on behind that hook.
   */
  callHooks(): void {
    const calls = this.#calls
    if (calls.length === 0) return
    while (this.#called < calls.length) calls[this.#called++]!()
    this.#called = calls.length = 0
  }

  #cut(batch: number, events: ServerSentEvent[]): ServerSentEvent[] {
    const words = memoryWords()
    // The six words that src/js/published.rs writes.
    const at = batch / 4
    const what = words[at + 4]!
    this.status = what & STATUS
    const types = this.#types
    const typeCount = words[at + 5]!
    // It shrinks when Rust's does.
    if (types.length > typeCount) types.length = typeCount
    const tableLength = words[at + 3]!
    if (tableLength === 0) return events
    // One decode for the whole text: a string for each event is cut out of it, not decoded.
    const all = decodeText(words[at]!, words[at + 1]!, what >> ENCODING_SHIFT)
    const { onComment, onRetry, identified } = this.#hooks
    let { lastEventId } = this
    let row = words[at + 2]! / 4
    const end = row + tableLength
    let from = 0
    let count = events.length
    const rows = tableLength / ROW
    // oxlint-disable-next-line unicorn/no-new-array -- made at its size, it needs no growing
    if (count === 0 && rows > FEW) events = new Array(rows)
    for (; row < end; row += ROW) {
      const head = words[row]!
      const kind = head & KIND
      const to = words[row + 1]!
      if (kind === RETRY) {
        this.#later(onRetry, to)
        continue
      }
      const text = all.substring(from, to)
      from = to
      if (kind === EVENT) {
        if (head & HAS_ID) {
          row += ROW
          lastEventId = this.#setId(all.substring(from, (from = words[row + 1]!)))
        }
        if (head & HAS_TYPE) {
          row += ROW
          types[head >> TYPE_SHIFT] = copy(all.substring(from, (from = words[row + 1]!)))
        }
        const event = { type: types[head >> TYPE_SHIFT]!, data: text, lastEventId }
        events[count++] = event
        if (identified && head & OWN_ID) identified.add(event)
      } else if (kind === ID) {
        lastEventId = this.#setId(text)
      } else {
        this.#later(onComment, text)
      }
    }
    if (count < events.length) events.length = count
    return events
  }

  #setId(text: string): string {
    const id = (this.lastEventId = copy(text))
    this.#later(this.#hooks.onId, id)
    return id
  }

  #later<T>(hook: ((value: T) => void) | undefined, value: T): void {
    if (hook) this.#calls.push(() => hook(value))
  }
}

/**
 * A copy of a text that was cut out of another: engines keep that one alive with it.
 *
 * They join texts as late as they can. To cut across a text that is joined twice they have to copy.
 */
function copy(text: string): string {
  if (text.length <= SHORT) return text
  const joined = ` ${text}`
  return (joined + joined).slice(1, joined.length)
}
