import { Decoder, type DecoderOptions } from './decoder.js'
import { EventConsumer } from './consumer.js'
import { isNdjson, load } from './wasm.js'

/** Bytes, or text, that somebody else fetched. */
export type DecodeSource =
  | Response
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>
  | Uint8Array
  | ArrayBuffer
  | string

/** What is decoded at once of a source that is whole: a batch is not to hold everything. */
const PIECE = 64 * 1024

/** Where chunks come from. */
interface Chunks {
  next(): Promise<IteratorResult<Uint8Array, unknown> | ReadableStreamReadResult<Uint8Array>>
  /** Nobody wants more. */
  cancel(): void
}

/** The events of a source. Made by `decode`. */
class DecodedEvents extends EventConsumer {
  readonly #chunks: Chunks
  readonly #contentType: string
  readonly #options: DecoderOptions
  #decoder: Decoder | undefined
  #isOver = false

  constructor(chunks: Chunks, contentType: string, options: DecoderOptions) {
    super()
    this.#chunks = chunks
    this.#contentType = contentType
    this.#options = options
  }

  protected pull(): void {
    if (this.#isOver) return this.received(undefined)
    if (this.#decoder) this.#chunks.next().then(this.#decode, this.#fail)
    else this.#start().then(() => this.pull(), this.#fail)
  }

  protected leave(): void {
    if (this.#isOver) return
    this.drop()
    this.#chunks.cancel()
    this.#free()
  }

  fail(): void {
    this.leave()
  }

  finish(): void {
    this.leave()
  }

  async #start(): Promise<void> {
    await load()
    if (this.#isOver) return
    const format = this.#options.format ?? (isNdjson(this.#contentType) ? 'ndjson' : 'sse')
    this.#decoder = new Decoder({ ...this.#options, format })
  }

  readonly #decode = ({ done, value }: Awaited<ReturnType<Chunks['next']>>): void => {
    if (this.#isOver) return this.received(undefined)
    let events
    try {
      if (!done) this.tap?.chunk(value as Uint8Array)
      events = done ? this.#decoder!.end() : this.#decoder!.push(value as Uint8Array)
    } catch (error) {
      return this.#fail(error)
    }
    if (done) {
      const last = this.tap?.end()
      if (last) events.push(last)
      this.#free()
    }
    if (events.length > 0) this.received(events)
    else this.pull()
  }

  readonly #fail = (error: unknown): void => {
    this.leave()
    this.failed(error)
  }

  #free(): void {
    this.#isOver = true
    this.#decoder?.free()
  }
}

/**
 * Decodes what somebody else fetched, as an async iterator with the views of `EventStream`.
 *
 * A source that fails fails the iterator with its error; leaving the iterator cancels the source.
 * Whether a `Response` is a good one is for the caller to know. Without the option `format` its
 * content type decides, and all else is taken for an event stream.
 *
 * Fails with a `StreamError` `'event-too-large'`, or with a `TypeError` for chunks that are no
 * bytes.
 */
export function decode(source: DecodeSource, options: DecoderOptions = {}): EventConsumer {
  const contentType = source instanceof Response ? source.headers.get('content-type') : null
  return new DecodedEvents(chunksOf(source), contentType ?? '', options)
}

function chunksOf(source: DecodeSource): Chunks {
  if (typeof source === 'string') return piecesOf(new TextEncoder().encode(source))
  if (source instanceof ArrayBuffer) return piecesOf(new Uint8Array(source))
  if (source instanceof Uint8Array) return piecesOf(source)
  if (source instanceof Response)
    return source.body ? read(source.body) : piecesOf(new Uint8Array())
  if ('getReader' in source) return read(source)
  if (Symbol.asyncIterator in source) return iterate(source[Symbol.asyncIterator]())
  if (Symbol.iterator in source) return iterate(source[Symbol.iterator]())
  throw new TypeError(
    'decode() takes a Response, a ReadableStream, an (async) iterable of Uint8Arrays, bytes or a string',
  )
}

function read(stream: ReadableStream<Uint8Array>): Chunks {
  const reader = stream.getReader()
  return {
    next: () => reader.read(),
    cancel: () => void reader.cancel().catch(() => undefined),
  }
}

function iterate(iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>): Chunks {
  return {
    next: async () => iterator.next(),
    cancel: () => void (async () => iterator.return?.())().catch(() => undefined),
  }
}

function piecesOf(bytes: Uint8Array): Chunks {
  let from = 0
  return {
    next: async () => {
      if (from >= bytes.length) return { done: true, value: undefined }
      return { done: false, value: bytes.subarray(from, (from += PIECE)) }
    },
    cancel: () => undefined,
  }
}
