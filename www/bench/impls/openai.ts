import { _iterSSEMessages } from 'openai/core/streaming'
import type { Implementation } from '../implementation'
import type { Sink } from '../sink'

async function read(response: Response, sink: Sink): Promise<void> {
  for await (const event of _iterSSEMessages(response, new AbortController())) {
    sink.add(event.data, event.event)
  }
}

/** The decoder below the SDK's streams, without the `JSON.parse` that the SDK does on top. */
export default [
  {
    name: 'openai',
    kind: 'peer',
    readBody: read,
    readUrl: async (url, sink) => read(await fetch(url), sink),
    iterable: async (url) => _iterSSEMessages(await fetch(url), new AbortController()),
  },
] satisfies Implementation[]
