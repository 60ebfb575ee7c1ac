/// <reference lib="esnext.disposable" preserve="true" />
import { EventConsumer } from './consumer.js'
import type { ServerSentEvent } from './event.js'
import { StreamHost } from './host.js'
import type { OpenOptions } from './options.js'
import type {
  CancelResult,
  StreamEnding,
  StreamOutcome,
  StreamState,
  StreamStats,
} from './outcome.js'
import { measureStream } from './timing.js'
import { load, RawStream } from './wasm.js'

type RawStats = [
  bytes: number,
  events: number,
  attempts: number,
  timeToHeaders: number | undefined,
  timeToFirstEvent: number | undefined,
  acknowledged: number,
  ackError: StreamStats['ackError'],
]

/** A stream of server-sent events: an async iterator that can be cancelled. */
export class EventStream extends EventConsumer implements AsyncDisposable {
  /**
   * The first good response; the stream reads its body. Rejects if there will be none: with the
   * stream's error, or an `AbortError`.
   */
  readonly opened: Promise<Response>
  /** How the stream ended. Never rejects. */
  readonly closed: Promise<StreamOutcome>

  readonly #initialId: string
  readonly #ready: Promise<void>
  readonly #measure: ((stats: StreamStats) => void) | undefined
  #raw: RawStream | undefined
  /** What to do as soon as there is something to do it to. */
  #early: ((raw: RawStream) => void)[] = []
  #ending: StreamEnding | undefined
  /** Whether the consumer has read a marker that ends the stream. */
  #error: unknown
  #stats: StreamStats = { bytes: 0, events: 0, attempts: 0, acknowledged: 0 }
  #cancelling: Promise<CancelResult> | undefined
  #resolveOpened!: (response: Response) => void
  #rejectOpened!: (reason: unknown) => void
  #resolveClosed!: (outcome: StreamOutcome) => void

  /** @internal Use `openStream`. */
  constructor(url: string | URL, options: OpenOptions) {
    super()
    this.#initialId = options.lastEventId ?? ''
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve
      this.#rejectOpened = reject
    })
    // Who does not ask whether it was opened is told by the iterator.
    this.opened.catch(() => undefined)
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    this.#measure = options.debug ? measureStream(url, options) : undefined
    this.#ready = this.#start(url, options)
  }

  /** `'connecting' | 'open' | 'waiting' | 'closed'`. */
  get state(): StreamState {
    if (this.#ending || this.#early.length > 0) return 'closed'
    return (this.#raw?.state() as StreamState | undefined) ?? 'connecting'
  }

  /** The id to resume from: that of the event handed out last, or the option's; `''` if none. */
  get lastEventId(): string {
    return this.lastEvent?.lastEventId ?? this.#initialId
  }

  /** Counts and times so far. */
  get stats(): StreamStats {
    if (this.#raw) this.#stats = statsOf(this.#raw)
    return this.#stats
  }

  /**
   * Stops here and there: aborts the request, ends every waiting `next()` with `done: true`, and
   * notifies the backend as the option `cancel` says, once. Never rejects.
   *
   * @param reason for the functions of the option `cancel`
   */
  cancel(reason?: unknown): Promise<CancelResult> {
    return (this.#cancelling ??= this.#cancel(reason))
  }

  /** Stops here and tells nobody. */
  close(): void {
    this.#stop((raw) => raw.close())
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return this.closed.then(() => undefined)
  }

  protected async pull(): Promise<ServerSentEvent[] | undefined> {
    await this.#ready
    const batch = (await this.#raw?.next_batch()) as ServerSentEvent[] | undefined
    if (batch && !this.#ending) return batch
    // What arrives too late stays uncounted as handed out: `dropped` is the difference.
    if (this.#ending === 'failed' || this.#ending === 'aborted') throw this.#error
    return undefined
  }

  protected leave(): void {
    this.#stop((raw) => raw.leave())
  }

  protected fail(error: unknown): void {
    this.#stop((raw) => raw.fail(error))
  }

  protected finish(): void {
    this.#stop((raw) => raw.finish())
  }

  async #start(url: string | URL, options: OpenOptions): Promise<void> {
    let raw
    try {
      await load()
      raw = new RawStream(url, options, this.#host())
    } catch (error) {
      this.#end('failed', error)
      this.#close(undefined)
      return
    }
    this.#raw = raw
    if (options.ack) this.onHandedOut = (count) => this.#raw?.consumed(count)
    for (const action of this.#early) action(raw)
    this.#early = []
    if (!this.#ending) await raw.open()
  }

  #host(): StreamHost {
    return new StreamHost(
      {
        opened: (response) => this.#resolveOpened(response),
        ended: (ending, error) => this.#end(ending, error),
        closed: (notified) => this.#close(notified),
        // Not at once: the module is still at work on the stream.
        settled: () => queueMicrotask(() => this.#free()),
        lastEvent: () => this.lastEvent,
        lastEventId: () => this.lastEventId,
      },
      this.#initialId,
    )
  }

  async #cancel(reason: unknown): Promise<CancelResult> {
    if (this.#ending) return { aborted: false, notified: false }
    const report = await new Promise<[boolean, boolean, number?, CancelResult['error']?]>(
      (resolve) => {
        this.#stop((raw) => resolve(raw.cancel(reason) as Promise<[boolean, boolean]>))
        // If there will be nothing to cancel.
        void this.closed.then(() => resolve([false, false]))
      },
    )
    const [aborted, notified, status, error] = report
    return {
      aborted,
      notified,
      ...(status === undefined ? {} : { status }),
      ...(error === undefined ? {} : { error }),
    }
  }

  #stop(action: (raw: RawStream) => void): void {
    if (this.#ending) return
    if (this.#raw) action(this.#raw)
    else this.#early.push(action)
  }

  #end(ending: StreamEnding, error: unknown): void {
    this.#ending = ending
    this.#error = error
    this.drop()
    this.#rejectOpened(
      error ?? new DOMException(`the stream ended (${ending}) before it was opened`, 'AbortError'),
    )
  }

  #close(notified: boolean | undefined): void {
    const error = this.#error
    this.#resolveClosed({
      type: this.#ending!,
      ...(error === undefined ? {} : { error }),
      ...(notified === undefined ? {} : { notified }),
      dropped: this.stats.events - this.handedOutCount,
    })
    this.#measure?.(this.stats)
  }

  #free(): void {
    if (!this.#raw) return
    this.#stats = statsOf(this.#raw)
    this.#raw.free()
    this.#raw = undefined
  }
}

function statsOf(raw: RawStream): StreamStats {
  const [bytes, events, attempts, timeToHeaders, timeToFirstEvent, acknowledged, ackError] =
    raw.stats() as RawStats
  return {
    bytes,
    events,
    attempts,
    acknowledged,
    ...(timeToHeaders === undefined ? {} : { timeToHeaders }),
    ...(timeToFirstEvent === undefined ? {} : { timeToFirstEvent }),
    ...(ackError === undefined ? {} : { ackError }),
  }
}
