import { Cutter } from './cutter.js'
import { StreamError, type StreamErrorCode } from './error.js'
import type { ServerSentEvent } from './event.js'
import type { StreamEnding } from './outcome.js'
import type { RetryInfo } from './options.js'

/** What a host tells its stream. */
export interface HostEvents {
  opened(response: Response): void
  ended(ending: StreamEnding, error: unknown): void
  closed(notified: boolean | undefined): void
  settled(): void
  lastEvent(): ServerSentEvent | undefined
  lastEventId(): string
}

/** What the module calls of a stream: src/js/host.rs has its side. */
export class StreamHost extends Cutter {
  readonly #stream: HostEvents

  constructor(stream: HostEvents, lastEventId: string) {
    super(lastEventId)
    this.#stream = stream
  }

  get lastEvent(): ServerSentEvent | undefined {
    return this.#stream.lastEvent()
  }

  get lastEventId(): string {
    return this.#stream.lastEventId()
  }

  opened(response: Response): void {
    this.#stream.opened(response)
  }

  ended(ending: string, error: unknown): void {
    this.#stream.ended(ending as StreamEnding, error)
  }

  closed(notified: boolean | undefined): void {
    this.#stream.closed(notified)
  }

  settled(): void {
    this.#stream.settled()
  }

  event(type: string, data: string, lastEventId: string): ServerSentEvent {
    return { type, data, lastEventId }
  }

  retry(attempt: number, delay: number, error: StreamError): RetryInfo {
    return { attempt, delay, error }
  }

  error(
    code: string,
    message: string,
    status: number | undefined,
    headers: Headers | undefined,
    body: string | undefined,
    attempt: number,
    retryable: boolean,
    cause: unknown,
  ): StreamError {
    const details = { status, headers, body, attempt, retryable, cause }
    return new StreamError(code as StreamErrorCode, message, details)
  }
}
