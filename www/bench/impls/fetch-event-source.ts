import { fetchEventSource } from '@microsoft/fetch-event-source'
import type { Implementation } from '../implementation'
import type { Sink } from '../sink'

function read(url: string, sink: Sink, respond: typeof fetch): Promise<void> {
  return fetchEventSource(url, {
    fetch: respond,
    openWhenHidden: true,
    onmessage(event) {
      // A block with nothing but a comment arrives as a message without data; every caller has to skip it.
      if (event.data) sink.add(event.data, event.event)
    },
    onerror(error) {
      throw error
    },
  })
}

/** Calls back per event; it takes a response only through its `fetch` option. */
export default [
  {
    name: 'fetch-event-source',
    kind: 'peer',
    readBody: (response, sink) => read('/', sink, async () => response),
    readUrl: (url, sink) => read(url, sink, (...request) => fetch(...request)),
  },
] satisfies Implementation[]
