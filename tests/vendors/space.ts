import { EventEmitter, once } from 'node:events'
import { pieces } from './answer.js'
import type { Backend } from './backend.js'
import { Job, type AnswerEvent, type JobLog } from './job.js'
import { checkPlan, type Fault, type Plan } from './plan.js'

export type Kind = 'start' | 'resume' | 'cancel' | 'other'

export interface RequestLog {
  kind: Kind
  method: string
  /** Path and query, after the space's address. */
  url: string
  /** From where it wants to go on, as it says. */
  cursor?: string
  /** The status that it got; 0 before that. */
  status: number
  /** How many bytes of an answer were sent. */
  bytes: number
  /** How its stream ended: with the answer, by a fault, or as the client left. */
  end?: 'complete' | 'reset' | 'cut' | 'end' | 'left'
}

export interface Log {
  posts: number
  requests: RequestLog[]
  jobs: JobLog[]
}

/** What is known of an answer before it is asked for. */
export interface Expected {
  text: string
  /** The size of the answer. */
  bytes: number
  /** Where each of its events begins. Without data, it is none. */
  events: number[]
  /** A byte inside of each character that has more than one. */
  characters: number[]
}

/** A backend for one test: its own address, plan and log. */
export class Space {
  readonly key: string
  readonly backend: Backend
  readonly expected: Expected
  readonly jobs: Job[] = []
  readonly requests: RequestLog[] = []
  readonly #plan: Plan
  readonly #faults: Fault[]
  readonly #changes = new EventEmitter()
  /** A connection breaks or is refused, and its reader is not back yet. */
  #misses = false
  #posts = 0
  /** How often the test said that all is read, and no reset has followed yet. */
  #seen = 0

  constructor(key: string, backend: Backend, plan: Plan) {
    this.key = key
    this.backend = backend
    this.#plan = plan
    this.#faults = [...(plan.faults ?? [])]
    this.#changes.setMaxListeners(0)
    const events = backend.events(this.#context(1))
    this.expected = expectedOf(events)
    checkPlan(plan, this.expected.bytes)
  }

  get log(): Log {
    const jobs = this.jobs.map((job) => job.log)
    return { posts: this.#posts, requests: this.requests, jobs }
  }

  /** The newest job of this id. */
  find(id: string): Job | undefined {
    return this.jobs.findLast((job) => job.id === id)
  }

  /** Starts a model. `names` are what its events have of the request, such as the id that the client chose. */
  start(names: Record<string, string> = {}): Job {
    const context = this.#context(++this.#posts, names)
    const { pace = 0, hold = Infinity } = this.#plan
    const mayComplete = () => this.#faults.length === 0 && !this.#misses
    const onChange = () => void this.#changes.emit('change')
    const options = { pace, hold, mayComplete, onChange }
    const job = new Job(context.id, this.backend.events(context), options)
    this.jobs.push(job)
    return job
  }

  /** The fault of the next connection. */
  takeFault(): Fault {
    const fault = this.#faults.shift() ?? { none: true }
    // From here on, and before the fault has come to pass, the model may not come to its end.
    if (!('none' in fault)) this.#misses = true
    return fault
  }

  /** A reader is there. */
  isRead(): void {
    this.#misses = false
    this.changed()
  }

  /** All is read: the next reset that waits for it may come. */
  seen(): void {
    this.#seen++
    this.changed()
  }

  /** Resolves once all is read. */
  async untilSeen(signal: AbortSignal): Promise<void> {
    while (this.#seen === 0) await once(this.#changes, 'change', { signal })
    this.#seen--
  }

  /** Lets the models that wait go on, to the end or up to an event. */
  release(hold = Infinity): void {
    for (const job of this.jobs) job.release(hold)
  }

  /** Something happened that its log, or a model at its end, waits for. */
  changed(): void {
    for (const job of this.jobs) job.check()
    this.#changes.emit('change')
  }

  /** Resolves once the log is as wanted. */
  async until(wanted: (log: Log) => boolean): Promise<Log> {
    while (!wanted(this.log)) {
      const signal = AbortSignal.timeout(30_000)
      await once(this.#changes, 'change', { signal }).catch(() => {
        throw new Error(`the log stays so: ${JSON.stringify(this.log)}`)
      })
    }
    return this.log
  }

  #context(number: number, names: Record<string, string> = {}) {
    const id = names['id'] ?? this.backend.id(number)
    return { id, number, names, pieces: pieces(this.#plan.events ?? 200) }
  }
}

function expectedOf(events: AnswerEvent[]): Expected {
  const characters: number[] = []
  const starts: number[] = []
  let bytes = 0
  for (const event of events) {
    if (event.bytes.includes('data:')) starts.push(bytes)
    for (const [at, byte] of event.bytes.entries()) {
      // The second byte of a character; 0x80 to 0xbf are those that go on.
      if (byte >= 0xc0) characters.push(bytes + at + 1)
    }
    bytes += event.bytes.length
  }
  const text = events.map((event) => event.text ?? '').join('')
  return { text, bytes, events: starts, characters }
}
