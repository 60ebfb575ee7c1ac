import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

interface Connection {
  /** Who opened it. */
  tab: string
  lastEventId: string
  isOpen: boolean
}

/** A stream of numbered events that resumes, on a port of its own: browsers limit the connections to each. */
export class Source {
  /** All requests so far. */
  readonly connections: Connection[] = []
  readonly #server: Server
  readonly #open = new Map<ServerResponse, number>()
  #head = 0
  #isDone = false

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  /** Starts one for a test. */
  static async start(test: TestContext): Promise<Source> {
    const source = new Source()
    test.after(() => source.#stop())
    source.#server.listen(0, '127.0.0.1')
    await once(source.#server, 'listening')
    return source
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /** The connections that are open. */
  get open(): Connection[] {
    return this.connections.filter(({ isOpen }) => isOpen)
  }

  get isDone(): boolean {
    return this.#isDone
  }

  /** There are so many more events now. */
  advance(count: number): void {
    this.#head += count
    for (const response of this.#open.keys()) this.#send(response)
  }

  /** There are so many more events now. With the last one, the stream ends. */
  produce(count: number, last: number): void {
    const left = last - this.#head
    this.#isDone = count >= left
    this.advance(Math.min(count, left))
  }

  /** Breaks what is open. */
  cut(): void {
    for (const response of this.#open.keys()) response.destroy()
  }

  async #stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', '*')
    if (request.method === 'OPTIONS') {
      response.end()
      return
    }
    const lastEventId = String(request.headers['last-event-id'] ?? '')
    const tab = new URL(request.url ?? '', this.url).searchParams.get('tab') ?? ''
    const connection = { tab, lastEventId, isOpen: true }
    this.connections.push(connection)
    response.on('close', () => {
      connection.isOpen = false
      this.#open.delete(response)
    })
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write('retry: 1\n\n')
    this.#open.set(response, Number(lastEventId))
    this.#send(response)
  }

  #send(response: ServerResponse): void {
    const sent = this.#open.get(response)!
    let text = ''
    for (let id = sent + 1; id <= this.#head; id++) text += `id: ${id}\ndata: ${id}\n\n`
    this.#open.set(response, this.#head)
    if (text !== '') response.write(text)
    if (this.#isDone) response.end('data: [DONE]\n\n')
  }
}
