import { Decoder, type DecoderOptions } from './decoder.js'
import { countOf } from './event.js'
import { EventSequence } from './sequence.js'
import { bytesOf } from './bytes.js'
import { bodyOf, type Chunks, chunksOf } from './fetch/chunks.js'
import { FLAG_NDJSON } from './border.js'
import { formatOf, load } from './wasm.js'

/** Bytes in any view, or text, which counts as its UTF-8. */
export type Bytes = ArrayBufferView | ArrayBufferLike | string

/** A source of bytes or text for `decode`. */
export type DecodeSource =
  Response | ReadableStream<Bytes> | AsyncIterable<Bytes> | Iterable<Bytes> | Bytes

/** The number of bytes decoded at once from a source that is one piece, so that batches stay small. */
const PIECE = 64 * 1024

/** The events of a source, as `decode` returns them. */
export class DecodedEvents extends EventSequence {
  readonly #chunks: Chunks
  readonly #contentType: string
  readonly #options: DecoderOptions
  #decoder: Decoder | undefined
  #isOver = false
  /** What a hook threw. The events before it are delivered first. */
  #failure: { error: unknown } | undefined
  /** Of the batch that came last: its events, how many came before it, and the id before it. */
  #count = 0
  #countBefore = 0
  #idBefore = ''

  /** @internal Use `decode`. */
  constructor(chunks: Chunks, contentType: string, options: DecoderOptions) {
    super()
    this.#chunks = chunks
    this.#contentType = contentType
    this.#options = options
  }

  /**
   * The id to resume from, or `''`: the id of the event that was delivered last, or of a later block
   * without data.
   */
  get lastEventId(): string {
    const handedOut = this.handedOutCount - this.#countBefore
    if (handedOut === this.#count) return this.#decoder?.lastEventId ?? ''
    return handedOut === 0 ? this.#idBefore : this.lastEvent!.lastEventId
  }

  protected pull(): void {
    if (this.#failure) return this.#fail(this.#failure.error)
    if (this.#isOver) return this.received(undefined)
    if (this.#decoder) this.#chunks.next().then(this.#decode, this.#fail)
    else this.#start().then(() => this.pull(), this.#fail)
  }

  protected leave(): void {
    if (this.#isOver) return
    this.#stop()
    // Whoever waits for an event is answered now: the source may never send one.
    this.received(undefined)
  }

  /** @internal */
  fail(): void {
    this.leave()
  }

  /** @internal */
  finish(): void {
    this.leave()
  }

  async #start(): Promise<void> {
    await load()
    if (this.#isOver) return
    const format =
      this.#options.format ?? (formatOf(this.#contentType) === FLAG_NDJSON ? 'ndjson' : 'sse')
    this.#decoder = new Decoder({ ...this.#options, format }, this)
  }

  readonly #decode = (read: Awaited<ReturnType<Chunks['next']>>): void => {
    // An iterator may return nothing.
    const { done, value } = Object(read) as typeof read
    if (this.#isOver) return this.received(undefined)
    const decoder = this.#decoder!
    const idBefore = decoder.lastEventId
    let events
    try {
      if (done) {
        events = this.tap?.completes ? decoder.push('\n\n') : decoder.end()
      } else {
        events = decoder.push(value as Uint8Array)
        this.tap?.chunk(bytesOf(value)!)
      }
    } catch (error) {
      this.#failure = { error }
      events = decoder.take()
    }
    // A hook may have left.
    if (this.#isOver) return this.received(undefined)
    if (done) {
      const last = this.tap?.end()
      if (last) events.push(last)
      this.#free()
    }
    if (events.length === 0) return this.pull()
    this.#countBefore += this.#count
    this.#count = countOf(events)
    this.#idBefore = idBefore
    this.received(events)
  }

  readonly #fail = (error: unknown): void => {
    if (this.#isOver && !this.#failure) return
    this.#failure = undefined
    this.#stop()
    this.failed(error)
  }

  #stop(): void {
    this.drop()
    this.#chunks.cancel()
    this.#free()
  }

  #free(): void {
    this.#isOver = true
    this.#decoder?.free()
  }
}

/**
 * Decodes a source of bytes into events (WHATWG HTML, 9.2.5 and 9.2.6).
 *
 * Returns an async iterator with the views of `EventStream`. If the source fails, the iterator fails
 * with the source's error. Leaving the iterator cancels the source. A `Response` of any realm and a
 * Node stream work, too. The status of a `Response` is not checked; its content type decides the
 * format unless the option `format` is set. Any other source is read as server-sent events.
 *
 * The iterator rejects with a `StreamError` `'event-too-large'`, or with a `TypeError` for chunks that
 * are neither bytes nor text. The call throws a `TypeError` if it can't read the source, and a
 * `StreamError` `'invalid-options'` comes with the first event.
 *
 * @param source a `Response`, a `ReadableStream`, an iterable of chunks, bytes or a string
 */
export function decode(source: DecodeSource, options: DecoderOptions = {}): DecodedEvents {
  const { headers } = Object(source) as Partial<Response>
  const isResponse = typeof headers?.get === 'function'
  const chunks = isResponse ? bodyOf(source as Response) : chunksOfSource(source)
  return new DecodedEvents(chunks, (isResponse && headers.get('content-type')) || '', options)
}

function chunksOfSource(source: DecodeSource): Chunks {
  const bytes = bytesOf(source)
  const chunks = chunksOf(bytes ? piecesOf(bytes) : source)
  if (chunks) return chunks
  throw new TypeError('decode() takes a Response, a stream, an iterable, bytes or a string')
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE)
}
