import { createEventSource } from 'eventsource-client'
import type { Implementation } from '../implementation'
import type { Sink } from '../sink'

/** It never ends by itself, and closing it drops what it has queued: so count, then leave. */
async function iterate(
  url: string,
  sink: Sink,
  events: number,
  respond: typeof fetch,
): Promise<void> {
  const client = createEventSource({ url, fetch: respond })
  for await (const event of client) {
    sink.add(event.data, event.event)
    if (sink.events === events) break
  }
  client.close()
}

function callBack(url: string, sink: Sink, respond: typeof fetch): Promise<void> {
  return new Promise((resolve) => {
    const client = createEventSource({
      url,
      fetch: respond,
      onMessage: (event) => sink.add(event.data, event.event),
      onDisconnect() {
        client.close()
        resolve()
      },
    })
  })
}

const network: typeof fetch = (...request) => fetch(...request)

/** Both of its ways: iterated, and with a callback. It takes a response only through its `fetch` option. */
export default [
  {
    name: 'eventsource-client',
    kind: 'peer',
    readBody: (response, sink, events) => iterate('/', sink, events, async () => response),
    readUrl: (url, sink, events) => iterate(url, sink, events, network),
    iterable: async (url) => createEventSource({ url, fetch: network }),
  },
  {
    name: 'eventsource-client callback',
    kind: 'peer',
    readBody: (response, sink) => callBack('/', sink, async () => response),
    readUrl: (url, sink) => callBack(url, sink, network),
  },
] satisfies Implementation[]
