import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { a2aAgent } from './a2a.js'
import { mcpServer, mcpServerWithoutStream } from './mcp.js'
import { Space } from './space.js'

type Make = (url: string, space: Space) => RequestListener

const SERVERS: Record<string, Make> = {
  a2a: a2aAgent,
  mcp: (_, space) => mcpServer(space),
  'mcp-without-stream': (_, space) => mcpServerWithoutStream(space),
}

/**
 * Servers made with the server sides of the vendors' own packages. Each test has one for itself: `/NAME/KEY`, with a key
 * that it thinks of; `POST /NAME/KEY/~signal` lets it go on.
 */
export class SdkServers implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-expose-headers', '*')
    if (request.method === 'OPTIONS') {
      const asked = request.headers['access-control-request-headers'] ?? ''
      response.setHeader('access-control-allow-methods', 'GET, POST, DELETE')
      response.setHeader('access-control-allow-headers', asked)
      return void response.writeHead(204).end()
    }
    const [, key = '', name = '', path = ''] = /^(\/([^/]+)\/[^/?]+)(.*)$/.exec(request.url!) ?? []
    const make = SERVERS[name]
    if (!make) return void response.writeHead(404).end()
    if (!this.#spaces.has(key)) {
      const space = new Space()
      this.#spaces.set(key, { space, listener: make(this.url + key, space) })
    }
    const { space, listener } = this.#spaces.get(key)!
    if (path === '/~signal') {
      space.signal()
      return void response.end()
    }
    space.watch(request, response)
    request.url = path === '' ? '/' : path
    listener(request, response)
  })
  readonly #spaces = new Map<string, { space: Space; listener: RequestListener }>()

  /** Such as `http://127.0.0.1:41234`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  static async start(): Promise<SdkServers> {
    const servers = new SdkServers()
    servers.#server.listen(0, '127.0.0.1')
    await once(servers.#server, 'listening')
    return servers
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
