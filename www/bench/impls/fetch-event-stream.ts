import { events } from 'fetch-event-stream'
import type { Implementation } from '../implementation'
import type { Sink } from '../sink'

async function read(response: Response, sink: Sink): Promise<void> {
  for await (const event of events(response)) {
    if (event.data !== undefined) sink.add(event.data, event.event)
  }
}

/** An async generator over a response. */
export default [
  {
    name: 'fetch-event-stream',
    kind: 'peer',
    readBody: read,
    readUrl: async (url, sink) => read(await fetch(url), sink),
    iterable: async (url) => events(await fetch(url)),
  },
] satisfies Implementation[]
