import type { ServerSentEvent } from '../event.js'
import type { CancelResult, StreamOutcome, StreamState } from '../outcome.js'
import type { Note, Outcome } from './message.js'

/** What waits for the consumer: one of these. */
export interface Item {
  events?: ServerSentEvent[]
  note?: Note
  ended?: Outcome
}

/** A tab's own sequence. */
export interface Consumer {
  /** Answers a pull: events, never none, or `undefined` at the end. */
  received(events: ServerSentEvent[] | undefined): void
  failed(error: unknown): void
  drop(): void
}

/** A tab that takes part in a shared stream. */
export interface Member {
  closed: Promise<StreamOutcome>
  state(): StreamState
  /** How it ended for the consumer. */
  outcome(): Outcome | undefined
  /** Asks for the next events. */
  pull(): void
  cancel(reason: unknown): Promise<CancelResult>
  /** Ends the stream in this tab. */
  stop(outcome: Outcome): void
}
