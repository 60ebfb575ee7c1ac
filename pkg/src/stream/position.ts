import type { ServerSentEvent } from '../event.js'
import { answerOf } from '../fetch/request.js'
import type { AttemptContext, CancelContext, OpenOptions } from '../options.js'
import type { Remembered } from '../remember.js'
import type { Settings } from './settings.js'

const NO_EVENT: ServerSentEvent = { type: 'message', data: '', lastEventId: '' }

/** The position of an answer when the page was left. @internal */
export interface Start {
  job?: string | undefined
  cursor?: string | undefined
  lastEventId: string
  events: number
  bytes: number
}

/** The event that the page got last, the id to resume from, and how many events it got. */
export type Consumed = Pick<CancelContext, 'lastEvent' | 'lastEventId' | 'events'>

/** The progress of an answer, for requests that continue or stop it. */
export class Position {
  job: string | undefined
  /** The response that began the answer, or without `resume` the latest. */
  response: Response | undefined
  readonly #settings: Settings
  readonly #start: Start
  /** What the page gets at the moment, and where the answer was before. */
  #batch: readonly ServerSentEvent[] = []
  #cursor: string | undefined
  #bytes: number
  #nextBytes: number
  /** How many events belong to an answer that was given up for another one. */
  #former = 0
  /** Whether the page's function is asked: one that stops the stream is not asked again for that. */
  #isLooking = false

  constructor(settings: Settings) {
    const { job, session, start } = settings
    this.#settings = settings
    this.#start = start
    this.job = start.job ?? (typeof job === 'function' ? undefined : (job ?? session))
    this.#cursor = start.cursor
    this.#bytes = this.#nextBytes = start.bytes
  }

  /** Whether the job is to be found, and is not yet. */
  get lacksJob(): boolean {
    return this.job === undefined && typeof this.#settings.job === 'function'
  }

  opened(response: Response): void {
    if (!this.#settings.resume || !this.response) this.response = response
  }

  /** The page gets these events: `bytes` have come up to their end. */
  advance(events: readonly ServerSentEvent[], bytes: number): void {
    this.#cursor = this.#cursorAt(this.#batch.length - 1)
    this.#bytes = this.#nextBytes
    this.#batch = events
    this.#nextBytes = this.#start.bytes + bytes
  }

  /**
   * Looks for the job. Returns whether these events have it. Without events, the page may have chosen it,
   * or the headers may tell it: what its function throws then is ignored, since it may take an event.
   */
  findJob(events?: readonly ServerSentEvent[]): boolean {
    const find = this.#settings.job as Exclude<OpenOptions['job'], string | undefined>
    if (!this.lacksJob || this.#isLooking) return false
    this.#isLooking = true
    try {
      return (events ?? [NO_EVENT]).some((event) => {
        this.job = textOf(find(event, this.response!))
        return !this.lacksJob
      })
    } catch (error) {
      if (events) throw error
      return false
    } finally {
      this.#isLooking = false
    }
  }

  /** Returns the position after all events, for an attempt. */
  here(attempt: number, lastEventId: string, events: number, resumes: boolean): AttemptContext {
    // The first request, sent again with nothing to resume by, begins a new answer.
    if (!resumes && lastEventId === '') {
      this.#batch = []
      this.#cursor = undefined
      this.#bytes = this.#nextBytes = 0
      this.#former = events
    }
    return this.#at(attempt, lastEventId, events, this.#batch.length - 1)
  }

  /** Where the answer is for a page that got so much of it. */
  at(attempt: number, { lastEvent, lastEventId, events }: Consumed): AttemptContext {
    const index = this.#batch.lastIndexOf(lastEvent!)
    try {
      return this.#at(attempt, lastEventId, events, index)
    } catch {
      // What `cursor` throws is an error of the next request or batch. This is for the end.
      return this.#at(attempt, lastEventId, events, -1)
    }
  }

  /** Returns what the page needs after a reload, if there is an answer to continue. */
  place(...where: Parameters<Position['at']>): Remembered | undefined {
    const { resume, session, isResumed } = this.#settings
    const hasBegun = isResumed || this.response !== undefined
    if (!resume || this.lacksJob || !hasBegun) return undefined
    const { attempt, response, ...place } = this.at(...where)
    return { ...place, session }
  }

  #at(attempt: number, lastEventId: string, events: number, index: number): AttemptContext {
    const { job, response } = this
    const isWhole = index === this.#batch.length - 1
    return {
      attempt,
      lastEventId,
      job,
      cursor: this.#cursorAt(index),
      events: this.#start.events + events - this.#former,
      bytes: isWhole ? this.#nextBytes : this.#bytes,
      response,
    }
  }

  #cursorAt(index: number): string | undefined {
    const { cursor } = this.#settings
    if (!cursor) return this.#cursor
    for (let at = index; at >= 0; at--) {
      const text = textOf(cursor(this.#batch[at]!))
      if (text !== undefined) return text
    }
    return this.#cursor
  }
}

function textOf(value: string | number | false | null | undefined): string | undefined {
  answerOf(value, Object(value) === value)
  return value === 0 || value ? `${value}` : undefined
}
