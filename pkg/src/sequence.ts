import { StreamError } from './error.js'
import {
  countOf,
  isText,
  type FindTemplate,
  type ServerSentEvent,
  textAt,
  type TextEvents,
  textsFrom,
} from './event.js'
import { nextFrame } from './frame.js'
import type { StreamOutcomeType } from './outcome.js'

/** A call that waits for events. */
interface Call {
  /** Whether it takes all events that are there, not one. */
  all: boolean
  /** Turns them into the result. `undefined` waits for more. */
  use: ((events: never) => unknown) | undefined
  /** Returns the result at the end. Without it, the call resolves to the end or rejects. */
  end: ((failure?: { error: unknown }) => unknown) | undefined
  resolve: (result: IteratorResult<never, undefined>) => void
  reject: (error: unknown) => void
}

/**
 * Observes a body as it arrives: readers of answers need to know about bytes that are no events.
 *
 * @internal
 */
export interface Tap {
  /** Returns whether to read a body whose content type is not that of a stream. */
  takes(contentType: string): boolean
  chunk(bytes: Uint8Array): void
  /** Whether the last event of the stream may lack its blank line. */
  completes?: boolean
  /** Called at the end of the body. Returns an event to deliver after the others. */
  end(): ServerSentEvent | undefined
  /** Called with the event that the option `done` has found, which is not delivered. */
  last?(event: ServerSentEvent): void
}

/**
 * A sequence of events: an async iterator with several views. All views share the sequence: each event
 * is delivered once, to the first call that waits for it. At most one batch is read ahead of the
 * consumer.
 */
export abstract class EventSequence implements AsyncIterableIterator<ServerSentEvent> {
  #batch: ServerSentEvent[] = []
  #index = 0
  /** The number of texts joined at the index that are delivered. */
  #textIndex = 0
  #handedOut = 0
  #last: ServerSentEvent | undefined
  /** In the order in which they came. */
  readonly #calls: Call[] = []
  /** The functions to call when the next batch arrives, which don't take it. */
  readonly #watchers: ((hasMore: boolean) => void)[] = []
  #isPulling = false
  #isOver = false
  #failure: { error: unknown } | undefined

  /** @internal */
  tap: Tap | undefined

  /** @internal Whether an answer began before this, in a page that has read its start. */
  declare isLater?: boolean

  /** @internal Set by `readTexts`, for the decoder. */
  findTemplate: FindTemplate | undefined

  /** @internal Keeps Vue from putting a proxy around this: it would have no private members. */
  protected get __v_skip(): boolean {
    return true
  }

  /** @internal How the sequence ended; `undefined` if only its consumer can end it. */
  get ending(): StreamOutcomeType | undefined {
    return undefined
  }

  /** Called with the number of events handed out, and the last of them. */
  protected onHandedOut: ((count: number, last: ServerSentEvent) => void) | undefined

  /** Requests the next events. `received` or `failed` is called later. */
  protected abstract pull(): void

  /** Returns the events to deliver. Throws the error that ended the sequence in the meantime. */
  protected accept(batch: ServerSentEvent[] | undefined): ServerSentEvent[] | undefined {
    return batch
  }

  /** Called when the consumer has left. */
  protected abstract leave(): void

  /** @internal Ends the sequence with an error that its consumer has already received. */
  abstract fail(error: unknown): void

  /** @internal Ends the sequence: the consumer has read its end marker. */
  abstract finish(): void

  /** The event that was handed out last. */
  protected get lastEvent(): ServerSentEvent | undefined {
    return this.#last
  }

