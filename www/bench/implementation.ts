import type { Kind } from './report'
import type { Sink } from './sink'
import type { TextFormat } from './texts'

/** One way to get events out of bytes. It takes part in the benches whose methods it has. */
export interface Implementation {
  name: string
  kind: Kind
  /** `decode`: takes events out of chunks in memory, synchronously once it has what it needs. */
  decode?: (chunks: Uint8Array[], sink: Sink) => void | Promise<void>
  /** `iterate`: reads a response that is at hand to its end. `events` is how many will come. */
  readBody?: (response: Response, sink: Sink, events: number) => Promise<void>
  /** `text`: returns all of the text of a response, put together piece by piece. */
  readText?: (response: Response, corpus: TextFormat) => Promise<string>
  /** Which corpora of text it reads; all of them if this is absent. */
  texts?: string[]
  /** `loopback`, `latency`, `start`: requests a URL and reads it to its end. */
  readUrl?: (url: string, sink: Sink, events: number) => Promise<void>
  /** `memory`: an iterable over a URL's events, or over arrays of them, that the consumer can be slow on. */
  iterable?: (url: string) => Promise<AsyncIterable<unknown>>
}

/** A `text/event-stream` response over chunks in memory; each read takes the next chunk, nothing is read ahead. */
export function responseOf(chunks: Uint8Array<ArrayBuffer>[]): Response {
  let next = 0
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        const chunk = chunks[next++]
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

/** `response.body`, which is there whenever a response has content. */
export function bodyOf(response: Response): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (!response.ok || !response.body) throw new Error(`no stream: HTTP ${response.status}`)
  return response.body
}
