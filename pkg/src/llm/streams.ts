import { EventSequence, viewOf } from '../sequence.js'
import { isText, type ServerSentEvent, textsFrom } from '../event.js'
import type { Answer, Delta } from './answer.js'
import type { Extractor } from './format.js'
import type { AnswerFormat } from './formats.js'
import { type AnswerSource, readingOf, textIn } from './reading.js'

export type { AnswerSource }

/** An answer as an async iterator. */
interface AnswerStream<Item, Frame> extends AsyncIterableIterator<Item, undefined> {
  /**
   * The whole answer. It settles when the iterator ends: with as much as there was if that was cut
   * short, left or cancelled. Rejects with what the iterator throws, also if nothing of what came
   * was understood. Nothing is read for it: iterate, or call `answer()`.
   */
  readonly done: Promise<Answer>
  /** The next item. Calls may overlap: they are answered in order. */
  next(): Promise<IteratorResult<Item, undefined>>
  /** Leaves the answer here, as a `break` does, and with it the stream. */
  return(): Promise<IteratorResult<Item, undefined>>
  /** The same, at most once an animation frame, however fast the events come. */
  frames(): AsyncIterableIterator<Frame, undefined>
  /** The same, for each chunk of the network that brings something: the fastest way to read it all. */
  batches(): AsyncIterableIterator<Frame, undefined>
  /** Reads to the end and gives the whole answer. */
  answer(): Promise<Answer>
  [Symbol.asyncIterator](): this
}

/**
 * The texts of an answer, never empty ones. Made by `textOf` and `openChat`. Its `frames()` and
 * `batches()` yield the joined text.
 */
export interface TextStream extends AnswerStream<string, string> {}

/**
 * The deltas of an answer. Made by `deltasOf`. Its `frames()` and `batches()` yield arrays, never
 * empty ones.
 */
export interface DeltaStream extends AnswerStream<Delta, Delta[]> {}

/** What the iterator yields, and what `frames()` and `batches()` do. */
interface View<Item, Frame> {
  itemsOf(deltas: Delta[]): Item[]
  /** Of text that is not empty. */
  itemOf(text: string): Item
  /** Of one or more items. */
  frameOf(items: Item[]): Frame
  /** Whether nothing but the text is of interest. */
  isText?: true
}

