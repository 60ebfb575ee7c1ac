import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { extname, join } from 'node:path'
import { json } from 'node:stream/consumers'
import type { Cors } from './backend.js'
import { BACKENDS, type BackendName } from './backends/index.js'
import { Exchange } from './exchange.js'
import type { Plan } from './plan.js'
import { type RequestLog, Space } from './space.js'

/** For pages of any origin: the control routes are no vendor's. */
const OPEN: Cors = { origin: '*', methods: 'GET, POST', headers: 'mirror' }

export interface VendorsOptions {
  /** A folder whose files are served at `/site/`. */
  site?: string
}

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' }

/** The emulators, on a port of their own. See README.md for the control routes. */
export class Vendors implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error))
    })
  })
  readonly #spaces = new Map<string, Space>()
  #site: string | undefined
  readonly #sockets = new Set<Socket>()
  #isDown = false

  /** Such as `http://127.0.0.1:41234`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  static async start({ site }: VendorsOptions = {}): Promise<Vendors> {
    const vendors = new Vendors()
    vendors.#site = site
    vendors.#server.on('connection', (socket) => {
      vendors.#sockets.add(socket)
      socket.once('close', () => vendors.#sockets.delete(socket))
      if (vendors.#isDown) socket.resetAndDestroy()
    })
    vendors.#server.listen(0, '127.0.0.1')
    await once(vendors.#server, 'listening')
    return vendors
  }

  /** A backend for one test, at the address that is returned beside it. */
  open(name: BackendName, plan: Plan = {}): { space: Space; base: string } {
    const backend = BACKENDS[name]
    if (!backend) throw new Error(`there is no ${name}, only ${Object.keys(BACKENDS).join(', ')}`)
    const key = `${name}-${this.#spaces.size + 1}`
    const space = new Space(key, backend, plan)
    this.#spaces.set(key, space)
    return { space, base: `${this.url}/${key}` }
  }

  /** For so long, nobody reaches it: what is connected is reset, and what connects. */
  outage(milliseconds: number): void {
    this.#isDown = true
    for (const socket of this.#sockets) socket.resetAndDestroy()
    setTimeout(() => (this.#isDown = false), milliseconds)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { jobs } of this.#spaces.values()) for (const job of jobs) job.stop('left')
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET' } = request
    const { pathname, searchParams } = new URL(request.url!, this.url)
    const [, key = '', path = ''] = /^\/([^/]*)(.*)$/.exec(pathname) ?? []
    const space = this.#spaces.get(key)
    const isControl = ['spaces', 'outage'].includes(key) || path.startsWith('/~')
    allow(request, response, isControl || !space ? OPEN : space.backend.cors)
    if (method === 'OPTIONS') return void response.writeHead(204).end()
    if (key === 'outage') {
      const { milliseconds } = (await json(request)) as { milliseconds: number }
      response.setHeader('content-type', 'application/json')
      return void response.end('{}', () => setImmediate(() => this.outage(milliseconds)))
    }
    if (isControl) return this.#control(space, path, request, response)
    if (key === 'site' && this.#site !== undefined) {
      const file = await readFile(join(this.#site, path))
      return void response.writeHead(200, { 'content-type': TYPES[extname(path)] }).end(file)
    }
    if (!space) return void response.writeHead(404).end()

    const record: RequestLog = {
      kind: 'other',
      method,
      url: request.url!.slice(key.length + 1),
      status: 0,
      bytes: 0,
    }
    space.requests.push(record)
    const exchange = new Exchange(space, searchParams, request, response, record)
    for (const route of space.backend.routes) {
      const groups = route.method === method ? route.path.exec(path) : null
      if (!groups) continue
      record.kind = route.kind
      if (route.kind === 'start' && exchange.refused()) return
      return route.answer(exchange, ...groups.slice(1).map(decodeURIComponent))
    }
    exchange.json(404, { error: { message: `no route for ${method} ${path}` } })
  }

  async #control(
    space: Space | undefined,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    let answer: unknown
    if (!space) {
      const { backend, plan } = (await json(request)) as { backend: BackendName; plan?: Plan }
      const { space: opened, base } = this.open(backend, plan)
      answer = { base, ...opened.expected }
    } else if (path === '/~release') {
      const { hold } = (await json(request)) as { hold?: number }
      space.release(hold)
      answer = {}
    } else if (path === '/~seen') {
      space.seen()
      answer = {}
    } else if (path === '/~log') {
      answer = space.log
    } else {
      throw new Error(`there is no ${path}`)
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  }
}

/** Starts the emulators, on any free port. */
export const startVendors = (options?: VendorsOptions): Promise<Vendors> => Vendors.start(options)

function allow(request: IncomingMessage, response: ServerResponse, cors: Cors): void {
  const { origin } = request.headers
  if (origin === undefined) return
  response.setHeader('access-control-allow-origin', cors.origin === '*' ? '*' : origin)
  if (cors.origin === 'mirror') response.setHeader('vary', 'origin')
  if (request.method === 'OPTIONS') {
    const asked = request.headers['access-control-request-headers']
    const headers = cors.headers === 'mirror' ? asked : cors.headers
    response.setHeader('access-control-allow-methods', cors.methods)
    if (headers) response.setHeader('access-control-allow-headers', headers)
  } else if (cors.expose) {
    response.setHeader('access-control-expose-headers', cors.expose)
  }
}
