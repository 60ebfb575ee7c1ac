import { _iterSSEMessages } from 'openai/core/streaming'
import type { ChatCompletionChunk } from 'openai/resources'
import { Stream } from 'openai/streaming'
import type { Implementation } from '../implementation'
import type { Sink } from '../sink'

async function read(response: Response, sink: Sink): Promise<void> {
  for await (const event of _iterSSEMessages(response, new AbortController())) {
    sink.add(event.data, event.event)
  }
}

/** What the SDK's users loop over. */
async function readText(response: Response, sink: Sink): Promise<void> {
  const chunks = Stream.fromSSEResponse<ChatCompletionChunk>(response, new AbortController())
  for await (const chunk of chunks) {
    const text = chunk.choices[0]?.delta.content
    if (text) sink.add(text, 'message')
  }
}

/** The decoder below the SDK's streams, without the `JSON.parse` that the SDK does on top; for text, with it. */
export default [
  {
    name: 'openai',
    kind: 'peer',
    readBody: read,
    readText,
    readUrl: async (url, sink) => read(await fetch(url), sink),
    iterable: async (url) => _iterSSEMessages(await fetch(url), new AbortController()),
  },
] satisfies Implementation[]
