import { createParser } from 'eventsource-parser'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { bodyOf, type Implementation } from '../implementation'
import type { Sink } from '../sink'

function parserInto(sink: Sink) {
  return createParser({ onEvent: (event) => sink.add(event.data, event.event) })
}

function events(response: Response) {
  return bodyOf(response)
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
}

/** NDJSON, which the parser does not know. */
function lines(add: (line: string) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const all = (rest + text).split('\n')
    rest = all.pop()!
    for (const line of all) add(line)
  }
}

async function readStream(response: Response, sink: Sink): Promise<void> {
  for await (const event of events(response)) sink.add(event.data, event.event)
}

/** The parser fed by hand, behind a streaming TextDecoder, and the TransformStream that the package makes of it. */
export default [
  {
    name: 'eventsource-parser',
    kind: 'parser',
    decode(chunks, sink) {
      const parser = parserInto(sink)
      const decoder = new TextDecoder()
      for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
    },
    async readUrl(url, sink) {
      const parser = parserInto(sink)
      const decoder = new TextDecoder()
      const reader = bodyOf(await fetch(url)).getReader()
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        parser.feed(decoder.decode(read.value, { stream: true }))
      }
    },
  },
  {
    name: 'eventsource-parser + JSON.parse',
    kind: 'peer',
    async readText(response, { isLines, textIn }) {
      let text = ''
      const add = (data: string) => {
        if (data !== '[DONE]') text += textIn(JSON.parse(data)) ?? ''
      }
      const feed = isLines ? lines(add) : createParser({ onEvent: ({ data }) => add(data) }).feed
      const decoder = new TextDecoder()
      const reader = bodyOf(response).getReader()
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        feed(decoder.decode(read.value, { stream: true }))
      }
      return text
    },
  },
  {
    name: 'eventsource-parser stream',
    kind: 'peer',
    readBody: readStream,
    readUrl: async (url, sink) => readStream(await fetch(url), sink),
    iterable: async (url) => events(await fetch(url)),
  },
] satisfies Implementation[]
