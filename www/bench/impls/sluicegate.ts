import { createDecoder, decode, openStream } from 'sluicegate'
import type { TextStream } from 'sluicegate/llm'
import type { Implementation } from '../implementation'
import type { TextFormat } from '../texts'

// The server ends its streams for good: don't ask for another.
const open = (url: string) => openStream(url, { retry: false })

// Loaded when it is used: `start` counts what a page needs for its stream.
async function textIn(response: Response, { format, isLines }: TextFormat): Promise<TextStream> {
  const { textOf } = await import('sluicegate/llm')
  return textOf(decode(response, { format: isLines ? 'ndjson' : 'sse' }), format)
}

async function joined(texts: AsyncIterable<string>): Promise<string> {
  let all = ''
  for await (const text of texts) all += text
  return all
}

/** Ours, an event at a time and in batches. */
export default [
  {
    name: 'sluicegate',
    kind: 'ours',
    async decode(chunks, sink) {
      const decoder = await createDecoder()
      for (const chunk of chunks) {
        for (const event of decoder.push(chunk)) sink.add(event.data, event.type)
      }
      for (const event of decoder.end()) sink.add(event.data, event.type)
      decoder.free()
    },
    async readBody(response, sink) {
      for await (const event of decode(response)) sink.add(event.data, event.type)
    },
    readText: async (response, corpus) => joined(await textIn(response, corpus)),
    async readUrl(url, sink) {
      for await (const event of open(url)) sink.add(event.data, event.type)
    },
    iterable: async (url) => open(url),
  },
  {
    name: 'sluicegate batches',
    kind: 'ours',
    async readBody(response, sink) {
      for await (const batch of decode(response).batches()) {
        for (const event of batch) sink.add(event.data, event.type)
      }
    },
    readText: async (response, corpus) => joined((await textIn(response, corpus)).batches()),
    async readUrl(url, sink) {
      for await (const batch of open(url).batches()) {
        for (const event of batch) sink.add(event.data, event.type)
      }
    },
    iterable: async (url) => open(url).batches(),
  },
  {
    name: 'sluicegate answer',
    kind: 'ours',
    readText: async (response, corpus) => (await (await textIn(response, corpus)).answer()).text,
  },
] satisfies Implementation[]
