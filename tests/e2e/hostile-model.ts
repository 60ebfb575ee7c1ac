import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on loopback that counts who comes. */
export interface Listener extends AsyncDisposable {
  readonly url: string
  /** The paths that were asked for. */
  readonly visits: string[]
}

/** A stranger's server: an attacker's, whose every visit is a leak, or a page that frames another. */
export async function startStranger(page = ''): Promise<Listener> {
  const visits: string[] = []
  return listen(visits, (path, respond) => {
    visits.push(path)
    respond('text/html', page)
  })
}

/** A model's API that says what its question's last line asks for by number. */
export async function startModel(answers: readonly string[]): Promise<Listener> {
  return listen([], (_, respond, body) => {
    const { messages } = JSON.parse(body) as { messages: { content: string }[] }
    const answer = answers[Number(messages.at(-1)!.content)]!
    const pieces = answer.match(/[^]{1,400}/g)!
    const chunks = pieces.map((content) => JSON.stringify({ choices: [{ delta: { content } }] }))
    respond('text/event-stream', [...chunks, '[DONE]'].map((data) => `data: ${data}\n\n`).join(''))
  })
}

type Answer = (path: string, respond: (type: string, content: string) => void, body: string) => void

async function listen(visits: string[], answer: Answer): Promise<Listener> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const respond = (type: string, content: string) =>
      response.writeHead(200, { 'content-type': type }).end(content)
    answer(request.url!, respond, body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
