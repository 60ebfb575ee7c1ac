import { Batches, TOO_LARGE } from './batches.js'
import { StreamError } from './error.js'
import type { ServerSentEvent } from './event.js'
import { invalid } from './fetch/request.js'
import { markRaw } from './mark-raw.js'
import { Flag, Message, message } from './stream/machine.js'
import { MAX_EVENT_SIZE, sizeOf } from './stream/settings.js'
import { load, RawStream } from './wasm.js'

/** The options of `createDecoder`, `decode` and `EventStreamDecoderStream`. */
export interface DecoderOptions {
  /** What the bytes are. Default: `'sse'`; for `decode`, what a `Response` says of itself. */
  format?: 'sse' | 'ndjson'
  /** Bytes buffered for one event, past which decoding fails. Default: 16 MiB. */
  maxEventSize?: number
  /** Called with each comment's text, colon removed. */
  onComment?: (comment: string) => void
  /** Called with each reconnection time that the stream sets, in milliseconds. */
  onRetry?: (milliseconds: number) => void
}

/**
 * A decoder of bytes that come in chunks, synchronous. It holds memory of the WebAssembly module:
 * `free()` it.
 */
export class Decoder {
  static {
    markRaw(this)
  }

  readonly #raw: RawStream
  readonly #batches: Batches
  readonly #maxEventSize: number

  /** @internal Use `createDecoder`. */
  constructor(options: DecoderOptions) {
    const { format = 'sse', maxEventSize = MAX_EVENT_SIZE, onComment, onRetry } = options
    if (format !== 'sse' && format !== 'ndjson') {
      throw invalid("`format` must be 'sse' or 'ndjson'")
    }
    if (!(maxEventSize >= 1)) {
      throw invalid('`maxEventSize` must be a number of at least 1')
    }
    this.#maxEventSize = maxEventSize
    const flags = Flag[format] | (onComment ? Flag.comments : 0)
    this.#raw = new RawStream(flags, sizeOf(maxEventSize), '', '')
    this.#batches = new Batches(this.#raw, '', { onComment, onRetry })
  }

  /**
   * The events that this chunk completes.
   *
   * Throws a `StreamError` `'event-too-large'` for the first event that outgrew `maxEventSize`, in
   * the call after the one that gave the events before it; a decoder decodes nothing after it.
   * Throws a `TypeError` if the chunk is not a `Uint8Array`.
   */
  push(chunk: Uint8Array): ServerSentEvent[] {
    this.#check()
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a chunk must be a Uint8Array')
    const events = this.#batches.push(chunk)
    if (events.length === 0) this.#check()
    return events
  }

  /**
   * The bytes are at their end: gives the last line of NDJSON. An event stream's unfinished last
   * event is dropped. Throws as `push` does.
   */
  end(): ServerSentEvent[] {
    this.#check()
    return this.#batches.finish()
  }

  /** Frees its memory. It can't be used after that. */
  free(): void {
    this.#raw.free()
  }

  #check(): void {
    if (this.#batches.status !== TOO_LARGE) return
    throw new StreamError('event-too-large', message(Message.tooLarge, this.#maxEventSize))
  }
}

/** Compiles the module on first use, and makes a decoder. Rejects with `invalid-options`. */
export async function createDecoder(options: DecoderOptions = {}): Promise<Decoder> {
  await load()
  return new Decoder(options)
}
