// LangGraph's server, after `langgraph-api` 0.16.7 from PyPI and `@langchain/langgraph-sdk` 1.15.0.

import { type Backend, type Context, sse } from '../backend.js'
import type { Exchange } from '../exchange.js'
import type { AnswerEvent, Job } from '../job.js'

/** Its clock stands still. */
const idOf = (n: number) => `1764000000000-${n}`

function eventsOf({ id, names, pieces }: Context): AnswerEvent[] {
  const isResumable = names['stream_resumable'] !== 'false'
  const events: AnswerEvent[] = []
  const add = (event: string, data: unknown, text?: string) => {
    const fields = { event, ...(isResumable && { id: idOf(events.length) }) }
    const bytes = sse(JSON.stringify(data), fields, '\r\n')
    events.push({ bytes, ...(text !== undefined && { text }) })
  }
  add('metadata', { run_id: id, attempt: 1 })
  const about = { run_id: id, langgraph_node: 'agent', langgraph_step: 1 }
  for (const content of pieces) {
    add('messages', [{ type: 'AIMessageChunk', id: `run-${id}`, content }, about], content)
  }
  return events
}

/** The ids are UUIDs. */
const uuid = (number: number) => `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`

const STATUSES: Record<string, string> = {
  running: 'running',
  completed: 'success',
  cancelled: 'interrupted',
  left: 'interrupted',
}

function find(exchange: Exchange, run: string): Job | undefined {
  const job = exchange.space.find(run)
  if (!job) exchange.json(404, { detail: `Run ${run} not found` })
  return job
}

/** Where a run is, on its own and as a stream. */
const locations = (thread: string, run: string) => ({
  location: `/threads/${thread}/runs/${run}/stream`,
  'content-location': `/threads/${thread}/runs/${run}`,
})

interface Body {
  stream_resumable?: boolean
  on_disconnect?: string
}

/** Jobs whose events have no ids, and can't be read again. */
const unkept = new WeakSet<Job>()

export const langGraph: Backend = {
  // A page can read `Content-Location`, but not `Location`.
  cors: {
    origin: '*',
    methods: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
    headers: 'mirror',
    expose: 'x-pagination-total, x-pagination-next, content-location',
  },
  id: uuid,
  events: eventsOf,
  routes: [
    {
      kind: 'other',
      method: 'POST',
      path: /^\/threads$/,
      answer: (exchange) =>
        exchange.json(200, { thread_id: uuid(0), metadata: {}, status: 'idle' }),
    },
    {
      kind: 'start',
      method: 'POST',
      path: /^\/threads\/([^/]+)\/runs\/stream$/,
      async answer(exchange, thread) {
        const body = await exchange.body<Body>()
        const isKept = body.stream_resumable === true
        const job = exchange.space.start({ stream_resumable: String(isKept) })
        if (!isKept) unkept.add(job)
        const endsWithReader = body.on_disconnect === 'cancel'
        return exchange.stream(job, { endsWithReader, headers: locations(thread!, job.id) })
      },
    },
    {
      kind: 'resume',
      method: 'GET',
      path: /^\/threads\/([^/]+)\/runs\/([^/]+)\/stream$/,
      answer(exchange, thread, run) {
        const job = find(exchange, run!)
        if (!job) return
        const cursor = exchange.header('last-event-id')
        // Without an id, or with nothing kept, only what is still to come; -1 is before the first event.
        const after = Number(cursor?.split('-').at(-1))
        const isWhole = cursor === '-1'
        const from = isWhole ? 0 : job.offsetOf(after + 1)
        return exchange.stream(job, {
          from: cursor === undefined || unkept.has(job) ? job.size : from,
          cursor,
          headers: locations(thread!, run!),
        })
      },
    },
    {
      kind: 'other',
      method: 'GET',
      path: /^\/threads\/([^/]+)\/runs\/([^/]+)$/,
      answer(exchange, thread_id, run_id) {
        const job = find(exchange, run_id!)
        if (job) exchange.json(200, { thread_id, run_id, status: STATUSES[job.state] })
      },
    },
    {
      kind: 'cancel',
      method: 'POST',
      path: /^\/threads\/([^/]+)\/runs\/([^/]+)\/cancel$/,
      answer(exchange, _, run) {
        const job = find(exchange, run!)
        if (!job) return
        job.stop('cancelled')
        exchange.empty(exchange.query.get('wait') === '1' ? 204 : 202)
      },
    },
  ],
}
