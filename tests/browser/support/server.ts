/** The test server as the page sees it. tests/server/README.md says what it does. */

import { expect } from 'chai'
import { eventually } from './eventually.js'

export type Step =
  | { send: string; repeat?: number }
  | { sendBytes: string }
  | { drip: string; everyMs?: number }
  | { pump: { events: number; dataBytes?: number } }
  | { delay: number }
  | { waitFor: string }
  | { stall: true }
  | { end: true }
  | { close: true }
  /** Over HTTP/2 with that code. */
  | { reset: true | number }
  /** HTTP/2 only. */
  | { goaway: true | number }

export type Encoding = 'gzip' | 'br' | 'zstd'

export interface Attempt {
  status?: number
  headers?: Record<string, string | null>
  steps?: Step[]
  framing?: 'chunked' | 'length' | 'truncated-length' | 'close'
  encoding?: Encoding
  cut?: { after: number; by: 'end' | 'close' | 'reset' }
  headersDelay?: number | 'never'
  cors?: boolean
}

export interface Entry {
  protocol: 'HTTP/1.1' | 'HTTP/2'
  method: string
  path: string
  headers: Record<string, string>
  body: string
  startedMs: number
  closedMs: number | null
  writtenBytes: number
  outcome: 'open' | 'completed' | 'closed' | 'reset' | 'client-closed'
}

export type Received = Pick<Entry, 'protocol' | 'method' | 'path' | 'headers' | 'body'>

export interface Counters {
  requests: number
  open: number
  clientClosed: number
}

let keys = 0

/** A key that nobody has used, whatever ran on this server before. */
export function freshKey(): string {
  return `${Date.now().toString(36)}-${++keys}`
}

async function json<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init)
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** A scripted stream. */
export class Script {
  readonly url: string
  readonly #id: string

  constructor(id: string) {
    this.#id = id
    this.url = new URL(`/s/${id}`, location.origin).href
  }

  /** Lets the step `waitFor` of this name pass. */
  async signal(name: string): Promise<void> {
    await fetch(`/scripts/${this.#id}/signal/${name}`, { method: 'POST' })
  }

  async log(): Promise<Entry[]> {
    return (await json<{ requests: Entry[] }>(`/scripts/${this.#id}/log`)).requests
  }

  /** The log once exactly so many requests are there. */
  requests(count: number): Promise<Entry[]> {
    return eventually(async () => {
      const log = await this.log()
      expect(log, 'requests').to.have.length(count)
      return log
    })
  }

  /** The log once exactly so many requests are over. */
  over(count: number): Promise<Entry[]> {
    return eventually(async () => {
      const log = await this.log()
      expect(log, 'requests').to.have.length(count)
      expect(log.map(({ outcome }) => outcome)).to.not.include('open')
      return log
    })
  }
}

/** Registers a script: what its attempts answer, one after the other, the last one again and again. */
export async function script(
  attempts: Attempt[],
  options: { afterLast?: 'repeat' | '404'; preflight?: boolean } = {},
): Promise<Script> {
  const body = JSON.stringify({ attempts, ...options })
  const { id } = await json<{ id: string }>('/scripts', { method: 'POST', body })
  return new Script(id)
}

/** A stream of these steps, at each attempt. */
export function streaming(...steps: Step[]): Promise<Script> {
  return script([{ steps }])
}

/** Where notifications go. */
export class Sink {
  readonly #key = freshKey()
  readonly url: string

  constructor(query = '') {
    this.url = `/sink/${this.#key}${query}`
  }

  async log(): Promise<Received[]> {
    return (await json<{ requests: Received[] }>(`/sink/${this.#key}/log`)).requests
  }

  /** The log once exactly so many notifications are there. */
  received(count: number): Promise<Received[]> {
    return eventually(async () => {
      const log = await this.log()
      expect(log, 'notifications').to.have.length(count)
      return log
    })
  }
}

/** A stream that sends one event and stays open, and who listens to it. */
export class Held {
  readonly #key = freshKey()
  readonly url = `/open/${this.#key}`

  counters(): Promise<Counters> {
    return json(`${this.url}/counters`)
  }
}

/** All requests to the server so far, and its streams. */
export function counters(): Promise<Counters> {
  return json('/counters')
}

/** An event as it goes over the wire. */
export function event(data: string, fields: { id?: string | number; type?: string } = {}): string {
  const type = fields.type === undefined ? '' : `event: ${fields.type}\n`
  const id = fields.id === undefined ? '' : `id: ${fields.id}\n`
  const lines = data.split('\n').map((line) => `data: ${line}\n`)
  return `${type}${id}${lines.join('')}\n`
}
