import { EventConsumer } from '../consumer.js'
import type { ServerSentEvent } from '../event.js'
import { type Answer, Assembly, type Delta } from './answer.js'
import type { Extractor } from './format.js'
import { type AnswerFormat, extractorOf } from './formats.js'

/** Events to read an answer from: what `openStream` and `decode` return. */
export type AnswerSource = Pick<EventConsumer, 'next' | 'return' | 'frames'>

/** An answer as an async iterator. */
abstract class AnswerStream<Item, Frame> implements AsyncIterableIterator<Item, undefined> {
  /**
   * The whole answer. It settles when the iterator ends: with as much as there was if that was cut
   * short, left or cancelled. Rejects with what the iterator throws. Nothing is read for it: iterate,
   * or call `answer()`.
   */
  readonly done: Promise<Answer>

  readonly #source: AnswerSource
  readonly #extract: Extractor
  readonly #assembly = new Assembly()
  readonly #items: AsyncIterableIterator<Item, undefined>
  #isOver = false
  #resolve!: (answer: Answer) => void
  #reject!: (error: unknown) => void

  /** @internal Use `textOf`, `deltasOf` or `openChat`. */
  constructor(source: AnswerSource, format: AnswerFormat | Extractor) {
    this.#source = source
    this.#extract = extractorOf(format)
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Who does not ask for the answer is told by the iterator.
    this.done.catch(() => undefined)
    this.#items = this.#view(source, (event) => this.items(this.#take(event)))
  }

  /** What the iterator gives for an event's deltas. */
  protected abstract items(deltas: Delta[]): readonly Item[]

  /** What `frames()` gives for a frame's deltas; `undefined` for nothing. */
  protected abstract frame(deltas: Delta[]): Frame | undefined

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    return this.#items.next()
  }

  /** Leaves the answer here, as a `break` does, and with it the stream. */
  return(): Promise<IteratorResult<Item, undefined>> {
    return this.#items.return!()
  }

  /** The same, at most once an animation frame, however fast the events come. */
  frames(): AsyncIterableIterator<Frame, undefined> {
    return this.#view(this.#source.frames(), (events) => this.#takeFrame(events))
  }

  /** Reads to the end and gives the whole answer. */
  async answer(): Promise<Answer> {
    while (!(await this.next()).done);
    return this.done
  }

  #take(event: ServerSentEvent): Delta[] {
    const part = this.#extract(event)
    if (!part) return []
    if (typeof part === 'string') return this.#assembly.add({ text: part })
    const deltas = this.#assembly.add(part)
    if (part.isEnd) {
      this.#end((consumer) => consumer['finish']())
      this.#resolve(this.#assembly.answer)
    }
    return deltas
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

  /** Ends the source as its own views do; one that is not ours is left. */
  #end(end: (consumer: EventConsumer) => void): void {
    this.#isOver = true
    if (this.#source instanceof EventConsumer) end(this.#source)
    else void this.#source.return()
  }

  #view<E, T>(
    source: Pick<AsyncIterator<E, undefined>, 'next' | 'return'>,
    take: (value: E) => Iterable<T>,
  ): AsyncIterableIterator<T, undefined> {
    const items = this.#read(source, take)
    return {
      next: () => items.next(),
      return: async () => {
        // The source first: the generator may be waiting for it.
        if (!this.#isOver) void this.#source.return()
        this.#isOver = true
        await items.return(undefined)
        this.#resolve(this.#assembly.answer)
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  async *#read<E, T>(
    source: Pick<AsyncIterator<E, undefined>, 'next'>,
    take: (value: E) => Iterable<T>,
  ): AsyncGenerator<T, undefined, undefined> {
    try {
      while (!this.#isOver) {
        const { done, value } = await source.next()
        if (done) break
        for (const item of take(value)) yield item
      }
    } catch (error) {
      this.#reject(error)
      if (!this.#isOver) this.#end((consumer) => consumer['fail'](error))
      throw error
    } finally {
      this.#isOver = true
      this.#resolve(this.#assembly.answer)
    }
    return undefined
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

function textIn(deltas: readonly Delta[]): string {
  let text = ''
  for (const delta of deltas) if (delta.type === 'text') text += delta.text
  return text
}

/**
 * The text of a model's answer, as it comes.
 *
 * The vendor's end marker ends the stream: it is closed, not reconnected, and `stream.closed` is
 * `'done'`. An error in the stream is a `StreamError` `'upstream'`; unknown events and members are
 * passed over. Throws a `StreamError` `'invalid-options'` for a format that is none.
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
