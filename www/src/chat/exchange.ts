import {
  type CancelResult,
  type EventStream,
  isStreamError,
  type ServerSentEvent,
} from 'sluicegate'
import { type RelayStart, textReader, type UpstreamProblem } from 'sluicegate/llm'
import type { RunReader, StartOptions, StreamControls, StreamSnapshot } from 'sluicegate/vue'
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

/** What matters of what `useEventStream` shows. */
export type Shown = Pick<StreamSnapshot, 'text' | 'status' | 'error' | 'stats'>

/** What it shows before the first change of a stream. */
const STARTING: Shown = {
  text: '',
  status: 'connecting',
  error: undefined,
  stats: { bytes: 0, events: 0, attempts: 0, acknowledged: 0 },
}

/** One answer: the options with which `useEventStream` reads it, and what its snapshots mean. */
export class Exchange {
  /** What to start the stream with, or to go on with it after a reload. */
  readonly options: StartOptions
  readonly session: SessionName
  readonly #recorder = new Recorder()
  readonly #markdown = new GrowingMarkdown()
  #stream: EventStream | undefined
  #snapshot = STARTING
  /** Whether the connection was lost, and no token has come since. */
  #isLost: boolean
  #stop: 'stopping' | 'stopped' | undefined
  #report: CancelResult | undefined
  #model: string | undefined
  #last: ServerSentEvent | undefined
  #isTruncated = false

  /** A question and its answer. */
  static ask(relay: Relay, question: Question): Exchange {
    const request = { method: 'POST', body: question, resume: { url: answerAt(relay, question) } }
    return new Exchange(relay, question, request)
  }

  /** An answer that the page before was left with: it comes again from its start, if it still runs. */
  static resume(relay: Relay, session: SessionName): Exchange {
    const request = { resume: { url: answerAt(relay, session), replays: true } }
    return new Exchange(relay, session, request)
  }

  private constructor(
    relay: Relay,
    { userId, sessionId }: SessionName,
    request: Pick<StartOptions, 'method' | 'body' | 'resume'>,
  ) {
    this.session = { userId, sessionId }
    this.#isLost = request.method === undefined
    this.options = {
      ...request,
      remember: sessionId,
      idleTimeout: SILENCE,
      done: (event) => this.#isLast(event),
      cancel: {
        url: relay.at('chat/cancel'),
        body: { userId, sessionId },
        // Who opens another conversation leaves this one.
        on: ['return'],
      },
      text: { begin: (stream) => this.#reader(stream) },
      // The recorder has them all.
      maxEvents: 0,
      onRetry: ({ error, delay }) => {
        this.#recorder.broke(error, delay, this.#stream?.lastEventId ?? '')
        this.#isLost = true
      },
    }
  }

  /** Stops the answer here and on the server; `changed` is called when there is something new to see. */
  async stop(cancel: StreamControls['cancel'], changed: () => void): Promise<void> {
    this.#stop = 'stopping'
    changed()
    this.#report = await cancel()
    this.#stop = 'stopped'
    changed()
  }

  /** Takes what the stream shows now. */
  follow(snapshot: Shown): void {
    this.#snapshot = snapshot
  }

  /** The answer and its record as they are now. */
  get picture(): Picture {
    const phase = this.#phase
    const { text, status, stats } = this.#snapshot
    const isOver = status === 'done' || status === 'cancelled' || status === 'error'
    const complete = !isRunning(phase) && phase !== 'stopping'
    const recording = this.#recorder.recording({
      state: isOver || status === 'idle' ? 'closed' : status,
      stats,
    })
    return {
      answer: {
        phase,
        text,
        blocks: this.#markdown.render(text, complete),
        tokens: recording.tokens,
        resumed: recording.attempts.length,
        model: this.#model,
        problem: phase === 'failed' ? this.#problem : undefined,
        report: this.#report,
      },
      recording,
    }
  }

  get #phase(): Phase {
    if (this.#stop) return this.#stop
    switch (this.#snapshot.status) {
      case 'done':
        return this.#isTruncated ? 'failed' : 'done'
      case 'error':
        return 'failed'
      // The page was left, and has come back.
      case 'cancelled':
        return 'stopped'
      default:
        if (this.#isLost) return 'resuming'
        return this.#snapshot.text === '' ? 'waiting' : 'streaming'
    }
  }

  get #problem(): Problem {
    const { error } = this.#snapshot
    if (this.#isTruncated || !error) return { code: 'truncated', message: undefined }
    if (!isStreamError(error)) return { code: 'unexpected', message: String(error) }
    if (error.code !== 'upstream') return { code: error.code, message: error.message }
    const { type, message } = error.cause as UpstreamProblem
    return { code: type ?? error.code, message }
  }

  /** Reads the relay's events as `textReader` does, and writes down each one. */
  #reader(stream: EventStream): RunReader {
    const reader = textReader('relay').begin(stream)
    const take = (event: ServerSentEvent) => {
      this.#recorder.add(event, stream.stats.bytes)
      if (event.type === 'start') this.#model = (JSON.parse(event.data) as RelayStart).model
      if (event.type === 'message') this.#isLost = false
      return reader.read(event)
    }
    this.#stream = stream
    void stream.closed.then(({ type }) => {
      this.#isTruncated = type === 'truncated' || type === 'no-content'
    })
    return {
      read: take,
      finish: () => {
        if (this.#last) take(this.#last)
        return reader.finish?.() ?? ''
      },
    }
  }

  /** The stream asks this before the events in front of the last one are read: it is kept until then. */
  #isLast(event: ServerSentEvent): boolean {
    const isLast = event.type === 'done' || event.type === 'error'
    if (isLast) this.#last = event
    return isLast
  }
}

/** Whether an answer can still be stopped. */
export const isRunning = (phase: Phase): boolean =>
  phase === 'waiting' || phase === 'streaming' || phase === 'resuming'

/** Where an answer goes on. */
function answerAt(relay: Relay, { userId, sessionId }: SessionName): string {
  return relay.at(`chat/${sessionId}?userId=${userId}`)
}
