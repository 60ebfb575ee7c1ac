/// <reference lib="esnext.disposable" preserve="true" />
import type { CancelResult, StreamOutcome, StreamOutcomeType, StreamState } from '../outcome.js'
import { EventSequence } from '../sequence.js'
import { joinStream } from './member.js'
import type { ShareHooks, ShareOptions } from './options.js'
import type { Member } from './parts.js'

/** A tab's own sequence of the events of a shared stream, as `shareStream` returns it. */
export class SharedStream extends EventSequence implements AsyncDisposable {
  /** Resolves to the outcome when the stream has ended in this tab. Never rejects. */
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
   * The state of the stream. In tabs without the connection it is `'open'` once they have joined, even
   * while the connection is down.
   */
  get state(): StreamState {
    return this.#member.state()
  }

  /** The id of the event delivered last, or `''`. */
  get lastEventId(): string {
    return this.lastEvent?.lastEventId ?? ''
  }

  /**
   * Stops the stream in all tabs. The tab with the connection cancels it, and notifies the backend once,
   * as the option `cancel` of `openStream` says. Never rejects.
   *
   * @param reason for the functions of the option `cancel`; other tabs receive it as text
   */
  cancel(reason?: unknown): Promise<CancelResult> {
    return this.#member.cancel(reason)
  }

  /** Ends the stream in this tab without notifying the backend. The last tab closes the connection. */
  close(): void {
    this.#member.stop({ type: 'closed' })
  }

  /** Closes the stream as `close()` does, for `await using`. */
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

  /** @internal */
  fail(error: unknown): void {
    this.#member.stop({ type: 'failed', error })
  }

  /** @internal */
  finish(): void {
    this.#member.stop({ type: 'done' })
  }
}
