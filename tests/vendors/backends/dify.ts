// Dify's service API, after https://docs.dify.ai/api-reference and its sources. It can't be resumed.

import { type Backend, type Context, sse } from '../backend.js'
import type { AnswerEvent, Job } from '../job.js'

const PING = Buffer.from('event: ping\n\n')

/** Between two pings, in pieces. */
const PING_EVERY = 50

const common = (task_id: string) => ({
  task_id,
  conversation_id: `conversation of ${task_id}`,
  message_id: `message of ${task_id}`,
  created_at: 1_764_000_000,
})

function endOf(id: string): Buffer {
  const metadata = { usage: { total_tokens: 3 }, retriever_resources: [] }
  return sse(JSON.stringify({ event: 'message_end', ...common(id), metadata }))
}

function eventsOf({ id, pieces }: Context): AnswerEvent[] {
  const events = pieces.flatMap((answer, n) => {
    const bytes = sse(JSON.stringify({ event: 'message', ...common(id), answer }))
    const message: AnswerEvent = { bytes, text: answer }
    return n % PING_EVERY === 0 ? [message, { bytes: PING }] : [message]
  })
  return [...events, { bytes: endOf(id) }]
}

/** Whose answer it is: nobody else stops it. */
const users = new WeakMap<Job, string>()

export const dify: Backend = {
  cors: {
    origin: '*',
    methods: 'GET, PUT, POST, DELETE, OPTIONS, PATCH',
    headers: 'Content-Type, Authorization, X-App-Code',
  },
  id: (number) => `task-${number}`,
  events: eventsOf,
  routes: [
    {
      kind: 'start',
      method: 'POST',
      path: /^\/v1\/chat-messages$/,
      async answer(exchange) {
        const { user } = await exchange.body<{ user: string }>()
        const job = exchange.space.start()
        users.set(job, user)
        return exchange.stream(job)
      },
    },
    {
      kind: 'cancel',
      method: 'POST',
      path: /^\/v1\/chat-messages\/([^/]+)\/stop$/,
      async answer(exchange, id) {
        const { user } = await exchange.body<{ user?: string }>()
        if (!user) {
          return exchange.json(400, {
            code: 'invalid_param',
            message: 'Arg user must be provided.',
            status: 400,
          })
        }
        const job = exchange.space.find(id!)
        if (job && users.get(job) === user) job.stop('cancelled', [endOf(job.id)])
        exchange.json(200, { result: 'success' })
      },
    },
  ],
}
