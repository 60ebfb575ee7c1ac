import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createSession } from 'better-sse'
import { find } from '../webdriver/drivers.js'
import { type Backend, start } from './recipe-backends.js'

/** What became of a POST. */
export interface Job {
  prompt: string
  /** Whether it was cancelled by a request. */
  told: boolean
  /** Whether it still streams. */
  open: boolean
}

/** Event n of `GET /events`; each connection has three, from the last one that the client has seen. */
export const LAST = 9
const PER_CONNECTION = 3
export const eventData = (n: number) => ({ n, text: '漢字\n😀' })

/** Servers of others, each with the same routes: `/events`, `/chat`, `/cancel`, `/jobs/ID`. */
export const SERVERS: Record<string, () => Promise<Pick<Backend, 'url'> & AsyncDisposable>> = {
  'better-sse': startBetterSse,
  'sse-starlette': () => {
    // Other environments on the path have a uvicorn, too.
    const uvicorn = find('../../sse-starlette/bin/uvicorn')
    const folder = fileURLToPath(new URL('sse-starlette', import.meta.url))
    return start(uvicorn, ['--app-dir', folder, '--port', '0', 'app:app'])
  },
}

async function startBetterSse() {
  const jobs: Record<string, Job> = {}
  const server = createServer((request, response) => {
    void answer(jobs, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(
  jobs: Record<string, Job>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('access-control-allow-origin', '*')
  response.setHeader('access-control-allow-headers', '*')
  const { method, url = '' } = request
  if (method === 'OPTIONS') response.writeHead(204).end()
  else if (url === '/events') await events(request, response)
  else if (url === '/chat') await chat(jobs, request, response)
  else if (url === '/cancel') {
    const { id } = (await json(request)) as { id: string }
    jobs[id]!.told = true
    response.writeHead(202).end()
  } else response.end(JSON.stringify(jobs[url.replace('/jobs/', '')]))
}

async function events(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const session = await createSession(request, response, { retry: 10 })
  const last = Number(session.lastId)
  for (let n = last + 1; n <= Math.min(last + PER_CONNECTION, LAST); n++) {
    session.push(eventData(n), n % 2 === 0 ? 'even' : 'message', `${n}`)
  }
  if (last + PER_CONNECTION >= LAST) session.push('[DONE]')
  response.end()
}

async function chat(
  jobs: Record<string, Job>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { id, prompt } = (await json(request)) as { id: string; prompt: string }
  const job: Job = { prompt, told: false, open: true }
  jobs[id] = job
  const session = await createSession(request, response)
  let n = 0
  const timer = setInterval(() => {
    if (job.told) response.end()
    else session.push({ n: ++n }, 'token')
  }, 10)
  session.on('disconnected', () => {
    clearInterval(timer)
    job.open = false
  })
}
