import type { StreamError } from '../error.js'
import { type Endpoint, tell } from '../fetch/endpoint.js'
import type { AckContext, CancelContext } from '../options.js'
import type { StreamStats } from '../outcome.js'

/** Tells the backend what was consumed: in order, one request at a time, beside the stream. */
export class Acks {
  readonly #stats: StreamStats
  readonly #endpoint: Endpoint<AckContext>
  readonly #every: number
  #count = 0
  #latest: CancelContext | undefined
  #isSending = false
  #isOver = false

  /** What became of them goes to the stream's `stats`. */
  constructor(endpoint: Endpoint<AckContext>, every: number, stats: StreamStats) {
    this.#stats = stats
    this.#endpoint = endpoint
    this.#every = every
  }

  /** Events were handed to the consumer; `context` describes the last of them. */
  add(count: number, context: CancelContext): void {
    this.#count += count
    this.#latest = context
    void this.#send()
  }

  /** No more will come: what is left is due. */
  finish(): void {
    this.#isOver = true
    void this.#send()
  }

  /** Sends until nothing is due. What comes in meanwhile goes together with the next request. */
  async #send(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    while (this.#count >= (this.#isOver ? 1 : this.#every)) {
      const count = this.#count
      this.#count = 0
      const context = { ...this.#latest!, count }
      try {
        await tell(this.#endpoint, context).catch(() => tell(this.#endpoint, context))
        this.#stats.acknowledged += count
      } catch (error) {
        this.#stats.ackError = error as StreamError
      }
    }
    this.#isSending = false
  }
}
