// What the vendors' clients and ours have to agree on, and how both get the same bytes.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { type Answer, textOf } from 'sluicegate/llm'
import { eventsOf, type Transcript } from '../transcripts.js'

/** An answer, as all clients know it; calls with their arguments parsed. */
export interface Common {
  text: string
  reasoning: string | undefined
  finishReason: string | null | undefined
  toolCalls: { id?: string | undefined; name: string; arguments: unknown }[]
  inputTokens: number | undefined
  outputTokens: number | undefined
}

/** An answer of which nothing came yet. */
export function nothing(): Common {
  const none = { finishReason: undefined, inputTokens: undefined, outputTokens: undefined }
  return { text: '', reasoning: undefined, toolCalls: [], ...none }
}

/** A vendor's own client. Rejects for an error in the stream. */
export type Client = (transcript: Transcript) => Promise<Common>

/** Ours. */
export async function ours(transcript: Transcript, format = transcript.format): Promise<Common> {
  const answer: Answer = await textOf(eventsOf(transcript, [transcript.bytes]), format).answer()
  return {
    text: answer.text,
    reasoning: answer.reasoning,
    finishReason: answer.finishReason,
    toolCalls: (answer.toolCalls ?? []).map((call) => ({
      ...call,
      arguments: JSON.parse(call.arguments),
    })),
    inputTokens: answer.usage?.inputTokens,
    outputTokens: answer.usage?.outputTokens,
  }
}

function typeOf({ name }: Transcript): string {
  return name.endsWith('.ndjson') ? 'application/x-ndjson' : 'text/event-stream'
}

/** A `fetch` that answers with a transcript, whatever the request. */
export function respond(transcript: Transcript): typeof fetch {
  const headers = { 'content-type': typeOf(transcript), 'x-request-id': 'r' }
  return async () => new Response(new Uint8Array(transcript.bytes), { headers })
}

const served: Transcript[] = []
const server = createServer((request, response) => {
  const transcript = served[Number(request.url!.split('/')[1])]!
  request.resume()
  // An idle connection that the server closes is a network error for who is just using it again.
  const headers = { 'content-type': typeOf(transcript), connection: 'close' }
  response.writeHead(200, headers).end(transcript.bytes)
})
after(() => {
  server.closeAllConnections()
  server.close()
})

/** A URL under which every path answers with a transcript: for clients that take no `fetch`. */
export async function serve(transcript: Transcript): Promise<string> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}/${served.push(transcript) - 1}`
}

/** Texts joined; `undefined` where there are none, as an answer's reasoning is. */
export function joined(texts: (string | null | undefined)[]): string | undefined {
  return texts.join('') || undefined
}
