/// <reference lib="esnext.disposable" preserve="true" />
import type { CancelResult, StreamOutcome, StreamOutcomeType, StreamState } from '../outcome.js'
import { EventSequence } from '../sequence.js'
import { joinStream } from './member.js'
import type { ShareHooks, ShareOptions } from './options.js'
import type { Member } from './parts.js'

/** A tab's own sequence of the events that all tabs of a name share. Made by `shareStream`. */
export class SharedStream extends EventSequence implements AsyncDisposable {
  /** How the stream ended in this tab. Never rejects. */
  readonly closed: Promise<StreamOutcome>
  readonly #member: Member

  /** @internal Use `shareStream`. */
  constructor(name: string, hooks: ShareHooks, options: ShareOptions) {
    super()
    this.#member = joinStream(name, hooks, options, {
      received: (events) => this.received(events),
      failed: (error) => this.failed(error),
      drop: () => this.drop(),
    })
    this.closed = this.#member.closed
  }

  /**
   * `'connecting'`, `'open'`, `'waiting'` or `'closed'`. In tabs that don't have the connection it is
   * `'open'` once they have joined, whatever happens to the connection.
   */
  get state(): StreamState {
    return this.#member.state()
  }

  /** The id of the event handed out last, `''` if none. */
  get lastEventId(): string {
    return this.lastEvent?.lastEventId ?? ''
  }

  /**
   * Stops in all tabs. The tab that has the connection cancels it, and notifies the backend as the
   * option `cancel` of `openStream` says, once. Never rejects.
   *
   * @param reason for the functions of the option `cancel`; other tabs get it as text
   */
  cancel(reason?: unknown): Promise<CancelResult> {
    return this.#member.cancel(reason)
  }

  /** Ends the stream in this tab without notifying the backend. The last tab closes the connection. */
  close(): void {
    this.#member.stop({ type: 'closed' })
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return this.closed.then(() => undefined)
  }

  /** @internal */
  override get ending(): StreamOutcomeType | undefined {
    return this.#member.outcome()?.type
  }

  protected pull(): void {
    this.#member.pull()
  }

  protected leave(): void {
    this.close()
  }

  fail(error: unknown): void {
    this.#member.stop({ type: 'failed', error })
  }

  finish(): void {
    this.#member.stop({ type: 'done' })
  }
}
