import { _iterSSEMessages } from 'openai/core/streaming'
import { Stream } from 'openai/streaming'
import type { Implementation } from '../implementation'
import type { Sink } from '../sink'
import { type Json, OPENAI, type TextFormat } from '../texts'

async function read(response: Response, sink: Sink): Promise<void> {
  for await (const event of _iterSSEMessages(response, new AbortController())) {
    sink.add(event.data, event.event)
  }
}

/** What the SDK's users loop over. */
async function readText(response: Response, { textIn }: TextFormat): Promise<string> {
  let text = ''
  for await (const chunk of Stream.fromSSEResponse<Json>(response, new AbortController())) {
    text += textIn(chunk) ?? ''
  }
  return text
}

/** The decoder below the SDK's streams, without the `JSON.parse` that the SDK does on top; for text, with it. */
export default [
  {
    name: 'openai',
    kind: 'peer',
    readBody: read,
    readText,
    texts: OPENAI,
    readUrl: async (url, sink) => read(await fetch(url), sink),
    iterable: async (url) => _iterSSEMessages(await fetch(url), new AbortController()),
  },
] satisfies Implementation[]
