import { viewOf } from '../sequence.js'
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
  const { own } = reading
  /** How many calls wait for events. */
  let waiting = 0
  /** What the event that was taken last gave and is not handed out yet. */
  let items: Item[] = []
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

  function leave(): void {
    source.return().catch(() => undefined)
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
        // One that is not ours is left.
        if (own) own.finish()
        else leave()
        end()
      }
      return itemsOf(deltas)
    } catch (error) {
      if (own) own.fail(error)
      else leave()
      return fail(error)
    }
  }

  /** The next item if it is at hand. */
  function ready(): Item | undefined {
    while (items.length === 0) {
      const event = isOver ? undefined : own?.takeReady()
      if (!event) return undefined
      items = take(event)
    }
    return items.shift()
  }

  async function* readItems(): AsyncGenerator<Item, undefined, undefined> {
    try {
      for (;;) {
        const value = ready()
        if (value !== undefined) yield value
        else if (isOver) return undefined
        else {
          const next = await source.next()
          items = take(next.value)
        }
      }
    } catch (error) {
      return fail(error)
    }
  }

  async function* readAll(
    batches: Pick<AsyncIterator<ServerSentEvent[], undefined>, 'next'>,
  ): AsyncGenerator<Frame, undefined, undefined> {
    try {
      for (;;) {
        if (isOver) return undefined
        const next = await batches.next()
        const some: Item[] = []
        try {
          for (const event of next.value ?? [undefined]) {
            if (!isOnlyText && event && isText(event)) {
              for (const one of textsFrom(event, 0)) some.push(...take(one))
            } else {
              some.push(...take(event))
            }
          }
        } finally {
          // What came before an event that throws is given first.
          if (some.length > 0) yield frameOf(some)
        }
      }
    } catch (error) {
      return fail(error)
    }
  }

  /** Of a source that is not ours each event is a batch. */
  async function nextAlone(): Promise<IteratorResult<ServerSentEvent[], undefined>> {
    const { done, value } = await source.next()
    return done ? { done, value } : { done: false, value: [value] }
  }

  const readBatches = () => readAll(own?.batches() ?? { next: nextAlone })

  function viewAll(
    frames: AsyncGenerator<Frame, undefined>,
  ): AsyncIterableIterator<Frame, undefined> {
    return viewOf(() => frames.next(), stop)
  }

  const later = readItems()
  function next(): Promise<IteratorResult<Item, undefined>> {
    try {
      // What is at hand needs none of the generator's promises.
      const value = waiting === 0 ? ready() : undefined
      if (value !== undefined) return Promise.resolve({ done: false, value })
    } catch (error) {
      return Promise.reject(error)
    }
    waiting++
    return later.next().finally(() => waiting--)
  }

  function stop(): void {
    if (!isOver) leave()
    items = []
    end()
  }

  return Object.assign(viewOf(next, stop) as AnswerStream<Item, Frame>, {
    done,
    frames: () => viewAll(readAll(source.frames())),
    batches: () => viewAll(readBatches()),
    async answer() {
      const batches = readBatches()
      while (!(await batches.next()).done);
      return done
    },
  })
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
 * @param stream what `openStream` or `decode` returned; nobody else is to read it
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
