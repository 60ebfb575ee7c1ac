import { Cutter } from './cutter.js'
import { StreamError } from './error.js'
import type { ServerSentEvent } from './event.js'
import { markRaw } from './mark-raw.js'
import { load, memoryWords, RawDecoder, writeChunk } from './wasm.js'

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

const DEFAULT_MAX_EVENT_SIZE = 16 * 1024 * 1024

/**
 * A decoder of bytes that come in chunks, synchronous. It holds memory of the WebAssembly module:
 * `free()` it.
 */
export class Decoder {
  static {
    markRaw(this)
  }

  readonly #raw: RawDecoder
  readonly #cutter: Cutter
  readonly #maxEventSize: number
  #isTooLarge = false

  /** @internal Use `createDecoder`. */
  constructor(options: DecoderOptions) {
    const { format = 'sse', maxEventSize = DEFAULT_MAX_EVENT_SIZE, onComment, onRetry } = options
    if (format !== 'sse' && format !== 'ndjson') {
      throw new StreamError('invalid-options', "`format` must be 'sse' or 'ndjson'")
    }
    if (!(maxEventSize >= 1)) {
      throw new StreamError('invalid-options', '`maxEventSize` must be a number of at least 1')
    }
    this.#maxEventSize = maxEventSize
    const size = Math.min(maxEventSize, 2 ** 31)
    this.#cutter = new Cutter('', { onComment, onRetry })
    this.#raw = new RawDecoder(format === 'ndjson', size, onComment !== undefined)
  }

  /**
   * The events that this chunk completes.
   *
   * Throws a `StreamError` `'event-too-large'` for the first event that outgrew `maxEventSize`, in
   * the call after the one that gave the events before it; a decoder decodes nothing after it.
   * Throws a `TypeError` if the chunk is not a `Uint8Array`.
   */
  push(chunk: Uint8Array): ServerSentEvent[] {
    if (this.#isTooLarge) throw this.#tooLarge()
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a chunk must be a Uint8Array')
    writeChunk(chunk)
    const events = this.#cut(this.#raw.push(chunk.length))
    if (this.#isTooLarge && events.length === 0) throw this.#tooLarge()
    return events
  }

  /**
   * The bytes are at their end: gives the last line of NDJSON. An event stream's unfinished last
   * event is dropped. Throws as `push` does.
   */
  end(): ServerSentEvent[] {
    if (this.#isTooLarge) throw this.#tooLarge()
    return this.#cut(this.#raw.finish())
  }

  /** Frees its memory. It can't be used after that. */
  free(): void {
    this.#raw.free()
  }

  #cut(batch: number): ServerSentEvent[] {
    const words = memoryWords()
    // The five words that src/js/decoder.rs publishes.
    const at = batch / 4
    this.#isTooLarge = words[at + 4] === 1
    const tableLength = words[at + 3]!
    if (tableLength === 0) return []
    return this.#cutter.cut(words[at]!, words[at + 1]!, words[at + 2]!, tableLength)
  }

  #tooLarge(): StreamError {
    const message = `an event is larger than ${this.#maxEventSize} bytes: raise \`maxEventSize\` if such events are meant`
    return new StreamError('event-too-large', message)
  }
}

/** Compiles the module on first use, and makes a decoder. Rejects with `invalid-options`. */
export async function createDecoder(options: DecoderOptions = {}): Promise<Decoder> {
  await load()
  return new Decoder(options)
}
