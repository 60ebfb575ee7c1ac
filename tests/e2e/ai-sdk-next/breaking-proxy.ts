import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An answer that is held back in its midst. */
export interface Break {
  /** What the client was sent of it. */
  text: string
  /** Resets its connection. */
  reset(): void
}

/** Says which server a request goes to: the start of its URL. */
export type Route = (method: string, path: string) => string

/** A proxy that breaks connections where it is told to. */
export class BreakingProxy {
  /** Whether it resets all connections as soon as a request comes. */
  isDown = false
  /** If set, what it answers to each POST, with the status 503. */
  refusal: string | undefined
  /** The requests that came, such as `GET /api/chat`. */
  readonly requests: string[] = []
  readonly url: string
  readonly #server: ReturnType<typeof createServer>
  #next: { place: number; resolve: (broken: Break) => void } | undefined

  private constructor(server: ReturnType<typeof createServer>, route: Route) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => this.#handle(request, response, route))
  }

  static async start(route: Route): Promise<BreakingProxy> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new BreakingProxy(server, route)
  }

  /** Resolves once an event stream is held back after so many bytes of its body. */
  breakAt(place: number): Promise<Break> {
    return new Promise((resolve) => {
      this.#next = { place, resolve }
    })
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #handle(incoming: IncomingMessage, response: ServerResponse, route: Route): void {
    const { method = 'GET', url = '/', headers } = incoming
    if (this.isDown) return void incoming.socket.resetAndDestroy()
    this.requests.push(`${method} ${url}`)
    if (method === 'POST' && this.refusal !== undefined) {
      incoming.resume()
      response.writeHead(503, { 'content-type': 'text/plain' }).end(this.refusal)
      return
    }
    // Events are not compressed: places are bytes of them.
    const { 'accept-encoding': _, ...rest } = headers
    const outgoing = request(route(method, url) + url, { method, headers: rest })
    response.on('close', () => outgoing.destroy())
    outgoing.on('error', () => response.destroy())
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.on('error', () => response.destroy())
      if (answer.headers['content-type']?.startsWith('text/event-stream')) {
        this.#forward(answer, response)
      } else {
        answer.pipe(response)
      }
    })
    incoming.pipe(outgoing)
  }

  #forward(answer: IncomingMessage, response: ServerResponse): void {
    const sent: Buffer[] = []
    let bytes = 0
    let isHeld = false
    answer.on('data', (chunk: Buffer) => {
      if (isHeld) return
      const left = (this.#next?.place ?? Infinity) - bytes
      isHeld = left < chunk.length
      const part = chunk.subarray(0, isHeld ? Math.max(left, 0) : undefined)
      response.write(part)
      sent.push(part)
      bytes += part.length
      if (!isHeld) return
      this.#next!.resolve({
        text: Buffer.concat(sent).toString(),
        reset: () => response.socket?.resetAndDestroy(),
      })
      this.#next = undefined
    })
    answer.on('end', () => {
      if (!isHeld) response.end()
    })
  }
}
