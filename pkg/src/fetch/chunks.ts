import { bytesOf, tagOf } from '../bytes.js'
import { StreamError } from '../error.js'

/** A source of bytes, of any class. @internal */
export interface Chunks {
  next(): Promise<{ done?: boolean | undefined; value?: unknown }>
  /** No more is wanted. */
  cancel(): void
}

/** What a response, a request or a look-alike may have. */
type Source = Partial<Pick<Response, 'bodyUsed' | 'arrayBuffer' | 'text'>> & {
  body?: unknown
  clone?(): Pick<Response, 'arrayBuffer'>
}

/** The chunks of a stream: a `ReadableStream`, a Node stream, an iterable. Throws if it is locked. */
export function chunksOf(stream: unknown): Chunks | undefined {
  const source = Object(stream) as Partial<
    ReadableStream & AsyncIterable<unknown> & Iterable<unknown> & NodeStream
  >
  let next: () => unknown
  let cancel: () => unknown
  if (source.getReader) {
    const reader = source.getReader() as ReadableStreamDefaultReader
    next = () => reader.read()
    cancel = () => reader.cancel()
  } else {
    const iterator = source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]?.()
    if (!iterator) return undefined
    // One that fails before it is read would end the process.
    source.on?.('error', () => undefined)
    next = () => iterator.next()
    // Its iterator would end it after the next chunk only.
    cancel = () => (source.destroy ? source.destroy() : iterator.return?.())
  }
  return {
    next() {
      // No promise of our own around theirs: with an event per chunk, promises are what it costs.
      try {
        return Promise.resolve(next() as never)
      } catch (error) {
        return Promise.reject(error)
      }
    },
    cancel: () => quietly(cancel),
  }
}

/** What is wanted of a Node stream besides its iterator. */
interface NodeStream {
  on(type: 'error', listener: () => void): void
  destroy(): void
}

/**
 * The chunks of a response's body. What is no stream, as with the polyfills of `fetch`, is read as a
 * whole. Throws an error `'unsupported'` if it can't be read.
 */
export function bodyOf(response: Source): Chunks {
  const { body, bodyUsed, arrayBuffer, text } = response
  let cause: unknown
  try {
    if (!bodyUsed) {
      const bytes = bytesOf(body)
      const chunks = chunksOf(bytes ? [bytes] : body)
      if (chunks) return chunks
      if (arrayBuffer ?? text) return chunksOf(whole(response))!
    }
  } catch (error) {
    cause = error
  }
  const why =
    bodyUsed || cause
      ? 'it was read already, or something else is reading it'
      : `it is ${tagOf(body)}, and the response has no arrayBuffer() and no text()`
  throw new StreamError('unsupported', `the response's body can't be read: ${why}`, { cause })
}

/** The whole body of a response, or of a request, in one piece. */
export async function* whole(response: Source): AsyncGenerator {
  try {
    // Of a clone: what fails to read it as bytes may have used it up.
    yield await (response.clone?.() ?? (response as Response)).arrayBuffer()
  } catch (error) {
    if (!response.text) throw error
    yield response.text()
  }
}

/** Does something whose failure changes nothing. */
export function quietly(work: () => unknown): void {
  void (async () => work())().catch(() => undefined)
}
