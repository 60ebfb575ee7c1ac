import type { EventConsumer } from '../consumer.js'
import type { ServerSentEvent } from '../event.js'
import { markRaw } from '../mark-raw.js'
import { Turns } from '../turns.js'
import type { Answer, Delta } from './answer.js'
import type { Extractor } from './format.js'
import type { AnswerFormat } from './formats.js'
import { type AnswerSource, hasEnded, ownOf, Reading, textIn } from './reading.js'

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

  readonly #source: AnswerSource
  /** The source if it is one of ours, whose events can be taken without a promise each. */
  readonly #own: EventConsumer | undefined
  readonly #reading: Reading
  /** What the event that was taken last gave, and how much of it is handed out. */
  #items: readonly Item[] = []
  #index = 0
  readonly #turns = new Turns()
  #isOver = false
  #resolve!: (answer: Answer) => void
  #reject!: (error: unknown) => void

  /** @internal Use `textOf`, `deltasOf` or `openChat`. */
  constructor(source: AnswerSource, format: AnswerFormat | Extractor) {
    this.#source = source
    this.#own = ownOf(source)
    this.#reading = new Reading(source, format)
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Who does not ask for the answer is told by the iterator.
    this.done.catch(() => undefined)
  }

  /** What the iterator gives for an event's deltas. */
  protected abstract items(deltas: Delta[]): readonly Item[]

  /** What `frames()` gives for a frame's deltas; `undefined` for nothing. */
  protected abstract frame(deltas: Delta[]): Frame | undefined

  [Symbol.asyncIterator](): this {
    return this
  }

  /** The next item. Calls may overlap: they are answered in order. */
  next(): Promise<IteratorResult<Item, undefined>> {
    if (this.#turns.areFree) {
      try {
        const value = this.#ready()
        if (value !== undefined) return Promise.resolve({ done: false, value })
      } catch (error) {
        return Promise.reject(error)
      }
    }
    return this.#turns.take(() => this.#nextLater())
  }

  /** Leaves the answer here, as a `break` does, and with it the stream. */
  return(): Promise<IteratorResult<Item, undefined>> {
    if (!this.#isOver) this.#leave()
    this.#items = []
    this.#index = 0
    this.#end()
    return Promise.resolve({ done: true, value: undefined })
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

  async #nextLater(): Promise<IteratorResult<Item, undefined>> {
    try {
      for (;;) {
        const value = this.#ready()
        if (value !== undefined) return { done: false, value }
        if (this.#isOver) return { done: true, value: undefined }
        const { done, value: event } = await this.#source.next()
        if (done) this.#open(this.#finish())
        else if (!this.#isOver) this.#open(this.#take(event))
      }
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  /** The next item if it is at hand. */
  #ready(): Item | undefined {
    while (this.#index === this.#items.length) {
      const event = this.#isOver ? undefined : this.#own?.takeReady()
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
    const batches = this.#source.frames()
    try {
      while (!this.#isOver) {
        const { done, value: events } = await batches.next()
        if (!done) yield* this.#takeFrame(events)
        else {
          const frame = this.frame(this.#finish())
          if (frame !== undefined) yield frame
        }
      }
    } catch (error) {
      this.#fail(error)
      throw error
    }
    return undefined
  }

  *#takeFrame(events: readonly ServerSentEvent[]): Generator<Frame, void, undefined> {
    const deltas: Delta[] = []
    try {
      for (const event of events) {
        if (!this.#isOver) deltas.push(...this.#take(event))
      }
    } finally {
      // What came before an event that throws is given first.
      const frame = this.frame(deltas)
      if (frame !== undefined) yield frame
    }
  }

  #take(event: ServerSentEvent): Delta[] {
    try {
      const { deltas, isEnd } = this.#reading.read(event)
      if (isEnd) {
        // One that is not ours is left.
        if (this.#own) this.#own.finish()
        else this.#leave()
        this.#end()
      }
      return deltas
    } catch (error) {
      if (this.#own) this.#own.fail(error)
      else this.#leave()
      this.#fail(error)
      throw error
    }
  }

  /** The source is at its end: what was held back, unless it was left or cancelled. */
  #finish(): Delta[] {
    const deltas = !this.#isOver && hasEnded(this.#source) ? this.#reading.finish() : []
    this.#end()
    return deltas
  }

  #leave(): void {
    this.#source.return().catch(() => undefined)
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
  protected items(deltas: Delta[]): readonly string[] {
    const text = textIn(deltas)
    return text === '' ? [] : [text]
  }

  protected frame(deltas: Delta[]): string | undefined {
    return textIn(deltas) || undefined
  }
}

/** The deltas of an answer. Made by `deltasOf`. Its `frames()` gives arrays, never empty ones. */
export class DeltaStream extends AnswerStream<Delta, Delta[]> {
  protected items(deltas: Delta[]): readonly Delta[] {
    return deltas
  }

  protected frame(deltas: Delta[]): Delta[] | undefined {
    return deltas.length > 0 ? deltas : undefined
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
