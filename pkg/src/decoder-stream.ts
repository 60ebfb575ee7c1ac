import { baseOf } from './base.js'
import { decode, type DecodedEvents } from './decode.js'
import type { DecoderOptions } from './decoder.js'
import type { ServerSentEvent } from './event.js'

const Base: typeof TransformStream = /* @__PURE__ */ baseOf(
  'TransformStream',
  'use decode() instead',
)

/**
 * A `TransformStream` (WHATWG Streams, 6.2) from bytes to events, for `pipeThrough`.
 *
 * Both sides fail as the iterator of `decode` does, after the events before the failure were read.
 * The constructor throws a `StreamError` `'unsupported'` if the host has no `TransformStream`.
 */
export class EventStreamDecoderStream extends Base<Uint8Array, ServerSentEvent> {
  readonly #events: DecodedEvents

  /** @param options as for `decode` */
  constructor(options: DecoderOptions = {}) {
    super()
    const reader = (this.readable as ReadableStream<unknown>).getReader()
    const next = () => reader.read() as Promise<IteratorResult<Uint8Array, undefined>>
    const events = decode({ [Symbol.asyncIterator]: () => ({ next }) }, options)
    // The events are pulled: those that wait in a stream's queue are lost when it fails.
    const readable = new ReadableStream<ServerSentEvent>(
      {
        async pull(controller) {
          try {
            const { done, value } = await events.next()
            if (done) controller.close()
            else controller.enqueue(value)
          } catch (error) {
            // The writer's side fails with it as well.
            reader.cancel(error).catch(() => undefined)
            throw error
          }
        },
        async cancel(reason) {
          await events.return()
          await reader.cancel(reason)
        },
      },
      { highWaterMark: 0 },
    )
    Object.defineProperty(this, 'readable', { value: readable })
    this.#events = events
  }

  /** The id to resume from, or `''`: that of the last event that was read. */
  get lastEventId(): string {
    return this.#events.lastEventId
  }
}