function streamOf<Item, Frame>(
  source: AnswerSource,
  format: AnswerFormat | Extractor,
  { itemsOf, itemOf, frameOf, isText: isOnlyText }: View<Item, Frame>,
): AnswerStream<Item, Frame> {
  const reading = readingOf(source, format, !isOnlyText)
  const sequence = reading.own ?? new OtherSequence(source)
  /** How many calls of `next()` wait, and the newest of them. */
  let waiting = 0
  let newest: Promise<IteratorResult<Item, undefined>>
  /** What the event that was taken last gave and is not handed out yet. */
  let items: Item[] = []
  /** What an event threw behind others that gave something. */
  let thrown: { error: unknown } | undefined
  let isOver = false
  let resolve!: (answer: Answer) => void
  let reject!: (error: unknown) => void
  const done = new Promise<Answer>((...settle) => ([resolve, reject] = settle))
  // Who does not ask for the answer is told by the iterator.
  done.catch(() => undefined)

  function end(): void {
    isOver = true
    resolve(reading.answer())
  }

  function fail(error: unknown): never {
    isOver = true
    reject(error)
    throw error
  }

  /** What an event adds; without one, at the source's end, what was held back. */
  function take(event?: ServerSentEvent): Item[] {
    if (isOver) return []
    try {
      if (event && isText(event)) {
        const text = reading.readText(event)
        return text ? [itemOf(text)] : []
      }
      const { deltas, isEnd } = event
        ? reading.read(event)
        : { deltas: reading.finish(), isEnd: true }
      if (isEnd) {
        sequence.finish()
        end()
      }
      return itemsOf(deltas)
    } catch (error) {
      sequence.fail(error)
      return fail(error)
    }
  }

  function last(failure: { error: unknown } | undefined): Item[] {
    return failure ? fail(failure.error) : take()
  }

  /** The next item if it is at hand. */
  function ready(): Item | undefined {
    while (items.length === 0) {
      const event = isOver ? undefined : sequence.takeReady()
      if (!event) return undefined
      items = take(event)
    }
    return items.shift()
  }

  /** Answers a call of `next()`. */
  function step(): Promise<IteratorResult<Item, undefined>> {
    const first = (itemsOfIt: () => Item[]) => {
      try {
        items = itemsOfIt()
      } catch (error) {
        waiting--
        throw error
      }
      return items.shift()
    }
    try {
      // What is at hand needs no call.
      const value = ready()
      if (value !== undefined || isOver) {
        waiting--
        const result = { done: value === undefined, value } as IteratorResult<Item, undefined>
        return Promise.resolve(result)
      }
    } catch (error) {
      waiting--
      return Promise.reject(error)
    }
    return sequence.mapEvents(
      false,
      ([event]) => {
        const item = first(() => take(event))
        if (item !== undefined) waiting--
        return item
      },
      (failure) => {
        const item = first(() => last(failure))
        waiting--
        return item
      },
    )
  }

  function next(): Promise<IteratorResult<Item, undefined>> {
    return (newest = waiting++ === 0 ? step() : newest.then(step, step))
  }

  /** What events add; nothing, if that is nothing. */
  function frame(events: readonly ServerSentEvent[]): Frame | undefined {
    const some: Item[] = []
    try {
      for (const event of events) {
        const parts = !isOnlyText && isText(event) ? textsFrom(event, 0) : [event]
        for (const part of parts) some.push(...take(part))
      }
    } catch (error) {
      // What came before an event that throws is given first.
      if (some.length === 0) throw error
      thrown = { error }
    }
    return some.length > 0 ? frameOf(some) : undefined
  }

  function lastFrame(failure?: { error: unknown }): Frame | undefined {
    const some = last(failure)
    return some.length > 0 ? frameOf(some) : undefined
  }

  /** Answers a call of the views that join: what was thrown, the end, or what `read` reads. */
  function nextFrame(
    read: () => Promise<IteratorResult<Frame, undefined>>,
  ): Promise<IteratorResult<Frame, undefined>> {
    const failure = thrown
    thrown = undefined
    if (failure) return Promise.reject(failure.error)
    return isOver ? Promise.resolve({ done: true, value: undefined }) : read()
  }

  const nextBatch = () => nextFrame(() => sequence.mapEvents(true, frame, lastFrame))

  function stop(): void {
    if (!isOver) void sequence.return()
    items = []
    end()
  }

  return Object.assign(viewOf(next, stop) as AnswerStream<Item, Frame>, {
    done,
    frames() {
      const frames = sequence.frames()
      const read = async (): Promise<IteratorResult<Frame, undefined>> => {
        for (;;) {
          const { done, value: events } = await frames.next().catch(fail)
          const value = events ? frame(events) : isOver ? undefined : lastFrame()
          if (value !== undefined) return { done: false, value }
          if (done || isOver) return { done: true, value: undefined }
        }
      }
      return viewOf(() => nextFrame(read), stop)
    },
    batches: () => viewOf(nextBatch, stop),
    async answer() {
      while (!(await nextBatch()).done);
      return done
    },
  })
}

/** Adapts a source that this version of the package did not make. */
class OtherSequence extends EventSequence {
  readonly #source: AnswerSource

  constructor(source: AnswerSource) {
    super()
    this.#source = source
  }

  protected pull(): void {
    this.#source.next().then(
      ({ done, value }) => this.received(done ? undefined : [value]),
      (error: unknown) => this.failed(error),
    )
  }

  protected leave(): void {
    this.#source.return().catch(() => undefined)
  }

  fail(): void {
    this.leave()
  }

  finish(): void {
    this.leave()
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
 * nothing of what came was understood. Throws `'invalid-options'` for an unknown format.
 *
 * @param stream what `openStream` or `decode` returned; nothing else may read it
 * @param format the vendor's, or a function of your own: from an event to its text
 */
export function textOf(
  stream: AnswerSource,
  format: AnswerFormat | Extractor = 'auto',
): TextStream {
  return streamOf(stream, format, {
    itemsOf(deltas) {
      const text = textIn(deltas)
      return text ? [text] : []
    },
    itemOf: (text) => text,
    frameOf: (texts) => texts.join(''),
    isText: true,
  })
}

/** As `textOf`, with all else that an answer is made of: reasoning, tool calls, usage. */
export function deltasOf(
  stream: AnswerSource,
  format: AnswerFormat | Extractor = 'auto',
): DeltaStream {
  const same = (deltas: Delta[]) => deltas
  return streamOf(stream, format, {
    itemsOf: same,
    itemOf: (text) => ({ type: 'text', text }),
    frameOf: same,
  })
}
