// An app of the AI SDK with resumable streams, after `ai` 6.0.326 and 7.0.173 and its guide "Chatbot Resume Streams".

import { type Backend, type Context, sse } from '../backend.js'
import type { AnswerEvent } from '../job.js'

const write = (part: object) => sse(JSON.stringify(part))

const DONE = sse('[DONE]')

function eventsOf({ number, pieces }: Context): AnswerEvent[] {
  const id = `text-${number}`
  return [
    { bytes: write({ type: 'start', messageId: `message-${number}` }) },
    { bytes: write({ type: 'start-step' }) },
    { bytes: write({ type: 'text-start', id }) },
    ...pieces.map((delta) => ({ bytes: write({ type: 'text-delta', id, delta }), text: delta })),
    { bytes: write({ type: 'text-end', id }) },
    { bytes: write({ type: 'finish-step' }) },
    { bytes: write({ type: 'finish', finishReason: 'stop' }) },
    { bytes: DONE },
  ]
}

/** `UI_MESSAGE_STREAM_HEADERS` */
const HEADERS = { 'x-vercel-ai-ui-message-stream': 'v1', 'x-accel-buffering': 'no' }

export const aiSdk: Backend = {
  // Such an app is mostly of the page's own origin. This one is set up for others.
  cors: { origin: '*', methods: 'GET, POST', headers: 'content-type' },
  id: (number) => `no chat ${number}`,
  events: eventsOf,
  routes: [
    {
      kind: 'start',
      method: 'POST',
      path: /^\/api\/chat$/,
      async answer(exchange) {
        const { id } = await exchange.body<{ id: string }>()
        return exchange.stream(exchange.space.start({ id }), { headers: HEADERS })
      },
    },
    {
      kind: 'resume',
      method: 'GET',
      path: /^\/api\/chat\/([^/]+)\/stream$/,
      answer(exchange, id) {
        const job = exchange.space.find(id!)
        // At its end, the chat forgets its stream.
        if (!job || job.isOver) return exchange.empty(204)
        return exchange.stream(job, { headers: HEADERS })
      },
    },
    {
      kind: 'cancel',
      method: 'POST',
      path: /^\/api\/chat\/([^/]+)\/stop$/,
      answer(exchange, id) {
        exchange.space.find(id!)?.stop('cancelled', [write({ type: 'abort' }), DONE])
        exchange.json(200, { success: true })
      },
    },
  ],
}
