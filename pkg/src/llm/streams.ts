import type { ServerSentEvent } from '../event.js'
import { markRaw } from '../mark-raw.js'
import type { Answer, Delta } from './answer.js'
import type { Extractor } from './format.js'
import type { AnswerFormat } from './formats.js'
import { type AnswerSource, Reading, textIn } from './reading.js'

export type { AnswerSource }

/** An answer as an async iterator. */
abstract class AnswerStream<Item, Frame> implements AsyncIterableIterator<Item, undefined> {
  static {
    markRaw(this)
  }

  /**
   * The whole answer. It settles when the iterator ends: with as much as there was if that was cut
   * short, left or cancelled. Rejects with what the iterator throws, also if nothing of what came
   * was understood. Nothing is read for it: iterate, or call `answer()`.
   */
  readonly done: Promise<Answer>

  readonly #reading: Reading
  readonly #later: AsyncGenerator<Item, undefined, undefined>
  /** How many calls wait for events. */
  #waiting = 0
  /** What the event that was taken last gave, and how much of it is handed out. */
  #items: Item[] = []
  #index = 0
  #isOver = false
  #resolve!: (answer: Answer) => void
  #reject!: (error: unknown) => void

  /** @internal Use `textOf`, `deltasOf` or `openChat`. */
  constructor(source: AnswerSource, format: AnswerFormat | Extractor) {
    this.#reading = new Reading(source, format)
    this.#later = this.#readItems()
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Who does not ask for the answer is told by the iterator.
    this.done.catch(() => undefined)
  }

  /** What the iterator gives for deltas. */
  protected abstract items(deltas: Delta[]): Item[]

  /** What `frames()` gives for the items of a frame, of which there are some. */
  protected abstract frame(items: Item[]): Frame

  [Symbol.asyncIterator](): this {
    return this
  }

  /** The next item. Calls may overlap: they are answered in order. */
  async next(): Promise<IteratorResult<Item, undefined>> {
    // What is at hand needs no promise of the generator's.
    const value = this.#waiting === 0 ? this.#ready() : undefined
    if (value !== undefined) return { done: false, value }
    this.#waiting++
    return this.#later.next().finally(() => this.#waiting--)
  }

  /** Leaves the answer here, as a `break` does, and with it the stream. */
  async return(): Promise<IteratorResult<Item, undefined>> {
    if (!this.#isOver) this.#reading.leave()
    this.#open([])
    this.#end()
    return { done: true, value: undefined }
  }

  /** The same, at most once an animation frame, however fast the events come. */
  frames(): AsyncIterableIterator<Frame, undefined> {
    const frames = this.#readFrames()
    return {
      next: () => frames.next(),
      return: async () => {
        await this.return()
        return frames.return(undefined)
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /** Reads to the end and gives the whole answer. */
  async answer(): Promise<Answer> {
    while (!(await this.next()).done);
    return this.done
  }

  async *#readItems(): AsyncGenerator<Item, undefined, undefined> {
    try {
      for (;;) {
        const value = this.#ready()
        if (value !== undefined) yield value
        else if (this.#isOver) return undefined
        else {
          const { done, value: event } = await this.#reading.source.next()
          this.#open(done ? this.#finish() : this.#take(event))
        }
      }
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  /** The next item if it is at hand. */
  #ready(): Item | undefined {
    while (this.#index === this.#items.length) {
      const event = this.#isOver ? undefined : this.#reading.own?.takeReady()
      if (!event) return undefined
      this.#open(this.#take(event))
    }
    return this.#items[this.#index++]
  }

  #open(deltas: Delta[]): void {
    this.#items = this.items(deltas)
    this.#index = 0
  }

  async *#readFrames(): AsyncGenerator<Frame, undefined, undefined> {
    const batches = this.#reading.source.frames()
    try {
      while (!this.#isOver) {
        const { done, value: events } = await batches.next()
        const deltas: Delta[] = []
        try {
          if (done) deltas.push(...this.#finish())
          else for (const event of events) deltas.push(...this.#take(event))
        } finally {
          // What came before an event that throws is given first.
          const items = this.items(deltas)
          if (items.length > 0) yield this.frame(items)
        }
      }
    } catch (error) {
      this.#fail(error)
      throw error
    }
    return undefined
  }

  #take(event: ServerSentEvent): Delta[] {
    if (this.#isOver) return []
    try {
      const { deltas, isEnd } = this.#reading.read(event)
      if (isEnd) {
        this.#reading.leave('finish')
        this.#end()
      }
      return deltas
    } catch (error) {
      this.#reading.leave('fail', error)
      this.#fail(error)
      throw error
    }
  }

  /** The source is at its end: what was held back, unless it was left or cancelled. */
  #finish(): Delta[] {
    const deltas = this.#isOver ? [] : this.#reading.finish()
    this.#end()
    return deltas
  }

  #end(): void {
    this.#isOver = true
    this.#resolve(this.#reading.answer)
  }

  #fail(error: unknown): void {
    this.#isOver = true
    this.#reject(error)
  }
}

/** The texts of an answer, never empty ones. Made by `textOf` and `openChat`. */
export class TextStream extends AnswerStream<string, string> {
  protected items(deltas: Delta[]): string[] {
    const text = textIn(deltas)
    return text ? [text] : []
  }

  protected frame(texts: string[]): string {
    return texts[0]!
  }
}

/** The deltas of an answer. Made by `deltasOf`. Its `frames()` gives arrays, never empty ones. */
export class DeltaStream extends AnswerStream<Delta, Delta[]> {
  protected items(deltas: Delta[]): Delta[] {
    return deltas
  }

  protected frame(deltas: Delta[]): Delta[] {
    return deltas
  }
}

/**
 * The text of a model's answer, as it comes.
 *
 * The vendor's end marker ends the stream: it is closed, not reconnected, and `stream.closed` is
 * `'done'`. Unknown events and members are ignored. A whole answer as JSON, from a server that does
 * not stream, is read in one piece.
 *
 * Fails with a `StreamError` `'upstream'` for an error in the stream, and with `'unknown-format'` if
 * nothing of what came was understood. Throws `'invalid-options'` for a format that is none.
 *
 * @param stream what `openStream` or `decode` returned; nobody else is to read it
 * @param format the vendor's, or a function of your own: from an event to its text
 */
export function textOf(
  stream: AnswerSource,
  format: AnswerFormat | Extractor = 'auto',
): TextStream {
  return new TextStream(stream, format)
}

/** As `textOf`, with all else that an answer is made of: reasoning, tool calls, usage. */
export function deltasOf(
  stream: AnswerSource,
  format: AnswerFormat | Extractor = 'auto',
): DeltaStream {
  return new DeltaStream(stream, format)
}
