import { createDecoder, decode, openStream } from 'sluicegate'
import { textOf } from 'sluicegate/llm'
import type { Implementation } from '../implementation'

// The server ends its streams for good: don't ask for another.
const open = (url: string) => openStream(url, { retry: false })

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
    async readText(response, sink) {
      for await (const text of textOf(decode(response), 'openai-chat')) sink.add(text, 'message')
    },
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
    async readUrl(url, sink) {
      for await (const batch of open(url).batches()) {
        for (const event of batch) sink.add(event.data, event.type)
      }
    },
    iterable: async (url) => open(url).batches(),
  },
] satisfies Implementation[]
