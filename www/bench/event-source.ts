import { EVENT_TYPES } from './corpora'
import type { Sink } from './sink'

/** The part of EventSource's interface that its native and its other implementations share. */
interface EventSourceLike {
  addEventListener(type: string, listener: (event: MessageEvent) => void): void
  close(): void
}

/** Feeds a sink from every type of event, until the connection ends for the first time. */
export function listen(source: EventSourceLike, sink: Sink): Promise<void> {
  return new Promise((resolve) => {
    for (const type of EVENT_TYPES) {
      source.addEventListener(type, (event) => sink.add(event.data, event.type))
    }
    // The end of a stream is an error to an EventSource, and a reason to reconnect.
    source.addEventListener('error', () => {
      source.close()
      resolve()
    })
  })
}
