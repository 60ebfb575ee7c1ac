import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { until } from './until.js'

/** A request, and its response as the test writes it. */
export class Exchange {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Whether the client is gone, or the response ended. */
  isOver = false
  readonly #response: ServerResponse

  constructor(request: IncomingMessage, path: string, body: string, response: ServerResponse) {
    this.method = request.method!
    this.path = path
    this.headers = request.headers
    this.body = body
    this.#response = response
    response.on('close', () => (this.isOver = true))
  }

  /** Sends a stream's head. */
  open(): this {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream' })
    this.#response.flushHeaders()
    return this
  }

  /** Sends events with this data each, with ids from `firstId` on if there is one. */
  send(data: readonly string[], firstId?: number): void {
    const id = (index: number) => (firstId === undefined ? '' : `id: ${firstId + index}\n`)
    this.write(data.map((item, index) => `${id(index)}data: ${item}\n\n`).join(''))
  }

  write(text: string): void {
    this.#response.write(text)
  }

  end(status = 200): void {
    if (!this.#response.headersSent) this.#response.writeHead(status)
    this.#response.end()
  }

  /** Breaks the connection. */
  drop(): void {
    this.#response.destroy()
  }
}

/** A backend on this machine, whose every answer the test writes. */
export class Backend {
  /** All that came since the last reset, in order. */
  exchanges: Exchange[] = []
  #server!: Server
  #origin = ''
  #round = 0

  /** What its URLs begin with until the next reset. */
  get url(): string {
    return `${this.#origin}/${this.#round}/`
  }

  /** A request of those that came or will come, counted from 0. */
  async exchange(index: number): Promise<Exchange> {
    await until(() => this.exchanges.length > index)
    return this.exchanges[index]!
  }

  async start(): Promise<void> {
    this.#server = createServer(async (request, response) => {
      const body = await text(request)
      const prefix = `/${this.#round}/`
      // A request that a test before has left behind is nobody's.
      if (!request.url!.startsWith(prefix)) response.destroy()
      else {
        const path = request.url!.slice(prefix.length)
        this.exchanges.push(new Exchange(request, path, body, response))
      }
    })
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.#origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Forgets what came. */
  reset(): void {
    for (const exchange of this.exchanges) exchange.drop()
    this.exchanges = []
    this.#round++
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** A backend for the tests of this file. */
export function backend(): Backend {
  const made = new Backend()
  beforeAll(() => made.start())
  afterEach(() => made.reset())
  afterAll(() => made.stop())
  return made
}
