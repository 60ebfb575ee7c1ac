/** `fromStream` for RxJS 7. */

import { Observable } from 'rxjs'

/**
 * Returns the items of a stream, or of one of its views, as an `Observable`. Unsubscribing leaves the
 * stream at once, as a `break` does; RxJS's own `from()` would leave it only at the next item.
 *
 * The stream is read once. To open one per subscriber: `defer(() => fromStream(openStream(…)))`.
 *
 * @param stream a stream of `openStream` or `decode`, one of its views, or a text of `sluicegate/llm`
 */
export function fromStream<T>(stream: AsyncIterable<T>): Observable<T> {
  return new Observable((subscriber) => {
    const items = stream[Symbol.asyncIterator]()

    async function read(): Promise<void> {
      for (;;) {
        const { done, value } = await items.next()
        if (done || subscriber.closed) break
        subscriber.next(value)
      }
      subscriber.complete()
    }

    read().catch((error: unknown) => subscriber.error(error))
    return () => void items.return?.()
  })
}
