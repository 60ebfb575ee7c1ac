import { Batches } from './batches.js'
import { bytesOf, tagOf } from './bytes.js'
import { StreamError } from './error.js'
import type { ServerSentEvent, TextTemplate } from './event.js'
import { invalid } from './fetch/request.js'
import { markRaw } from './mark-raw.js'
import { FLAG_COMMENTS, FLAG_NDJSON, FLAG_SSE, TEXT_TOO_LARGE } from './border.js'
import { errorText } from './error-text.js'
import { MAX_EVENT_SIZE, sizeOf } from './stream/settings.js'
import { StreamHandle } from './stream-handle.js'
import { load } from './wasm.js'

/**
 * The options of `createDecoder`, `decode` and `EventStreamDecoderStream`.
 *
 * Hooks are called in the stream's order, after the chunk is decoded and before its events are
 * returned. They may use other decoders and streams, and free this one.
 */
export interface DecoderOptions {
  /** What the bytes are. Default: `'sse'`; for `decode`, what a `Response` says of itself. */
  format?: 'sse' | 'ndjson'
  /**
   * Bytes buffered for one event, past which decoding fails. Unknown fields, and comments without
   * `onComment`, are not buffered and don't count. Default: 16 MiB.
   */
  maxEventSize?: number
  /** Called with each comment's text, colon removed. */
  onComment?: (comment: string) => void
  /** Called with each reconnection time that the stream sets, in milliseconds. */
  onRetry?: (milliseconds: number) => void
  /** Called with each new last event id, also where its block has no data and so is no event. */
  onId?: (id: string) => void
}

/**
 * A decoder of bytes that come in chunks, synchronous. It holds memory of the WebAssembly module:
 * `free()` it.
 *
 * An error that a hook throws comes out of the call of `push()` or `end()` that called the hook.
 * Nothing is lost: the next call runs the hooks behind it, and returns the events of both calls.
 */
export class Decoder {
  static {
    markRaw(this)
  }

  readonly #handle: StreamHandle
  readonly #batches: Batches
  readonly #maxEventSize: number
  #events: ServerSentEvent[] = []
  #isFreed = false

  /** @internal Use `createDecoder`. */
  constructor(options: DecoderOptions, takeTemplate?: () => TextTemplate | undefined) {
    const { format = 'sse', maxEventSize = MAX_EVENT_SIZE } = options
    if (format !== 'sse' && format !== 'ndjson') {
      throw invalid("`format` must be 'sse' or 'ndjson'")
    }
    if (!(maxEventSize >= 1)) {
      throw invalid('`maxEventSize` must be a number of at least 1')
    }
    this.#maxEventSize = maxEventSize
    const flags =
      (format === 'sse' ? FLAG_SSE : FLAG_NDJSON) | (options.onComment ? FLAG_COMMENTS : 0)
    this.#handle = new StreamHandle(flags, sizeOf(maxEventSize), Infinity, Infinity)
    this.#batches = new Batches(this.#handle, '', { ...options, takeTemplate })
  }

  /**
   * The stream's last event id so far, also of a block without data; `''` if there is none. Who
   * reconnects sends it as `Last-Event-ID`. It can be read after `free()`.
   */
  get lastEventId(): string {
    return this.#batches.lastEventId
  }

  /**
   * Returns the events that this chunk completes. A string counts as its UTF-8.
   *
   * Throws a `StreamError` `'event-too-large'` for the first event that outgrew `maxEventSize`, in
   * the call after the one that returned the events before it; a decoder decodes nothing after it.
   * Throws a `TypeError` if the chunk is neither bytes nor a string, and after `free()`.
   */
  push(chunk: ArrayBufferView | ArrayBufferLike | string): ServerSentEvent[] {
    const bytes = bytesOf(chunk)
    if (!bytes) throw new TypeError(`a chunk must be bytes or a string, not ${tagOf(chunk)}`)
    if (this.#isDecoding()) this.#events = this.#batches.push(bytes, this.#events)
    return this.#finish()
  }

  /**
   * Ends the stream: returns the last line of NDJSON, and drops the unfinished last event of an
   * event stream. Throws as `push` does. The next `push` starts another stream, which goes on from
   * the same last event id.
   */
  end(): ServerSentEvent[] {
    if (this.#isDecoding()) this.#events = this.#batches.finish(this.#events)
    return this.#finish()
  }

  /**
   * Frees its memory. It can't be used after that; to free it again does nothing. A call that a
   * hook frees it from still returns its events.
   */
  free(): void {
    if (!this.#isFreed) this.#handle.free()
    this.#isFreed = true
  }

  /** @internal The events that a call decoded whose hook has thrown. */
  take(): ServerSentEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** Whether no event has outgrown the limit. */
  #isDecoding(): boolean {
    if (this.#isFreed) {
      throw new TypeError('this decoder was freed: make another one with createDecoder()')
    }
    return !this.#batches.hasStopped
  }

  #finish(): ServerSentEvent[] {
    this.#batches.callHooks()
    const events = this.take()
    if (events.length > 0 || !this.#batches.hasStopped) return events
    throw new StreamError('event-too-large', errorText(TEXT_TOO_LARGE, this.#maxEventSize))
  }
}

/** Compiles the module on first use, and makes a decoder. Rejects with `invalid-options`. */
export async function createDecoder(options: DecoderOptions = {}): Promise<Decoder> {
  await load()
  return new Decoder(options)
}
