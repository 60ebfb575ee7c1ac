import { bytesOf } from '../bytes.js'
import { createDecoder, type Decoder } from '../decoder.js'
import { nextTask } from '../dropin/task.js'
import { quietly } from '../fetch/chunks.js'
import { CLOSED, Feed } from './feed.js'

/** The events of a stream of bytes (proposal whatwg/html#12272). */
export class StreamFeed extends Feed {
  readonly url = 'about:event-stream'
  readonly withCredentials = false
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #decoder: Decoder | undefined
  #isReset = false
  #text: TextDecoder | undefined

  /** Throws a `TypeError` if the stream is locked, or if it is no stream. */
  constructor(stream: ReadableStream<Uint8Array>) {
    super()
    if (typeof stream?.getReader !== 'function') {
      throw new TypeError('EventSource.fromReadableStream takes a ReadableStream of bytes')
    }
    this.#reader = stream.getReader()
  }

  reset(): void {
    this.#isReset = true
  }

  protected async run(): Promise<void> {
    let error: unknown
    try {
      this.#decoder = await this.#newDecoder()
      await nextTask()
      this.announce()
      while (this.readyState !== CLOSED && (await this.#readOn()));
    } catch (thrown) {
      error = thrown
      this.abort()
    }
    this.#decoder?.free()
    await nextTask()
    this.fail(error)
  }

  protected abort(): void {
    const reason = new DOMException('the EventSource was closed', 'AbortError')
    quietly(() => this.#reader.cancel(reason))
  }

  /** Returns whether there may be more. */
  async #readOn(): Promise<boolean> {
    const { done, value } = await this.#reader.read()
    if (done) return false
    if (this.#isReset) await this.#startOver()
    // Of a new stream, a byte order mark goes; the decoder is past its own start by then.
    const bytes = this.#text ? this.#text.decode(bytesOf(value), { stream: true }) : value
    for (const event of this.#decoder?.push(bytes) ?? []) {
      // A task for each event: the producer's write of this chunk is through by then, and what a
      // listener has put off comes before the next event.
      await nextTask()
      if (this.readyState === CLOSED) break
      this.dispatch(event, 'null')
    }
    return true
  }

  async #startOver(): Promise<void> {
    this.#isReset = false
    this.#decoder?.free()
    this.#decoder = await this.#newDecoder()
    // The id outlives the stream that it came from. A block without data sets it and is no event.
    this.#decoder.push(`id: ${this.lastEventId}\n\n`)
    this.#text = new TextDecoder()
  }

  #newDecoder(): Promise<Decoder> {
    return createDecoder({ onRetry: (time) => (this.reconnectionTime = time) })
  }
}
