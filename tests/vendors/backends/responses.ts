import { type Backend, type Context, type Cors, sse } from '../backend.js'
import type { Exchange } from '../exchange.js'
import type { AnswerEvent, Job } from '../job.js'

/** How a server of the Responses API differs from the others. */
export interface Dialect {
  cors: Cors
  id(number: number): string
  /** The types of the events before the first output. */
  opening: string[]
  /** An event's JSON: the order of the members, and what else is in it. */
  write(event: Event): string
  /** Whether it can't be resumed or cancelled, because it was not started in the background. */
  isForeground(body: Body): boolean
  /** Goes on with an answer, cancelled ones too. */
  cancel(exchange: Exchange, job: Job): void
  error(status: number, message: string): unknown
}

export interface Event {
  type: string
  sequence_number: number
  [name: string]: unknown
}

export interface Body {
  background?: boolean
  stream?: boolean
}

const STATUSES: Record<string, string> = {
  running: 'in_progress',
  completed: 'completed',
  cancelled: 'cancelled',
  left: 'incomplete',
}

/** The response as an object, with as much text as there is. */
function response(id: string, status: string, text: string) {
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }]
  const item = { id: itemOf(id), type: 'message', status, role: 'assistant', content }
  return {
    id,
    object: 'response',
    created_at: 1_764_000_000,
    status,
    background: true,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: 'emulated',
    output: text === '' ? [] : [item],
    parallel_tool_calls: true,
    previous_response_id: null,
    store: true,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: null,
    metadata: {},
  }
}

export const snapshot = ({ id, state, log }: Job) => response(id, STATUSES[state]!, log.text)

const itemOf = (id: string) => id.replace('resp', 'msg')

function eventsOf({ id, pieces }: Context, dialect: Dialect): AnswerEvent[] {
  const events: AnswerEvent[] = []
  const add = (type: string, members: object, text?: string) => {
    const data = dialect.write({ type, sequence_number: events.length, ...members })
    events.push({ bytes: sse(data, { event: type }), ...(text !== undefined && { text }) })
  }
  const place = { item_id: itemOf(id), output_index: 0, content_index: 0 }
  const whole = response(id, 'completed', pieces.join(''))
  const [item] = whole.output
  for (const type of dialect.opening) {
    const status = type === 'response.in_progress' ? 'in_progress' : 'queued'
    add(type, { response: response(id, status, '') })
  }
  const empty = { ...item, status: 'in_progress', content: [] }
  add('response.output_item.added', { output_index: 0, item: empty })
  const part = { type: 'output_text', text: '', annotations: [], logprobs: [] }
  add('response.content_part.added', { ...place, part })
  for (const delta of pieces) {
    add('response.output_text.delta', { ...place, delta, logprobs: [] }, delta)
  }
  add('response.output_text.done', { ...place, text: pieces.join(''), logprobs: [] })
  add('response.content_part.done', { ...place, part: item?.content[0] })
  add('response.output_item.done', { output_index: 0, item })
  add('response.completed', { response: whole })
  return events
}

/** The Responses API of one server or the other. */
export function responsesApi(dialect: Dialect): Backend {
  const foreground = new Set<Job>()

  /** The job of a path, if there is one; else it answers 404. */
  const find = (exchange: Exchange, id: string): Job | undefined => {
    const job = exchange.space.find(id)
    if (!job) exchange.json(404, dialect.error(404, `Response with id '${id}' not found.`))
    return job
  }

  return {
    cors: dialect.cors,
    id: dialect.id,
    events: (context) => eventsOf(context, dialect),
    routes: [
      {
        kind: 'start',
        method: 'POST',
        path: /^\/v1\/responses$/,
        async answer(exchange) {
          const body = await exchange.body<Body>()
          const job = exchange.space.start()
          if (!body.stream) return exchange.json(200, snapshot(job))
          const endsWithReader = dialect.isForeground(body)
          if (endsWithReader) foreground.add(job)
          return exchange.stream(job, { endsWithReader })
        },
      },
      {
        kind: 'resume',
        method: 'GET',
        path: /^\/v1\/responses\/([^/]+)$/,
        answer(exchange, id) {
          const job = find(exchange, id!)
          if (!job) return
          if (exchange.query.get('stream') !== 'true') return exchange.json(200, snapshot(job))
          if (foreground.has(job)) {
            const message = 'This response cannot be streamed: it was not created with background.'
            return exchange.json(400, dialect.error(400, message))
          }
          const cursor = exchange.query.get('starting_after') ?? undefined
          const from = cursor === undefined ? 0 : job.offsetOf(Number(cursor) + 1)
          return exchange.stream(job, { from, cursor })
        },
      },
      {
        kind: 'cancel',
        method: 'POST',
        path: /^\/v1\/responses\/([^/]+)\/cancel$/,
        answer(exchange, id) {
          const job = find(exchange, id!)
          if (!job) return
          if (!foreground.has(job)) return dialect.cancel(exchange, job)
          exchange.json(400, dialect.error(400, 'Cannot cancel a synchronous response.'))
        },
      },
    ],
  }
}
