import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { pieces } from '../vendors/answer.js'

const PIECES = pieces(40)

interface Question {
  messages: { role: string; content: string }[]
}

/**
 * A model with OpenAI's chat API that waits in the middle of each answer until it is released. It knows what was asked before,
 * and goes on with an answer of which it is given the start.
 */
export class HeldModel implements AsyncDisposable {
  /** The answer to a first question, and what comes of it before the model waits. */
  static readonly answer = PIECES.join('')
  static readonly half = PIECES.slice(0, PIECES.length / 2).join('')
  readonly #server = createServer(async (request, response) => {
    await this.#answer((await json(request)) as Question, response)
  })
  readonly #waiting = new Set<() => void>()

  /** Listens on any free port. */
  static async start(): Promise<HeldModel> {
    const model = new HeldModel()
    model.#server.listen(0, '127.0.0.1')
    await once(model.#server, 'listening')
    return model
  }

  /** Such as `http://127.0.0.1:41234`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Lets all answers go on that wait. */
  release(): void {
    for (const goOn of this.#waiting) goOn()
    this.#waiting.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer({ messages }: Question, response: ServerResponse): Promise<void> {
    const asked = messages.filter(({ role }) => role === 'user')
    const before = asked.length > 1 ? [`You asked: ${asked[0]!.content} `] : []
    const { role, content } = messages.at(-1)!
    const start = role === 'assistant' ? content : ''
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    let written = ''
    for (const piece of [...before, ...PIECES]) {
      written += piece
      if (written.length <= start.length) continue
      write(response, { content: piece })
      if (!written.endsWith(HeldModel.half)) continue
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
        response.once('close', resolve)
      })
    }
    write(response, {}, 'stop')
    response.end('data: [DONE]\n\n')
  }
}

function write(response: ServerResponse, delta: object, reason: string | null = null): void {
  const choices = [{ index: 0, delta, finish_reason: reason }]
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'held', choices }
  response.write(`data: ${JSON.stringify(chunk)}\n\n`)
}
