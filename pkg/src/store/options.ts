import type { ServerSentEvent } from '../event.js'
import type { OpenOptions } from '../options.js'
import type { CancelResult, StreamStats } from '../outcome.js'
import type { EventStream } from '../stream/event-stream.js'

/** What one event adds to `text`. */
export interface TextPart {
  /** The text of the event. */
  readonly text?: string | undefined
  /** Whether the answer is complete. If so, the stream is closed and its status becomes `'done'`. */
  readonly isEnd?: boolean | undefined
}

/** Returns the text of an event, or nothing if it has none. If it throws, the stream ends. */
export type EventText = (event: ServerSentEvent) => string | TextPart | null | undefined

/** A reader of text that starts over with each run, as `textReader` of `sluicegate/llm` returns it. */
export interface TextReader {
  /** Called at each start. Returns the reader for the events of that run. */
  begin(stream: EventStream): RunReader
}

/** A reader of the text of one run. If it throws, the run ends. */
export interface RunReader {
  /** Called with each event. */
  read: EventText
  /** Called when the stream has ended and was not stopped. Returns the text that was held back. */
  finish?: () => string
}

/** The options of `useEventStream`: those of `openStream`, and how the stream is shown. */
export interface UseEventStreamOptions extends OpenOptions {
  /**
   * Whether to open the stream when the component is mounted, and again whenever the URL changes.
   * `false` waits for `start()`. Nothing is opened on a server. Default: `true`.
   */
  immediate?: boolean
  /**
   * As in `openStream`. If an answer is still running under this name when the component is mounted,
   * it is resumed, even if `immediate` is `false`.
   */
  remember?: string
  /**
   * The text of an event: a function, or `textReader(format)` of `sluicegate/llm`. `text` grows as long
   * as the stream does; set `() => ''` for a stream without end. Default: the data of events of the
   * type `'message'`.
   */
  text?: EventText | TextReader
  /**
   * The number of newest events that `events` keeps; `Infinity` keeps all. `last` and `text` include
   * every event. Default: 10,000.
   */
  maxEvents?: number
}

/** The options of `start()`, for one run. */
export type StartOptions = Omit<UseEventStreamOptions, 'immediate'>

/**
 * The status of a stream.
 *
 * - `idle`: not started.
 * - `connecting`, `open`, `waiting`: the `state` of its `EventStream`.
 * - `done`: ended as expected, with the `done` marker if that option is set.
 * - `cancelled`: by `cancel()`, by the option `signal`, or because the component was unmounted.
 * - `error`: failed; see `error`.
 */
export type EventStreamStatus =
  'idle' | 'connecting' | 'open' | 'waiting' | 'done' | 'cancelled' | 'error'

/** The state of a stream at one moment. It is immutable: each change makes a new one. */
export interface StreamSnapshot {
  /** The newest `maxEvents` events of this run. */
  readonly events: readonly ServerSentEvent[]
  /** The newest event. */
  readonly last: ServerSentEvent | undefined
  /** The text so far. It stays when the stream is stopped or fails. */
  readonly text: string
  /** The status of the stream. */
  readonly status: EventStreamStatus
  /**
   * The error if the status is `'error'`, or the reason of the option `signal` after an abort. A value
   * that is no `Error` is the `cause` of one.
   */
  readonly error: Error | undefined
  /** Counts and times, updated together with the other members. */
  readonly stats: StreamStats
}

/** The functions that start and stop a stream. They stay the same during the life of the component. */
export interface StreamControls {
  /**
   * Opens the stream again with the current URL and options. A run under way is closed, and its events
   * are no longer shown. Has no effect after the component was unmounted.
   *
   * @param overrides options for this run, which take precedence over the others
   */
  readonly start: (overrides?: StartOptions) => void
  /**
   * Stops the stream, and notifies the backend as the option `cancel` says. The events and the text so
   * far stay. Never rejects.
   *
   * @param reason for the functions of the option `cancel`
   */
  readonly cancel: (reason?: unknown) => Promise<CancelResult>
}