  /** @internal From now on, events may be joined. Those that are there already show their format, too. */
  readTexts(find: FindTemplate | undefined): void {
    this.findTemplate = find
    find?.(this.#batch, this.#index)
  }

  /** @internal Returns the next event if it is there already; to wait for it, use `next()`. */
  takeReady(): ServerSentEvent | undefined {
    return this.#calls.length === 0 && this.#hasEvents ? this.#take() : undefined
  }

  /** @internal Returns the next of texts that are joined, if the first was handed out. It has no figures. */
  takeText(): string | undefined {
    const at = this.#textIndex
    if (at === 0 || this.#calls.length > 0) return undefined
    const event = this.#batch[this.#index] as TextEvents
    const { data, ends } = event
    this.#countText(ends)
    this.#handOut(1, event)
    return data.substring(ends[at - 1]!, ends[at])
  }

  protected get handedOutCount(): number {
    return this.#handedOut
  }

  /** Drops events that are not delivered yet. */
  protected drop(): void {
    this.#setBatch([])
  }

  /** Answers `pull`, if one waits, with events (never an empty array) or `undefined` at the end. */
  protected received(pulled: ServerSentEvent[] | undefined): void {
    if (!this.#isPulling) return
    let batch
    try {
      batch = this.accept(pulled)
    } catch (error) {
      return this.failed(error)
    }
    if (batch) {
      this.#setBatch(batch)
    } else {
      this.#isOver = true
    }
    this.#pullIsAnswered()
  }

  /** Answers `pull` with the error that ended the sequence. */
  protected failed(error: unknown): void {
    this.#isOver = true
    this.#failure = { error }
    this.#pullIsAnswered()
  }

  /** Returns the sequence itself, for `for await`. */
  [Symbol.asyncIterator](): this {
    return this
  }

  /**
   * Resolves to the next event, or to `done: true` at the end. Rejects once if the stream fails. Calls
   * may overlap; they are answered in order.
   */
  next(): Promise<IteratorResult<ServerSentEvent, undefined>> {
    const event = this.takeReady()
    if (event) return Promise.resolve({ done: false, value: event })
    return this.#call(false)
  }

  /**
   * Ends the sequence, as leaving a loop with `break` does. The backend is notified only if
   * `cancel.on` lists `'return'`.
   */
  return(): Promise<IteratorResult<ServerSentEvent, undefined>> {
    this.leave()
    return Promise.resolve({ done: true, value: undefined })
  }

  /** Returns a view of the events in arrays, as they arrive; none is empty. The fastest way to read. */
  batches(): AsyncIterableIterator<ServerSentEvent[], undefined> {
    return this.#view(() => this.#call<ServerSentEvent[]>(true))
  }

  /** Returns a view with at most one array of events per animation frame; none is empty. */
  frames(): AsyncIterableIterator<ServerSentEvent[], undefined> {
    return this.#view(async () => {
      const first = await this.#call<ServerSentEvent[]>(true)
      if (first.done) return first
      let events = first.value
      const frame = nextFrame()
      const due = frame.then(() => false)
      // An end or a failure in the meantime is reported to the next call.
      while (await Promise.race([due, this.#more()])) events = events.concat(this.#takeAll())
      await frame
      return { done: false, value: events }
    })
  }

  /**
   * Returns a view of the events' data, parsed as JSON.
   *
   * Data that is not JSON ends the stream with a `StreamError` `'parse-json'`.
   *
   * @param options `skipInvalid` skips such events instead. Default: `false`
   */
  json<T = unknown>(options: { skipInvalid?: boolean } = {}): AsyncIterableIterator<T, undefined> {
    return this.#view(async () => {
      for (;;) {
        const { done, value: event } = await this.next()
        if (done) return { done, value: undefined }
        try {
          return { done: false, value: JSON.parse(event.data) as T }
        } catch (cause) {
          if (options.skipInvalid) continue
          throw this.#failToParse(event, cause)
        }
      }
    })
  }

  /** Returns the events as a `ReadableStream`. Cancelling it ends the sequence, as `return()` does. */
  toReadableStream(): ReadableStream<ServerSentEvent> {
    return new ReadableStream(
      {
        pull: async (controller) => {
          const { done, value } = await this.next()
          if (done) controller.close()
          else controller.enqueue(value)
        },
        cancel: () => this.leave(),
      },
      { highWaterMark: 0 },
    )
  }

  /**
   * Answers with what `use` makes of all events that are there, or of the next one. It is called
   * again where it returns nothing. At the end `end` is called, which may throw.
   *
   * @internal
   */
  mapEvents<T, All extends boolean>(
    all: All,
    use: (events: All extends true ? ServerSentEvent[] : ServerSentEvent) => T | undefined,
    end: (failure?: { error: unknown }) => T | undefined,
  ): Promise<IteratorResult<T, undefined>> {
    return this.#call(all, use, end)
  }

  /** Answers as `mapEvents` does; without `use` with the events themselves. */
  #call<T>(
    all: boolean,
    use?: Call['use'],
    end?: Call['end'],
  ): Promise<IteratorResult<T, undefined>> {
    // One promise per call: with an event per chunk, promises are what it costs.
    return new Promise((resolve, reject) => {
      this.#calls.push({ all, use, end, resolve, reject })
      this.#serve()
    })
  }

  get #hasEvents(): boolean {
    return this.#index < this.#batch.length
  }

