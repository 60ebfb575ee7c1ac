import { Decoder, type DecoderOptions } from './decoder.js'
import { EventConsumer } from './consumer.js'
import { bytesOf } from './bytes.js'
import { bodyOf, type Chunks, chunksOf, chunksOfIterator } from './fetch/chunks.js'
import { Flag } from './stream/machine.js'
import { formatOf, load } from './wasm.js'

/** Bytes, in whatever view, or text. */
type Bytes = ArrayBufferView | ArrayBuffer | string

/** Bytes, or text, that somebody else fetched. */
export type DecodeSource =
  Response | ReadableStream<Bytes> | AsyncIterable<Bytes> | Iterable<Bytes> | Bytes

/** What is decoded at once of a source that is whole: a batch is not to hold everything. */
const PIECE = 64 * 1024

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

  protected fail(): void {
    this.leave()
  }

  protected finish(): void {
    this.leave()
  }

  async #start(): Promise<void> {
    await load()
    if (this.#isOver) return
    const format =
      this.#options.format ?? (formatOf(this.#contentType) === Flag.ndjson ? 'ndjson' : 'sse')
    this.#decoder = new Decoder({ ...this.#options, format })
  }

  readonly #decode = ({ done, value }: Awaited<ReturnType<Chunks['next']>>): void => {
    if (this.#isOver) return this.received(undefined)
    let events
    try {
      events = done
        ? this.#decoder!.end()
        : this.#decoder!.push(bytesOf(value) ?? (value as Uint8Array))
    } catch (error) {
      return this.#fail(error)
    }
    if (done) this.#free()
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
 * Sources are recognised by their shape: a `Response` of any realm and a Node stream will do.
 * Whether a `Response` is a good one is for the caller to know. Without the option `format` its
 * content type decides, and all else is taken for an event stream.
 *
 * Fails with a `StreamError` `'event-too-large'`, or with a `TypeError` for chunks that are no
 * bytes.
 */
export function decode(source: DecodeSource, options: DecoderOptions = {}): EventConsumer {
  const contentType = isResponse(source) ? source.headers.get('content-type') : null
  return new DecodedEvents(chunksOfSource(source), contentType ?? '', options)
}

function isResponse(source: DecodeSource): source is Response {
  return typeof (source as Partial<Response>)?.headers?.get === 'function'
}

function chunksOfSource(source: DecodeSource): Chunks {
  const bytes = bytesOf(source)
  if (bytes) return chunksOfIterator(piecesOf(bytes))
  if (isResponse(source)) return bodyOf(source)
  const chunks = chunksOf(source)
  if (chunks) return chunks
  if (Symbol.iterator in Object(source)) {
    return chunksOfIterator((source as Iterable<Uint8Array>)[Symbol.iterator]())
  }
  throw new TypeError(
    'decode() takes a Response, a ReadableStream, an (async) iterable of Uint8Arrays, bytes or a string',
  )
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE)
}
