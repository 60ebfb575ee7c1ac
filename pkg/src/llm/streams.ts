import { EventSequence, viewOf } from '../sequence.js'
import type { ServerSentEvent } from '../event.js'
import type { Answer, Delta } from './answer.js'
import type { Extractor } from './format.js'
import type { AnswerFormat } from './formats.js'
import { type AnswerSource, readingOf } from './reading.js'

export type { AnswerSource }

/** An answer as an async iterator. */
interface AnswerStream<Item, Frame> extends AsyncIterableIterator<Item, undefined> {
  /**
   * Resolves to the whole answer when the iterator ends, or to the part that was received if it was cut
   * short, left or cancelled. Rejects with the error that the iterator throws. It does not read by
   * itself: iterate, or call `answer()`.
   */
  readonly done: Promise<Answer>
  /** Resolves to the next item. Calls may overlap; they are answered in order. */
  next(): Promise<IteratorResult<Item, undefined>>
  /** Leaves the answer and its stream, as a `break` does. */
  return(): Promise<IteratorResult<Item, undefined>>
  /** Returns a view that yields at most once per animation frame, however fast the events come. */
  frames(): AsyncIterableIterator<Frame, undefined>
  /** Returns a view that yields at most once per network chunk: the fastest way to read. */
  batches(): AsyncIterableIterator<Frame, undefined>
  /** Reads to the end, and resolves to the whole answer. Rejects as the iterator does. */
  answer(): Promise<Answer>
  /** Returns the answer itself, for `for await`. */
  [Symbol.asyncIterator](): this
}

/**
 * The texts of an answer, as `textOf` and `openChat` return them. No text is empty. `frames()` and
 * `batches()` yield joined texts.
 */
export interface TextStream extends AnswerStream<string, string> {}

/** The deltas of an answer, as `deltasOf` returns them. `frames()` and `batches()` yield arrays of them. */
export interface DeltaStream extends AnswerStream<Delta, Delta[]> {}

/** @param isText whether the items are texts, not deltas */
function streamOf<Item, Frame>(
  source: AnswerSource,
  format: AnswerFormat | Extractor,
  isText?: boolean,
): AnswerStream<Item, Frame> {
  const reading = readingOf(source, format, !isText)
  const sequence = reading.own ?? new OtherSequence(source)
  /** How many calls of `next()` wait, and the newest of them. */
  let waiting = 0
  let newest: Promise<IteratorResult<Item, undefined>>
  /** What the event that was taken last yielded, as far as it is not handed out yet. */
  let items: Item[] = []
  /** Whether an event threw after others that yielded something. */
  let hasThrown = false
  let isOver = false
  let resolve!: (answer: Answer) => void
  let reject!: (error: unknown) => void
  const done = new Promise<Answer>((...settle) => ([resolve, reject] = settle))
  // The iterator reports the same error.
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

  /**
   * The first item that an event adds; what else it adds is in `items` then. Without an event, at the
   * source's end, what was held back.
   */
  function take(event?: ServerSentEvent): Item | undefined {
    if (isOver) return undefined
    try {
      const { deltas, text, isEnd } = reading.read(event)
      if (isEnd) {
        sequence.finish()
        end()
      }
      if (isText) return (text || undefined) as Item | undefined
      items = deltas as Item[]
      return items.shift()
    } catch (error) {
      sequence.fail(error)
      return fail(error)
    }
  }

  function last(failure?: { error: unknown }): Item | undefined {
    return failure ? fail(failure.error) : take()
  }

  /** Answers a call of `next()` that waited. */
  function use(event: ServerSentEvent): Item | undefined {
    const item = take(event)
    // At the end, the number of waiting calls has no effect.
    if (item) waiting--
    return item
  }

  /** Answers a call of `next()`. */
  function step(): Promise<IteratorResult<Item, undefined>> {
    try {
      let item = items.shift()
      while (!item) {
        if (isOver) break
        // As `readTexts`.
        const text = isText ? sequence.takeText?.() : undefined
        if (text !== undefined) {
          item = reading.addText(text) as Item
          continue
        }
        const ready = sequence.takeReady()
        if (!ready) return sequence.mapEvents(false, use, last)
        item = take(ready)
      }
      waiting--
      return Promise.resolve(resultOf(item))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** What events add; nothing, if that is nothing. */
  function frame(events: readonly ServerSentEvent[]): Frame | undefined {
    const some: Item[] = []
    try {
      for (const event of events) push(some, take(event))
    } catch (error) {
      // Items before an event that throws are delivered first.
      if (!some[0]) throw error
      hasThrown = true
    }
    return frameOf(some)
  }

  function push(some: Item[], item: Item | undefined): Item[] {
    if (item) some.push(item)
    if (items[0]) some.push(...items.splice(0))
    return some
  }

  function frameOf(some: Item[]): Frame | undefined {
    return some[0] && ((isText ? some.join('') : some) as Frame)
  }

  const lastFrame = (failure?: { error: unknown }) => frameOf(push([], last(failure)))

  /** Answers a call of the views that join: what was thrown, the end, or what `read` reads. */
  function nextFrame(
    read: () => Promise<IteratorResult<Frame, undefined>>,
  ): Promise<IteratorResult<Frame, undefined>> {
    if (hasThrown) {
      hasThrown = false
      return done as Promise<never>
    }
    return isOver ? Promise.resolve(resultOf<Frame>()) : read()
  }

  const nextBatch = () => nextFrame(() => sequence.mapEvents(true, frame, lastFrame))

  function stop(): void {
    if (!isOver) void sequence.return()
    items = []
    end()
  }

  const next = () => (newest = waiting++ ? newest.then(step, step) : step())

  return Object.assign(viewOf(next, stop) as AnswerStream<Item, Frame>, {
    done,
    frames() {
      const frames = sequence.frames()
      const read = async (): Promise<IteratorResult<Frame, undefined>> => {
        const { value: events } = await frames.next().catch(fail)
        const value = events ? frame(events) : lastFrame()
        return value || !events || isOver ? resultOf(value) : read()
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

function resultOf<T>(value?: T): IteratorResult<T, undefined> {
  return { done: value === undefined, value } as IteratorResult<T, undefined>
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
 * Returns the text of a model's answer, as an async iterator.
 *
 * The vendor's end marker ends the stream: it is closed without reconnecting, and its outcome is
 * `'done'`. Unknown events and members are ignored. A server that does not stream may answer with the
 * whole answer as JSON.
 *
 * The iterator fails with a `StreamError` `'upstream'` if the stream contains an error of the model's
 * API, and with `'unknown-format'` if nothing in it was understood. The call throws a `StreamError`
 * `'invalid-options'` for an unknown format.
 *
 * @param stream a stream of `openStream` or `decode` that nothing else reads
 * @param format the vendor's format, or a function that returns the text of an event. Default: `'auto'`
 */
export function textOf(
  stream: AnswerSource,
  format: AnswerFormat | Extractor = 'auto',
): TextStream {
  return streamOf(stream, format, true)
}

/**
 * Returns all parts of a model's answer, as an async iterator: text, reasoning, tool calls and usage.
 * Fails and throws as `textOf` does.
 *
 * @param stream a stream of `openStream` or `decode` that nothing else reads
 * @param format the vendor's format, or a function that returns the part that an event adds. Default:
 *   `'auto'`
 */
export function deltasOf(
  stream: AnswerSource,
  format: AnswerFormat | Extractor = 'auto',
): DeltaStream {
  return streamOf(stream, format)
}
