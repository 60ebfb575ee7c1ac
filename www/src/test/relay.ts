import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** A request that came, with its body. */
export interface Received {
  path: string
  body: Record<string, unknown>
}

type Answer = (response: ServerResponse) => void

/** A server on loopback that does what a test tells it to. */
export interface TestRelay extends AsyncDisposable {
  readonly url: string
  readonly received: Received[]
  /** What `POST /chat` is answered with, from now on. */
  chat: Answer
}

/** Starts one; what is not told otherwise is answered with 200 and no content. */
export async function startRelay(): Promise<TestRelay> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', '*')
    if (request.method === 'OPTIONS') return response.end()
    const path = request.url!
    if (request.method === 'POST') received.push({ path, body: await json(request) })
    if (path === '/chat') return relay.chat(response)
    // It keeps no answers.
    if (path.startsWith('/chat/') && request.method === 'GET') response.statusCode = 204
    if (path === '/models') return response.end('{"models":["one","two"]}')
    if (path === '/weather') response.statusCode = 404
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as { port: number }
  const relay: TestRelay = {
    url: `http://127.0.0.1:${address.port}`,
    received,
    chat: (response) => response.end(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return relay
}

/** An answer of these tokens; with `whole`, to its end, else it goes on without another one. */
export const answerOf =
  (tokens: string[], whole: boolean): Answer =>
  (response) => {
    response.setHeader('content-type', 'text/event-stream')
    response.write('id: 1\nevent: start\ndata: {"model":"one"}\n\n')
    tokens.forEach((token, i) => response.write(`id: ${i + 2}\ndata: ${token}\n\n`))
    if (whole) response.end('event: done\ndata: {}\n\n')
  }

async function json(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return JSON.parse(text) as Record<string, unknown>
}
