import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

const EVENTS = ['żółć', '漢字 😀']

/** A backend on this machine that any origin may ask. */
export class Backend {
  readonly received: Received[] = []
  readonly url: string
  readonly #server

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(): Promise<Backend> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const backend = new Backend(server)
    server.on('request', (request, response) => void backend.#answer(request, response))
    return backend
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    response.setHeader(
      'access-control-allow-headers',
      '*, authorization, content-type, last-event-id',
    )
    response.setHeader('access-control-allow-methods', '*')
    if (request.method === 'OPTIONS') return void response.end()
    const { method = '', url = '', headers } = request
    // `whatwg-fetch` adds a query, past caches.
    const path = url.replace(/\?.*/, '')
    this.received.push({ method, path, headers, body: await text(request) })
    const type = path === '/error' ? 'application/json' : 'text/event-stream, */*'
    response.writeHead(path === '/error' ? 422 : 200, { 'content-type': type })
    if (path === '/error') response.end('{"error":{"message":"no such model"}}')
    else if (path === '/held') response.write('data: held\n\n')
    else if (path === '/breaks') {
      if (headers['last-event-id'] === '1') response.end('data: b\n\n')
      else
        response.write('retry: 1\nid: 1\ndata: a\n\n', () =>
          setTimeout(() => response.destroy(), 50),
        )
    } else response.end(EVENTS.map((data) => `data: ${data}\n\n`).join(''))
  }
}
