// llama.cpp's server, after its sources (tools/server: server-stream.cpp, server-http.cpp, README-dev.md).

import { type Backend, type Context, sse } from '../backend.js'
import type { Exchange } from '../exchange.js'
import type { AnswerEvent } from '../job.js'

function eventsOf({ pieces }: Context): AnswerEvent[] {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    sse(
      JSON.stringify({
        choices: [{ finish_reason, index: 0, delta }],
        created: 1_764_000_000,
        id: 'chatcmpl-emulated',
        model: 'emulated',
        system_fingerprint: 'b10621',
        object: 'chat.completion.chunk',
      }),
    )
  return [
    { bytes: chunk({ role: 'assistant', content: null }) },
    ...pieces.map((content) => ({ bytes: chunk({ content }), text: content })),
    { bytes: chunk({}, 'stop') },
    { bytes: sse('[DONE]') },
  ]
}

const error = (code: number, message: string, type = 'invalid_request_error') => ({
  error: { code, message, type },
})

const isMissing = (exchange: Exchange): boolean => {
  const id = exchange.query.get('conv_id')
  if (!id) exchange.json(400, error(400, 'Missing conversation id in path'))
  return !id
}

export const llamaCpp: Backend = {
  // It allows no DELETE: pages of other origins can't stop an answer.
  cors: { origin: 'mirror', methods: 'GET, POST', headers: '*' },
  id: (number) => `no conversation ${number}`,
  events: eventsOf,
  routes: [
    {
      kind: 'start',
      method: 'POST',
      path: /^\/v1\/chat\/completions$/,
      async answer(exchange) {
        const id = exchange.header('x-conversation-id')
        if (!id) return exchange.stream(exchange.space.start(), { endsWithReader: true })
        // A conversation has one answer at a time.
        exchange.space.find(id)?.stop('cancelled')
        return exchange.stream(exchange.space.start({ id }))
      },
    },
    {
      kind: 'resume',
      method: 'GET',
      path: /^\/v1\/stream$/,
      answer(exchange) {
        if (isMissing(exchange)) return
        const job = exchange.space.find(exchange.query.get('conv_id')!)
        // An answer that was stopped is forgotten.
        if (!job || job.state === 'cancelled') {
          return exchange.json(404, error(404, 'Stream not found or expired', 'not_found_error'))
        }
        const cursor = exchange.query.get('from') ?? undefined
        const from = Number(cursor ?? 0)
        if (!(from >= 0)) return exchange.json(400, error(400, "Invalid 'from' offset"))
        return exchange.stream(job, { from, cursor })
      },
    },
    {
      kind: 'cancel',
      method: 'DELETE',
      path: /^\/v1\/stream$/,
      answer(exchange) {
        if (isMissing(exchange)) return
        exchange.space.find(exchange.query.get('conv_id')!)?.stop('cancelled')
        exchange.empty(204)
      },
    },
  ],
}
