import { openStream, StreamError } from 'sluicegate'
import type { EventStream, ServerSentEvent } from 'sluicegate'
import { Arrivals } from './arrivals'
import { oncePerFrame } from './frame'

/** How many raw events are kept to be looked at; older ones are dropped. */
const KEPT_EVENTS = 200

/** What `POST /chat` takes. `sessionId` names this one answer, so that it can be cancelled. */
export interface Question {
  prompt: string
  userId: string
  sessionId: string
}

/** `waiting` is before the first token, `stopping` is while `cancel()` waits for the server. */
export type Phase = 'waiting' | 'streaming' | 'stopping' | 'stopped' | 'done' | 'failed'

/** What `cancel()` resolved with. */
export type CancelReport = Awaited<ReturnType<EventStream['cancel']>>

/** Why an answer failed: `code` is a `StreamError`'s, or the relay's own from its `error` event. */
export interface Problem {
  code: string
  message: string
}

/** An event as it came, and when: milliseconds after the question was sent. */
export interface RawEvent extends ServerSentEvent {
  number: number
  atMs: number
}

/** The measures of one stream; what has not happened yet is `undefined`. */
export interface Stats {
  state: EventStream['state']
  attempts: number
  events: number
  bytes: number
  tokens: number
  toHeadersMs: number | undefined
  toFirstEventMs: number | undefined
  tokensPerSecond: number | undefined
}

/** An immutable picture of an answer at one moment. */
export interface Answer {
  phase: Phase
  text: string
  model: string | undefined
  problem: Problem | undefined
  report: CancelReport | undefined
  /** The last events, oldest first. */
  events: readonly RawEvent[]
  stats: Stats
  arrivals: { bins: readonly number[]; spanMs: number }
}

/** One question and its answer: sends it, reads the stream, and can stop it. */
export class Exchange {
  readonly #stream: EventStream
  readonly #changed: () => void
  readonly #sentAt = performance.now()
  readonly #arrivals = new Arrivals()
  readonly #events: RawEvent[] = []
  #phase: Phase = 'waiting'
  #text = ''
  #seen = 0
  #tokens = 0
  #firstTokenMs = 0
  #lastTokenMs = 0
  #model: string | undefined
  #problem: Problem | undefined
  #report: CancelReport | undefined

  /** Sends the question; `show` gets a new picture whenever one changed, at most once an animation frame. */
  constructor({ prompt, userId, sessionId }: Question, show: (answer: Answer) => void) {
    this.#changed = oncePerFrame(() => show(this.answer))
    this.#stream = openStream('chat', {
      method: 'POST',
      body: { prompt, userId, sessionId },
      cancel: { url: 'chat/cancel', body: { userId, sessionId } },
    })
    this.#stream.opened.then(this.#changed, this.#changed)
    void this.#read()
  }

  /** Stops the answer here and on the server. Does nothing to an answer that has ended. */
  async stop(): Promise<void> {
    if (!isRunning(this.#phase)) return
    this.#phase = 'stopping'
    this.#changed()
    this.#report = await this.#stream.cancel()
    this.#phase = 'stopped'
    this.#changed()
  }

  /** The answer as it is now. */
  get answer(): Answer {
    return {
      phase: this.#phase,
      text: this.#text,
      model: this.#model,
      problem: this.#problem,
      report: this.#report,
      events: [...this.#events],
      stats: this.#stats(),
      arrivals: { bins: this.#arrivals.bins, spanMs: this.#arrivals.spanMs },
    }
  }

  async #read(): Promise<void> {
    try {
      for await (const event of this.#stream) {
        this.#take(event)
        this.#changed()
      }
      if (isRunning(this.#phase)) {
        this.#fail({
          code: 'truncated',
          message: 'The stream ended before the answer was complete.',
        })
      }
    } catch (cause) {
      this.#fail(problemOf(cause))
    }
    this.#changed()
  }

  #take(event: ServerSentEvent): void {
    const atMs = performance.now() - this.#sentAt
    this.#arrivals.add(atMs)
    this.#seen += 1
    this.#events.push({ ...event, atMs, number: this.#seen })
    if (this.#events.length > KEPT_EVENTS) this.#events.shift()
    switch (event.type) {
      case 'start':
        this.#model = (JSON.parse(event.data) as { model: string }).model
        break
      case 'message':
        this.#addToken(event.data, atMs)
        break
      case 'done':
        this.#phase = 'done'
        break
      case 'error':
        this.#fail((JSON.parse(event.data) as { error: Problem }).error)
        break
    }
  }

  #addToken(token: string, atMs: number): void {
    if (this.#tokens === 0) {
      this.#phase = 'streaming'
      this.#firstTokenMs = atMs
    }
    this.#tokens += 1
    this.#lastTokenMs = atMs
    this.#text += token
  }

  #fail(problem: Problem): void {
    if (!isRunning(this.#phase)) return
    this.#phase = 'failed'
    this.#problem = problem
  }

  #stats(): Stats {
    const { attempts, bytes, events, timeToHeaders, timeToFirstEvent } = this.#stream.stats
    const tokenMs = this.#lastTokenMs - this.#firstTokenMs
    return {
      state: this.#stream.state,
      attempts,
      bytes,
      events,
      tokens: this.#tokens,
      toHeadersMs: timeToHeaders,
      toFirstEventMs: timeToFirstEvent,
      tokensPerSecond: tokenMs > 0 ? ((this.#tokens - 1) * 1000) / tokenMs : undefined,
    }
  }
}

/** Whether an answer can still be stopped. */
export const isRunning = (phase: Phase): boolean => phase === 'waiting' || phase === 'streaming'

function problemOf(cause: unknown): Problem {
  if (cause instanceof StreamError) return { code: cause.code, message: cause.message }
  return { code: 'unexpected', message: String(cause) }
}
