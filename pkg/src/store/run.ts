import { tagOf } from '../bytes.js'
import { StreamError } from '../error.js'
import { isText, type ServerSentEvent } from '../event.js'
import { nextFrame } from '../frame.js'
import type { CancelResult, StreamOutcome } from '../outcome.js'
import { isPromise } from '../promise.js'
import { streamFrom } from '../resume-stream.js'
import type { EventStream } from '../stream/event-stream.js'
import type { Start } from '../stream/position.js'
import type { RunReader, StartOptions, StreamSnapshot, TextPart, TextReader } from './options.js'

const DEFAULT_MAX_EVENTS = 10_000

/** What is shown of a stream that was never started. */
export const IDLE: StreamSnapshot = {
  events: [],
  last: undefined,
  text: '',
  status: 'idle',
  error: undefined,
  stats: { bytes: 0, events: 0, attempts: 0, acknowledged: 0 },
}

/** How a run ended. */
type Ending = Pick<StreamSnapshot, 'status' | 'error'>

const DONE: Ending = { status: 'done', error: undefined }
const CANCELLED: Ending = { status: 'cancelled', error: undefined }

/** One stream from its start to its end. */
export class Run {
  readonly #stream: EventStream
  readonly #signal: AbortSignal | undefined
  readonly #reader: RunReader
  readonly #maxEvents: number
  readonly #onChange: () => void
  #snapshot: StreamSnapshot = { ...IDLE, status: 'connecting' }
  /** What came since the snapshot was taken. */
  #events: ServerSentEvent[] = []
  #text = ''
  #ending: Ending | undefined
  #isScheduled = false

  /**
   * Throws a `StreamError` `'invalid-options'` for bad values of the options that `openStream` does
   * not know.
   *
   * @param url absent if the run continues an answer from `start`
   * @param onChange called when there is a new snapshot: for what the stream does, once an animation
   *   frame at most
   */
  constructor(
    url: string | URL | undefined,
    options: StartOptions,
    onChange: () => void,
    start?: Start,
  ) {
    const { text, maxEvents: given, ...rest } = options
    const reader = readerOf(text ?? dataOf)
    const maxEvents = given ?? DEFAULT_MAX_EVENTS
    if (typeof maxEvents !== 'number' || !(maxEvents >= 0)) {
      throw invalid(`\`maxEvents\` must be a number of events, 0 or more, not ${String(maxEvents)}`)
    }
    this.#maxEvents = maxEvents
    this.#onChange = onChange
    this.#signal = rest.signal ?? undefined
    const hooks = { changed: () => this.#schedule(), isDeferred: true }
    this.#stream = streamFrom(start, rest, hooks, url)
    this.#reader = reader.begin(this.#stream)
    void this.#read()
  }

  /** What is shown of the run. */
  get snapshot(): StreamSnapshot {
    return this.#snapshot
  }

  cancel(reason?: unknown): Promise<CancelResult> {
    const isLive = this.#stream.state !== 'closed'
    const result = this.#stream.cancel(reason)
    if (isLive) this.#endNow()
    return result
  }

  /** Leaves the stream as a `break` does: the backend is notified if `cancel.on` lists `'return'`. */
  leave(): void {
    void this.#stream.return()
    this.#endNow()
  }

  async #read(): Promise<void> {
    try {
      for await (const batch of this.#stream.batches()) {
        for (const event of batch) if (!this.#ending) this.#take(event)
        this.#schedule()
      }
      const outcome = await this.#stream.closed
      const { status, error } = endingOf(outcome)
      const hasEnded = outcome.type !== 'no-content' && status !== 'cancelled'
      if (hasEnded && !this.#ending) this.#text += this.#reader.finish?.() ?? ''
      this.#end({ status, error })
    } catch (error) {
      const isAborted = this.#signal?.aborted && (this.#signal.reason ?? error) === error
      this.#end({ status: isAborted ? 'cancelled' : 'error', error: toError(error) })
    }
  }

  #take(event: ServerSentEvent): void {
    if (!isText(event)) this.#events.push(event)
    try {
      const part: unknown = this.#reader.read(event)
      if (isPromise(part)) throw invalid('`text` must not return a promise')
      // A number of the server's JSON is a text, too.
      const isValue = typeof part === 'string' || typeof part === 'number'
      const { text, isEnd } = (isValue ? { text: part } : Object(part)) as TextPart
      this.#text += text ?? ''
      if (!isEnd) return
      this.#stream.finish()
      this.#end(DONE)
    } catch (error) {
      this.#stream.fail(error)
      this.#end({ status: 'error', error: toError(error) })
    }
  }

  /** The first ending counts. */
  #end(ending: Ending): void {
    this.#ending ??= ending
    this.#schedule()
  }

  #endNow(): void {
    this.#ending ??= CANCELLED
    this.#update()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    void nextFrame().then(() => {
      this.#isScheduled = false
      this.#update()
    })
  }

  #update(): void {
    const { status, events, text, last } = this.#snapshot
    if (this.#ending?.status === status) return
    const { state, stats } = this.#stream
    const fresh = this.#events
    this.#snapshot = {
      events: fresh.length > 0 ? newest(events.concat(fresh), this.#maxEvents) : events,
      last: fresh.at(-1) ?? last,
      text: text + this.#text,
      status: this.#ending?.status ?? (state === 'closed' ? status : state),
      error: this.#ending?.error,
      stats,
    }
    this.#events = []
    this.#text = ''
    this.#onChange()
  }
}

function readerOf(text: NonNullable<StartOptions['text']>): TextReader {
  if (typeof text === 'function') return { begin: () => ({ read: text }) }
  if (typeof text?.begin === 'function') return text
  throw invalid(
    '`text` must be a function of an event, or what `textReader` of sluicegate/llm returns',
  )
}

function dataOf({ type, data }: ServerSentEvent): string | undefined {
  return type === 'message' ? data : undefined
}

function newest(events: ServerSentEvent[], count: number): ServerSentEvent[] {
  return events.length > count ? events.slice(events.length - count) : events
}

function endingOf({ type }: StreamOutcome): Ending {
  switch (type) {
    case 'cancelled':
    case 'closed':
      return CANCELLED
    case 'truncated': {
      const message = 'the response ended before the `done` marker: the answer is cut short'
      return { status: 'error', error: new StreamError('network', message, { retryable: true }) }
    }
    default:
      return DONE
  }
}

function toError(value: unknown): Error {
  // Also an error of another realm, such as an iframe's.
  const isError = /(Error|Exception)]$/.test(tagOf(value))
  return isError ? (value as Error) : new Error(String(value), { cause: value })
}

/** The error for options that are none. */
function invalid(message: string): StreamError {
  return new StreamError('invalid-options', message)
}
