import {
  ENCODING_SHIFT,
  ROW_EVENT,
  ROW_FIGURES,
  ROW_HAS_ID,
  ROW_HAS_TYPE,
  ROW_ID,
  ROW_KIND,
  ROW_OWN_ID,
  ROW_RETRY,
  ROW_TEXT,
  ROW_TYPE_SHIFT,
  ROW_WORDS,
  STEP_NIBBLE,
  STEP_FAILURE_SHIFT,
} from './border.js'
import type { DecoderHandle } from './decoder-handle.js'
import type { ServerSentEvent, TextEvents, TextFinder } from './event.js'
import { decodeText, memoryWords, PIECE, writeChunk } from './wasm.js'

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
  /** Whether the next events may be joined, and how. @internal */
  texts?: TextFinder | undefined
}

/** The bits of a row that more rows may follow. */
const FOLLOWED = ROW_HAS_ID | ROW_HAS_TYPE
/** The bits of a row that may be joined to the one before. */
const JOINED = ROW_KIND | FOLLOWED

/** The bits of a step that end or suspend reading. */
const STOPS = STEP_NIBBLE | (STEP_NIBBLE << STEP_FAILURE_SHIFT)

/** Cuts what a stream's machine decodes into events. Knows its types, and the id of what it cut last. */
export class Batches {
  /** The step after the last batch: 0 if reading continues. */
  step = 0
  lastEventId: string
  readonly #handle: DecoderHandle
  readonly #types = ['message']
  readonly #hooks: DecoderHooks
  readonly #calls: (() => void)[] = []
  /** How many bytes to decode at once. */
  #piece: number
  #called = 0

  constructor(handle: DecoderHandle, lastEventId = '', hooks: DecoderHooks = {}) {
    this.#handle = handle
    this.lastEventId = lastEventId
    this.#hooks = hooks
    // Few at the start, to find a template for all that follow.
    this.#piece = hooks.texts ? 256 : PIECE
  }

  /** Whether the bytes after the last batch are dropped. */
  get hasStopped(): boolean {
    return (this.step & STOPS) !== 0
  }

  /** Adds the events that a chunk completes. */
  push(chunk: Uint8Array, events: ServerSentEvent[] = []): ServerSentEvent[] {
    if (chunk.length <= this.#piece) return this.#pushPiece(chunk, true, events)
    let at = 0
    do {
      const piece = chunk.subarray(at, (at += this.#piece))
      this.#piece = Math.min(2 * this.#piece, PIECE)
      events = this.#pushPiece(piece, at >= chunk.length, events)
    } while (at < chunk.length && !this.hasStopped)
    return events
  }

  #pushPiece(piece: Uint8Array, last: boolean, events: ServerSentEvent[]): ServerSentEvent[] {
    const from = events.length
    writeChunk(piece)
    events = this.#cut(this.#handle.push(piece.length, last), events)
    const template = this.#hooks.texts?.findTemplate?.(events, from)
    if (template) {
      this.#handle.addTemplate(...template)
      this.#piece = PIECE
    }
    return events
  }

  /** Adds the events that the end of the bytes completes. */
  finish(events: ServerSentEvent[] = [], completes?: boolean): ServerSentEvent[] {
    return this.#cut(this.#handle.finish(completes), events)
  }

  /**
   * Calls the hooks with what was cut. They may call back: nothing of the module is in use.
   *
   * Errors thrown by a hook are rethrown. The next call continues after that hook.
   */
  callHooks(): void {
    const calls = this.#calls
    if (calls.length === 0) return
    while (this.#called < calls.length) calls[this.#called++]!()
    this.#called = calls.length = 0
  }

  #cut(batch: number, events: ServerSentEvent[]): ServerSentEvent[] {
    const words = memoryWords()
    // The six words that src/npm/published.rs writes.
    const at = batch / 4
    const what = words[at + 4]!
    this.step = what
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
    const rows = tableLength / ROW_WORDS
    // oxlint-disable-next-line unicorn/no-new-array -- made at its size, it needs no growing
    if (count === 0 && rows > FEW) events = new Array(rows)
    for (; row < end; row += ROW_WORDS) {
      const head = words[row]!
      const kind = head & ROW_KIND
      if (kind === ROW_RETRY) {
        this.#later(onRetry, words[row + 1]!)
        continue
      }
      let ends: number[] | undefined
      if (kind === ROW_TEXT) {
        const first = row
        if (!(head & FOLLOWED)) {
          while (row + ROW_WORDS < end && (words[row + ROW_WORDS]! & JOINED) === ROW_TEXT) {
            row += ROW_WORDS
          }
        }
        // oxlint-disable-next-line unicorn/no-new-array -- made at its size, it needs no growing
        ends = new Array((row - first) / ROW_WORDS + 1)
        for (let i = 0; i < ends.length; i++) ends[i] = words[first + i * ROW_WORDS + 1]! - from
      }
      const text = all.substring(from, (from = words[row + 1]!))
      if (kind === ROW_EVENT || ends) {
        if (head & ROW_HAS_ID) {
          row += ROW_WORDS
          lastEventId = this.#setId(all.substring(from, (from = words[row + 1]!)))
        }
        if (head & ROW_HAS_TYPE) {
          row += ROW_WORDS
          types[head >> ROW_TYPE_SHIFT] = copy(all.substring(from, (from = words[row + 1]!)))
        }
        const event = ends
          ? ({ type: '', data: text, lastEventId, ends } satisfies TextEvents)
          : { type: types[head >> ROW_TYPE_SHIFT]!, data: text, lastEventId }
        events[count++] = event
        if (identified && head & ROW_OWN_ID) identified.add(event)
      } else if (kind === ROW_ID) {
        lastEventId = this.#setId(text)
      } else if (kind === ROW_FIGURES) {
        ;(events[count - 1] as TextEvents).figures = text
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
