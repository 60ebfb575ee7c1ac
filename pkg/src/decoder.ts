import { Batches } from './batches.js'
import { bytesOfChunks, tagOf } from './bytes.js'
import { StreamError } from './error.js'
import type { ServerSentEvent, TextFinder } from './event.js'
import { invalid } from './fetch/request.js'
import { FLAG_COMMENTS, FLAG_NDJSON, FLAG_SSE, TEXT_TOO_LARGE } from './border.js'
import { errorText } from './error-text.js'
import { MAX_EVENT_SIZE, sizeOf } from './stream/settings.js'
import { DecoderHandle } from './decoder-handle.js'
import { load } from './wasm.js'

/**
 * The options of `createDecoder`, `decode` and `EventStreamDecoderStream`.
 *
 * The callbacks are called in the order of the stream, after a chunk was decoded and before its events
 * are returned. They may use other decoders and streams, and may free this one.
 */
export interface DecoderOptions {
  /** The format of the bytes. Default: `'sse'`; for a `Response`, the one that its content type names. */
  format?: 'sse' | 'ndjson'
  /**
   * The most bytes that are buffered for one event; decoding a larger event fails. Unknown fields, and
   * comments without `onComment`, are not buffered and don't count. Default: 16 MiB.
   */
  maxEventSize?: number
  /** Called with the text of each comment, without the colon. */
  onComment?: (comment: string) => void
  /** Called with each reconnection time (`retry:`) that the stream sets, in milliseconds. */
  onRetry?: (milliseconds: number) => void
  /** Called with each new last event id, even if its block has no data and so is no event. */
  onId?: (id: string) => void
}

/**
 * A synchronous decoder of chunks of bytes, as `createDecoder` returns it. It holds memory of the
 * WebAssembly module: call `free()` when it is no longer needed.
 *
 * Errors thrown by a callback are rethrown by the call of `push()` or `end()` that called it. Nothing
 * is lost: the next call runs the remaining callbacks and returns the events of both calls.
 */
export class Decoder {
  readonly #handle: DecoderHandle
  readonly #batches: Batches
  readonly #maxEventSize: number
  #events: ServerSentEvent[] = []
  #bytesOf = bytesOfChunks()

  /** @internal Use `createDecoder`. */
  constructor(options: DecoderOptions, texts?: TextFinder) {
    const { format = 'sse', maxEventSize = MAX_EVENT_SIZE } = options
    if (format !== 'sse' && format !== 'ndjson') {
      throw invalid("`format` must be 'sse' or 'ndjson'")
    }
    if (typeof maxEventSize !== 'number' || !(maxEventSize >= 1)) {
      throw invalid('`maxEventSize` must be a number of at least 1')
    }
    this.#maxEventSize = maxEventSize
    const flags =
      (format === 'sse' ? FLAG_SSE : FLAG_NDJSON) | (options.onComment ? FLAG_COMMENTS : 0)
    this.#handle = new DecoderHandle(flags, sizeOf(maxEventSize), Infinity, Infinity)
    this.#batches = new Batches(this.#handle, '', { ...options, texts })
  }

  /** @internal Keeps Vue from putting a proxy around this: it would have no private members. */
  protected get __v_skip(): boolean {
    return true
  }

  /**
   * The stream's last event id so far, or `''`: the value for `Last-Event-ID` when reconnecting. It can
   * be read after `free()`.
   */
  get lastEventId(): string {
    return this.#batches.lastEventId
  }

  /**
   * Decodes a chunk and returns the events that it completes.
   *
   * Throws a `StreamError` `'event-too-large'` if an event is larger than `maxEventSize`. The events
   * before it are returned first, and nothing is decoded after it. Throws a `TypeError` if the chunk is
   * neither bytes nor a string, and after `free()`.
   *
   * @param chunk bytes, or a string, which counts as its UTF-8
   */
  push(chunk: ArrayBufferView | ArrayBufferLike | string): ServerSentEvent[] {
    const bytes = this.#bytesOf(chunk)
    if (!bytes) throw new TypeError(`a chunk must be bytes or a string, not ${tagOf(chunk)}`)
    if (this.#isDecoding()) this.#events = this.#batches.push(bytes, this.#events)
    return this.#finish()
  }

  /**
   * Ends the stream. Returns the last line of NDJSON; an unfinished event of an event stream is
   * dropped, as the standard requires (WHATWG HTML, 9.2.6). Throws like `push`. The next `push` starts
   * another stream with the same last event id.
   */
  end(): ServerSentEvent[] {
    this.#bytesOf = bytesOfChunks()
    if (this.#isDecoding()) this.#events = this.#batches.finish(this.#events)
    return this.#finish()
  }

  /**
   * Frees the decoder's memory. The decoder can't be used after that; freeing it again has no effect.
   * If a callback frees the decoder, the call that it runs in still returns its events.
   */
  free(): void {
    if (this.#handle.address) this.#handle.free()
  }

  /** @internal The events that a call decoded whose hook has thrown. */
  take(): ServerSentEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** Whether no event has outgrown the limit. */
  #isDecoding(): boolean {
    if (!this.#handle.address) {
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

/**
 * Creates a decoder, and compiles the WebAssembly module if this is its first use.
 *
 * Rejects with a `StreamError` `'invalid-options'`, or `'unsupported'` if WebAssembly is not available.
 */
export async function createDecoder(options: DecoderOptions = {}): Promise<Decoder> {
  await load()
  return new Decoder(options)
}
