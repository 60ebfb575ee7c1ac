import { openStream, resumeStream, StreamError } from 'sluicegate'
import type { CancelResult, EventStream, OpenOptions, ServerSentEvent } from 'sluicegate'
import { oncePerFrame } from './frame'
import { type Blocks, GrowingMarkdown } from './markdown'
import { Recorder, type Recording } from './recorder'
import type { Relay, SessionName } from './relay'

/** A connection that is silent for so long is dead: the answer is resumed on another. In milliseconds. */
const SILENCE = 3000

/** One turn of what was said before. */
export interface Said {
  role: 'user' | 'assistant'
  content: string
}

/** What `POST /chat` takes. `sessionId` names this one answer, so that it can be cancelled and resumed. */
export interface Question extends SessionName {
  prompt: string
  messages: readonly Said[]
  /** The relay chooses if there is none. */
  model?: string
}

/**
 * `waiting` is before the first token, `resuming` after the connection was lost, `stopping` while `cancel()` waits for
 * the server.
 */
export type Phase =
  'waiting' | 'streaming' | 'resuming' | 'stopping' | 'stopped' | 'done' | 'failed'

/** Why an answer failed: `code` is a `StreamError`'s, or the relay's own from its `error` event. */
export interface Problem {
  code: string
  /** None for `truncated`: the page has its own words for it. */
  message: string | undefined
}

/** An immutable picture of an answer at one moment. */
export interface Answer {
  phase: Phase
  text: string
  blocks: Blocks
  tokens: number
  /** How many connections were lost on the way. */
  resumed: number
  model: string | undefined
  problem: Problem | undefined
  report: CancelResult | undefined
}

/** An answer and the record of its stream. */
export interface Picture {
  answer: Answer
  recording: Recording
}

/** One question and its answer: sends it, reads the stream, and can stop it. */
export class Exchange {
  readonly #options: OpenOptions
  #stream!: EventStream
  readonly #changed: () => void
  readonly #recorder = new Recorder()
  readonly #markdown = new GrowingMarkdown()
  #phase: Phase
  #text = ''
  #model: string | undefined
  #problem: Problem | undefined
  #report: CancelResult | undefined
  #last: ServerSentEvent | undefined

  /** Sends the question. `show` is called with a new picture once per animation frame at most. */
  static ask(relay: Relay, question: Question, show: (picture: Picture) => void): Exchange {
    const exchange = new Exchange(relay, question, show, 'waiting')
    const stream = openStream(relay.at('chat'), {
      ...exchange.#options,
      method: 'POST',
      body: question,
      remember: question.sessionId,
      resume: { url: answerAt(relay, question) },
    })
    return exchange.#begin(stream)
  }

  /** Goes on with an answer that the page before was left with, from its start, if it still runs. */
  static resume(
    relay: Relay,
    session: SessionName,
    show: (picture: Picture) => void,
  ): Exchange | undefined {
    const exchange = new Exchange(relay, session, show, 'resuming')
    const resume = { url: answerAt(relay, session), replays: true }
    const stream = resumeStream(session.sessionId, { ...exchange.#options, resume })
    return stream && exchange.#begin(stream)
  }

  private constructor(
    relay: Relay,
    { userId, sessionId }: SessionName,
    show: (picture: Picture) => void,
    phase: Phase,
  ) {
    this.#phase = phase
    this.#changed = oncePerFrame(() => show(this.picture))
    this.#options = {
      idleTimeout: SILENCE,
      done: (event) => this.#isLast(event),
      cancel: { url: relay.at('chat/cancel'), body: { userId, sessionId } },
      onOpen: () => this.#changed(),
      onRetry: ({ error, delay }) => this.#broke(error, delay),
    }
  }

  #begin(stream: EventStream): this {
    this.#stream = stream
    void this.#read()
    return this
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

  /** The answer and its record as they are now. */
  get picture(): Picture {
    const complete = !isRunning(this.#phase) && this.#phase !== 'stopping'
    const recording = this.#recorder.recording(this.#stream)
    return {
      answer: {
        phase: this.#phase,
        text: this.#text,
        blocks: this.#markdown.render(this.#text, complete),
        tokens: recording.tokens,
        resumed: recording.attempts.length,
        model: this.#model,
        problem: this.#problem,
        report: this.#report,
      },
      recording,
    }
  }

  async #read(): Promise<void> {
    try {
      for await (const batch of this.#stream.batches()) {
        for (const event of batch) this.#take(event)
        this.#changed()
      }
      if (this.#last) this.#take(this.#last)
      this.#end(await this.#stream.closed.then(({ type }) => type))
    } catch (cause) {
      this.#fail(problemOf(cause))
    }
    this.#changed()
  }

  /** The stream asks this before the events in front of the last one are read: it is kept until then. */
  #isLast(event: ServerSentEvent): boolean {
    const isLast = event.type === 'done' || event.type === 'error'
    if (isLast) this.#last = event
    return isLast
  }

  #take(event: ServerSentEvent): void {
    this.#recorder.add(event, this.#stream.stats.bytes)
    switch (event.type) {
      case 'start':
        this.#model = (JSON.parse(event.data) as { model: string }).model
        break
      case 'message':
        if (isRunning(this.#phase)) this.#phase = 'streaming'
        this.#text += event.data
        break
      case 'done':
        this.#phase = 'done'
        break
      case 'error':
        this.#fail((JSON.parse(event.data) as { error: Problem }).error)
        break
    }
  }

  /** Nothing is left to read; `type` is how the stream says that it ended. */
  #end(type: string): void {
    if (!isRunning(this.#phase)) return
    // The page was left, and has come back.
    if (type === 'cancelled' || type === 'closed') this.#phase = 'stopped'
    else this.#fail({ code: 'truncated', message: undefined })
  }

  #broke(error: StreamError, delay: number): void {
    this.#recorder.broke(error, delay, this.#stream.lastEventId)
    if (isRunning(this.#phase)) this.#phase = 'resuming'
    this.#changed()
  }

  #fail(problem: Problem): void {
    if (!isRunning(this.#phase)) return
    this.#phase = 'failed'
    this.#problem = problem
  }
}

/** Whether an answer can still be stopped. */
export const isRunning = (phase: Phase): boolean =>
  phase === 'waiting' || phase === 'streaming' || phase === 'resuming'

/** Where an answer goes on. */
function answerAt(relay: Relay, { userId, sessionId }: SessionName): string {
  return relay.at(`chat/${sessionId}?userId=${userId}`)
}

function problemOf(cause: unknown): Problem {
  if (cause instanceof StreamError) return { code: cause.code, message: cause.message }
  return { code: 'unexpected', message: String(cause) }
}