  /** Answers the calls that can be answered, and pulls for the others. */
  #serve(): void {
    while (this.#calls.length > 0) {
      if (!this.#hasEvents && !this.#isOver) return this.#ensurePull()
      const call = this.#calls.shift()!
      const failure = this.#failure
      try {
        let value
        if (this.#hasEvents) {
          const events = call.all ? this.#takeAll() : this.#take()
          value = call.use ? call.use(events as never) : events
          if (value === undefined) {
            this.#calls.unshift(call)
            continue
          }
        } else {
          // Reject once: after a failure comes the end.
          this.#failure = undefined
          if (failure && !call.end) throw failure.error
          value = call.end?.(failure)
        }
        call.resolve({ done: value === undefined, value } as IteratorResult<never, undefined>)
      } catch (error) {
        call.reject(error)
      }
    }
  }

  #ensurePull(): void {
    if (this.#isPulling) return
    this.#isPulling = true
    this.pull()
  }

  #pullIsAnswered(): void {
    this.#isPulling = false
    this.#serve()
    if (this.#watchers.length === 0) return
    for (const tell of this.#watchers.splice(0)) tell(this.#hasEvents)
  }

  /** Waits for a batch if there is none: `false` at the end. */
  #more(): Promise<boolean> {
    if (this.#hasEvents || this.#isOver) return Promise.resolve(this.#hasEvents)
    return new Promise((resolve) => {
      this.#watchers.push(resolve)
      this.#ensurePull()
    })
  }

  #setBatch(batch: ServerSentEvent[]): void {
    this.#batch = batch
    this.#index = this.#textIndex = 0
  }

  #take(): ServerSentEvent {
    let event = this.#batch[this.#index]!
    if (isText(event)) {
      const { ends } = event
      if (ends.length > 1) event = textAt(event, this.#textIndex)
      this.#countText(ends)
    } else {
      this.#index++
    }
    this.#handOut(1, event)
    return event
  }

  #countText({ length }: TextEvents['ends']): void {
    if (++this.#textIndex < length) return
    this.#textIndex = 0
    this.#index++
  }

  #takeAll(): ServerSentEvent[] {
    let events = this.#index === 0 ? this.#batch : this.#batch.slice(this.#index)
    const [first] = events
    if (this.#textIndex > 0 && first && isText(first)) {
      events = [...textsFrom(first, this.#textIndex), ...events.slice(1)]
    }
    this.#setBatch([])
    this.#handOut(countOf(events), events.at(-1) ?? this.#last!)
    return events
  }

  #handOut(count: number, last: ServerSentEvent): void {
    this.#handedOut += count
    this.#last = last
    this.onHandedOut?.(count, last)
  }

  #failToParse(event: ServerSentEvent, cause: unknown): StreamError {
    const id = event.lastEventId === '' ? '' : ` with id ${JSON.stringify(event.lastEventId)}`
    const start = JSON.stringify(event.data.slice(0, 100))
    const message = `the data of an event '${event.type}'${id} is not JSON: ${start}. Set skipInvalid to skip such events.`
    const error = new StreamError('parse-json', message, { cause })
    this.#isOver = true
    this.fail(error)
    return error
  }

  #view<T>(next: () => Promise<IteratorResult<T, undefined>>): AsyncIterableIterator<T, undefined> {
    return viewOf(next, () => this.leave())
  }
}

/** An iterator that leaves its sequence at `return()`. */
export function viewOf<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
  leave: () => unknown,
): AsyncIterableIterator<T, undefined> {
  return {
    next,
    return: async () => {
      leave()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
