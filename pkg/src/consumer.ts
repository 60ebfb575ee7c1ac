import { StreamError } from './error.js'
import type { ServerSentEvent } from './event.js'
import { nextFrame } from './frame.js'
import { markRaw } from './mark-raw.js'
import { Turns } from './turns.js'

/**
 * Events as an async iterator, and as its views. There is one sequence: each event goes to whoever
 * asks first, and nothing is read ahead of the consumer beyond one batch.
 */
export abstract class EventConsumer implements AsyncIterableIterator<ServerSentEvent> {
  static {
    markRaw(this)
  }

  #batch: ServerSentEvent[] = []
  #index = 0
  #pulled = 0
  #last: ServerSentEvent | undefined
  #filling: Promise<boolean> | undefined
  readonly #turns = new Turns()
  #isOver = false
  #failure: { error: unknown } | undefined

  /** Called with the number of events handed out. */
  protected onHandedOut: ((count: number) => void) | undefined

  /** The next events, never none, or `undefined` at the end. Rejects with what ended the sequence. */
  protected abstract pull(): Promise<ServerSentEvent[] | undefined>

  /** What of a batch is still to be handed out. Throws what ended the sequence meanwhile. */
  protected accept(batch: ServerSentEvent[] | undefined): ServerSentEvent[] | undefined {
    return batch
  }

  /** The consumer has left. */
  protected abstract leave(): void

  /** Ends the sequence with an error that its consumer knows. */
  protected abstract fail(error: unknown): void

  /** Ends the sequence: an event told its consumer that no more will come. */
  protected abstract finish(): void

  /** The event that was handed out last. */
  protected get lastEvent(): ServerSentEvent | undefined {
    return this.#last
  }

  /** The next event if it is at hand: who waits for it needs `next()`. */
  protected takeReady(): ServerSentEvent | undefined {
    return this.#turns.areFree && this.#hasEvents ? this.#take() : undefined
  }

  protected get handedOutCount(): number {
    return this.#pulled - (this.#batch.length - this.#index)
  }

  /** Drops what is pulled and not handed out. */
  protected drop(): void {
    this.#pulled = this.handedOutCount
    this.#batch = []
    this.#index = 0
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** The next event. Calls may overlap: they are answered in order. */
  next(): Promise<IteratorResult<ServerSentEvent, undefined>> {
    const event = this.takeReady()
    if (event) return Promise.resolve({ done: false, value: event })
    return this.#turns.take(() => this.#nextLater())
  }

  /** Ends the sequence here, as a `break` does. Whether the backend is told is up to `cancel.on`. */
  return(): Promise<IteratorResult<ServerSentEvent, undefined>> {
    this.leave()
    return Promise.resolve({ done: true, value: undefined })
  }

  /** Arrays of events as they arrive: the fastest way to consume a stream. Never empty. */
  batches(): AsyncIterableIterator<ServerSentEvent[]> {
    return this.#view(async () => ((await this.#fill()) ? this.#takeAll() : undefined))
  }

  /** One array of events an animation frame, where there are any: what a page can show. */
  frames(): AsyncIterableIterator<ServerSentEvent[]> {
    return this.#view(async () => {
      if (!(await this.#fill())) return undefined
      let events = this.#takeAll()
      const frame = nextFrame()
      const due = frame.then(() => false)
      // What ends or fails meanwhile is told to the next call.
      while (await Promise.race([due, this.#more()])) events = events.concat(this.#takeAll())
      await frame
      return events
    })
  }

  /**
   * The events' data, parsed as JSON.
   *
   * Data that is no JSON ends the stream with an error `parse-json`, or is passed over if
   * `skipInvalid` is set.
   */
  json<T = unknown>(options: { skipInvalid?: boolean } = {}): AsyncIterableIterator<T> {
    return this.#view(async () => {
      for (;;) {
        const { done, value: event } = await this.next()
        if (done) return undefined
        try {
          return JSON.parse(event.data) as T
        } catch (cause) {
          if (options.skipInvalid) continue
          throw this.#failToParse(event, cause)
        }
      }
    })
  }

  /** The events as a stream. To cancel it is to leave the sequence. */
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

  // No async functions from here to `pull`: with an event a chunk, their promises are what it costs.

  #nextLater(): Promise<IteratorResult<ServerSentEvent, undefined>> {
    return this.#more().then((hasMore) => {
      if (!hasMore) return this.#end()
      // A view may have taken the batch that both waited for.
      return this.#hasEvents ? { done: false, value: this.#take() } : this.#nextLater()
    })
  }

  get #hasEvents(): boolean {
    return this.#index < this.#batch.length
  }

  /** Gets a batch if there is none: `false` at the end. Throws the failure, once. */
  async #fill(): Promise<boolean> {
    while (await this.#more()) if (this.#hasEvents) return true
    return !this.#end().done
  }

  /** The end. Throws the failure instead, once. */
  #end(): IteratorReturnResult<undefined> {
    const failure = this.#failure
    this.#failure = undefined
    if (failure) throw failure.error
    return { done: true, value: undefined }
  }

  /** Gets a batch if there is none: `false` at the end. */
  #more(): Promise<boolean> {
    if (this.#hasEvents || this.#isOver) return Promise.resolve(this.#hasEvents)
    return (this.#filling ??= this.#pullBatch())
  }

  #pullBatch(): Promise<boolean> {
    return this.pull().then(
      (batch) => this.#received(batch),
      (error: unknown) => this.#failed(error),
    )
  }

  #received(pulled: ServerSentEvent[] | undefined): boolean {
    let batch
    try {
      batch = this.accept(pulled)
    } catch (error) {
      return this.#failed(error)
    }
    this.#filling = undefined
    if (!batch) {
      this.#isOver = true
      return false
    }
    this.#batch = batch
    this.#index = 0
    this.#pulled += batch.length
    return true
  }

  #failed(error: unknown): boolean {
    this.#filling = undefined
    this.#isOver = true
    this.#failure = { error }
    return false
  }

  #take(): ServerSentEvent {
    const event = this.#batch[this.#index++]!
    this.#last = event
    this.onHandedOut?.(1)
    return event
  }

  #takeAll(): ServerSentEvent[] {
    const events = this.#index === 0 ? this.#batch : this.#batch.slice(this.#index)
    this.#batch = []
    this.#index = 0
    this.#last = events[events.length - 1]
    this.onHandedOut?.(events.length)
    return events
  }

  #failToParse(event: ServerSentEvent, cause: unknown): StreamError {
    const id = event.lastEventId === '' ? '' : ` with id ${JSON.stringify(event.lastEventId)}`
    const start = JSON.stringify(event.data.slice(0, 100))
    const message = `the data of an event '${event.type}'${id} is not JSON: ${start}. Set skipInvalid to pass over such events.`
    const error = new StreamError('parse-json', message, { cause })
    this.#isOver = true
    this.fail(error)
    return error
  }

  #view<T>(next: () => Promise<T | undefined>): AsyncIterableIterator<T> {
    return {
      next: async () => {
        const value = await next()
        return value === undefined ? { done: true, value } : { done: false, value }
      },
      return: async () => {
        this.leave()
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }
}
