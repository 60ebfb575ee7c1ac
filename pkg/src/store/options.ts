import type { ServerSentEvent } from '../event.js'
import type { OpenOptions } from '../options.js'
import type { CancelResult, StreamStats } from '../outcome.js'
import type { EventStream } from '../stream/event-stream.js'

/** What one event adds to `text`. */
export interface TextPart {
  readonly text?: string | undefined
  /** Whether the answer is whole: the stream is closed then, and its status is `'done'`. */
  readonly isEnd?: boolean | undefined
}

/** The text of an event; nothing for one that has none. What it throws ends the stream. */
export type EventText = (event: ServerSentEvent) => string | TextPart | null | undefined

/** What reads the text of each run anew. Made by `textReader` of `sluicegate/llm`. */
export interface TextReader {
  /** Called at each start, for what reads the events of that run. */
  begin(stream: EventStream): RunReader
}

/** Reads the text of one run. What it throws ends the run. */
export interface RunReader {
  read: EventText
  /** Called when the stream has ended, and was not stopped; returns what was held back. */
  finish?: () => string
}

/** The options of `useEventStream`: those of `openStream`, and how the stream is shown. */
export interface UseEventStreamOptions extends OpenOptions {
  /**
   * Whether to open the stream when the component is mounted, and anew whenever the URL changes.
   * Never on a server. `false` waits for `start()`. Default: `true`.
   */
  immediate?: boolean
  /**
   * As in `openStream`. When the component is mounted, an answer that still runs under this name is
   * gone on with, whatever `immediate` is.
   */
  remember?: string
  /**
   * What `text` is made of: a function from an event to its text, or `textReader(format)` of
   * `sluicegate/llm`. Default: the data of the events without a type of their own. It grows as long
   * as the stream does: for one without end, give `() => ''`.
   */
  text?: EventText | TextReader
  /**
   * How many events `events` keeps, the newest; `last` and `text` know them all. Default: 10,000.
   * `Infinity` keeps all.
   */
  maxEvents?: number
}

/** What `start()` takes: options for this run alone. */
export type StartOptions = Omit<UseEventStreamOptions, 'immediate'>

/**
 * Where a stream is in its life.
 *
 * - `idle`: not started.
 * - `connecting`, `open`, `waiting`: the `state` of its `EventStream`; `waiting` is for the next
 *   attempt.
 * - `done`: ended as it should; for a promised `done` marker, that came.
 * - `cancelled`: by `cancel()`, by the option `signal`, or as the component went away.
 * - `error`: see `error`.
 */
export type EventStreamStatus =
  'idle' | 'connecting' | 'open' | 'waiting' | 'done' | 'cancelled' | 'error'

/** All that is shown of a stream, at one moment. Never changed: there is a new one each time. */
export interface StreamSnapshot {
  /** The events of this run, the newest `maxEvents` of them. */
  readonly events: readonly ServerSentEvent[]
  /** The newest event. */
  readonly last: ServerSentEvent | undefined
  /** The text so far. It stays when the stream is stopped or fails. */
  readonly text: string
  readonly status: EventStreamStatus
  /**
   * Why the status is `'error'`; after an abort by the option `signal`, its reason. What is no
   * `Error` comes as the `cause` of one.
   */
  readonly error: Error | undefined
  /** Counts and times, as of the last change of the rest. */
  readonly stats: StreamStats
}

/** How a stream is started and stopped. The functions stay the same ones. */
export interface StreamControls {
  /**
   * Opens the stream anew with the URL and the options of now. A run under way is left, and none of
   * its events shows any more. Does nothing once the component is gone.
   *
   * @param overrides options that go before the others, for this run
   */
  readonly start: (overrides?: StartOptions) => void
  /**
   * Stops the stream here and, as the option `cancel` says, on the server. What has come so far
   * stays. Never rejects.
   *
   * @param reason for the functions of the option `cancel`
   */
  readonly cancel: (reason?: unknown) => Promise<CancelResult>
}
