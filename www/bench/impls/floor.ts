import { bodyOf, type Implementation } from '../implementation'
import type { Sink } from '../sink'

async function drain(response: Response, sink: Sink): Promise<void> {
  const reader = bodyOf(response).getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    sink.length += read.value.length
  }
}

async function drainText(response: Response, sink: Sink): Promise<void> {
  const reader = bodyOf(response).getReader()
  const decoder = new TextDecoder()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    sink.length += decoder.decode(read.value, { stream: true }).length
  }
  sink.length += decoder.decode().length
}

/** The least that anyone who reads the bytes, or turns them into text, has to pay. */
export default [
  {
    name: 'reader',
    kind: 'floor',
    readBody: drain,
    readUrl: async (url, sink) => drain(await fetch(url), sink),
  },
  {
    name: 'reader + TextDecoder',
    kind: 'floor',
    decode(chunks, sink) {
      const decoder = new TextDecoder()
      for (const chunk of chunks) sink.length += decoder.decode(chunk, { stream: true }).length
      sink.length += decoder.decode().length
    },
    readBody: drainText,
    async readText(response) {
      const reader = bodyOf(response).getReader()
      const decoder = new TextDecoder()
      let text = ''
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        text = decoder.decode(read.value, { stream: true })
      }
      return text
    },
    readUrl: async (url, sink) => drainText(await fetch(url), sink),
  },
] satisfies Implementation[]
