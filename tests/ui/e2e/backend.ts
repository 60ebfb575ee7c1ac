import { setTimeout as delay } from 'node:timers/promises'

/** How long something is waited for, in milliseconds. */
const PATIENCE = 20_000

/** A request in a log of the test server. */
export interface Entry {
  method: string
  path: string
  body: string
  /** Of scripts: `'open'` until it is over. */
  outcome?: string
}

let keys = 0

/** The test server: tests/server/README.md says what it does. */
export class TestServer {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** A name that nobody has used on it. */
  freshKey(): string {
    return `key-${++keys}`
  }

  /** Registers a stream of these steps, and returns its id. */
  async script(steps: object[]): Promise<string> {
    const body = JSON.stringify({ attempts: [{ steps }] })
    const response = await fetch(`${this.#url}/scripts`, { method: 'POST', body })
    return ((await response.json()) as { id: string }).id
  }

  async signal(script: string, name: string): Promise<void> {
    await fetch(`${this.#url}/scripts/${script}/signal/${name}`, { method: 'POST' })
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(this.#url + path)).json()) as T
  }

  async requests(log: string): Promise<Entry[]> {
    return (await this.get<{ requests: Entry[] }>(`${log}/log`)).requests
  }

  /** A log once it is as wanted. */
  async requestsWhere(log: string, wanted: (all: Entry[]) => boolean): Promise<Entry[]> {
    const deadline = performance.now() + PATIENCE
    for (;;) {
      const requests = await this.requests(log)
      if (wanted(requests)) return requests
      if (performance.now() > deadline) {
        throw new Error(`${log} did not come to what was expected: ${JSON.stringify(requests)}`)
      }
      await delay(20)
    }
  }
}
