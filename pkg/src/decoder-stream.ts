import { createDecoder, type Decoder, type DecoderOptions } from './decoder.js'
import type { ServerSentEvent } from './event.js'

/**
 * Bytes in, events out, for `pipeThrough`: the Streams standard's `TransformStream`. Fails as
 * `Decoder.push` does.
 */
export class EventStreamDecoderStream extends TransformStream<Uint8Array, ServerSentEvent> {
  constructor(options: DecoderOptions = {}) {
    let decoder: Decoder
    super({
      async start() {
        decoder = await createDecoder(options)
      },
      transform(chunk, controller) {
        for (const event of decoder.push(chunk)) controller.enqueue(event)
      },
      flush(controller) {
        for (const event of decoder.end()) controller.enqueue(event)
        decoder.free()
      },
    })
  }
}
