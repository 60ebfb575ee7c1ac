// Gemini's Interactions API, after `@google/genai` 3.3.0.

import { type Backend, type Context, sse } from '../backend.js'
import type { Exchange } from '../exchange.js'
import type { AnswerEvent, Job } from '../job.js'

const STATUSES: Record<string, string> = {
  running: 'in_progress',
  completed: 'completed',
  cancelled: 'cancelled',
  left: 'incomplete',
}

const DONE = sse('[DONE]', { event: 'done' })

const write = (event_id: string, event_type: string, members: object) =>
  sse(JSON.stringify({ event_type, ...members, event_id }), { event: event_type })

/** Tokens, not numbers: nobody may count with them. */
const tokenOf = (n: number) => Buffer.from(`event ${n}`).toString('base64url')
const numberOf = (token: string) => Number(Buffer.from(token, 'base64url').toString().slice(6))

function eventsOf({ id, pieces }: Context): AnswerEvent[] {
  const events: AnswerEvent[] = []
  const add = (type: string, members: object, text?: string) => {
    const bytes = write(tokenOf(events.length), type, members)
    events.push({ bytes, ...(text !== undefined && { text }) })
  }
  const interaction = { id, object: 'interaction', model: 'emulated' }
  add('interaction.created', { interaction: { ...interaction, status: 'in_progress' } })
  add('interaction.status_update', { interaction_id: id, status: 'in_progress' })
  add('step.start', { index: 0, step: { type: 'model_output' } })
  for (const text of pieces) {
    add('step.delta', { index: 0, delta: { type: 'text', text } }, text)
  }
  add('step.stop', { index: 0 })
  const usage = { total_input_tokens: 3, total_output_tokens: pieces.length }
  add('interaction.completed', { interaction: { ...interaction, status: 'completed', usage } })
  events.push({ bytes: DONE })
  return events
}

const snapshot = ({ id, state, log }: Job) => ({
  id,
  object: 'interaction',
  model: 'emulated',
  status: STATUSES[state],
  steps: [{ type: 'model_output', content: [{ type: 'text', text: log.text }] }],
})

function find(exchange: Exchange, id: string): Job | undefined {
  const job = exchange.space.find(id)
  const message = `Interaction ${id} was not found.`
  if (!job) exchange.json(404, { error: { code: 404, message, status: 'NOT_FOUND' } })
  return job
}

export const gemini: Backend = {
  cors: { origin: 'mirror', methods: 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT', headers: 'mirror' },
  id: (number) => `v1_${String(number).padStart(24, '0')}`,
  events: eventsOf,
  routes: [
    {
      kind: 'start',
      method: 'POST',
      path: /^\/v1(?:alpha|beta)?\/interactions$/,
      async answer(exchange) {
        const { stream, background } = await exchange.body<Record<string, boolean>>()
        const job = exchange.space.start()
        if (!stream) return exchange.json(200, snapshot(job))
        return exchange.stream(job, { endsWithReader: background !== true })
      },
    },
    {
      kind: 'resume',
      method: 'GET',
      path: /^\/v1(?:alpha|beta)?\/interactions\/([^/]+)$/,
      answer(exchange, id) {
        const job = find(exchange, id!)
        if (!job) return
        if (exchange.query.get('stream') !== 'true') return exchange.json(200, snapshot(job))
        const cursor = exchange.query.get('last_event_id') ?? undefined
        const from = cursor === undefined ? 0 : job.offsetOf(numberOf(cursor) + 1)
        return exchange.stream(job, { from, cursor })
      },
    },
    {
      kind: 'cancel',
      method: 'POST',
      path: /^\/v1(?:alpha|beta)?\/interactions\/([^/]+)\/cancel$/,
      answer(exchange, id) {
        const job = find(exchange, id!)
        if (!job) return
        const members = { interaction_id: id, status: 'cancelled' }
        job.stop('cancelled', [
          write(tokenOf(job.log.events), 'interaction.status_update', members),
          DONE,
        ])
        exchange.json(200, snapshot(job))
      },
    },
  ],
}
