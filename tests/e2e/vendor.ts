import { EventEmitter, once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TRANSCRIPTS } from '../llm/transcripts.js'

/** The model that writes until its reader leaves. */
export const ENDLESS = 'endless'

/** Milliseconds between the endless model's tokens. */
const PACE = 10

/**
 * A model vendor's API. The model of a request says what is answered: the transcript of that name, or endless tokens as
 * OpenAI's chat API sends them.
 */
export class Vendor implements AsyncDisposable {
  readonly #server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    // The gateway asks for the list of models as well, without a body; it lives without an answer.
    const { model } = JSON.parse(body || '{}') as { model?: string }
    if (model === ENDLESS) return this.#writeOn(response)
    const transcript = TRANSCRIPTS.find(({ name }) => name === model)
    response.writeHead(transcript ? 200 : 404, { 'content-type': 'text/event-stream' })
    response.end(transcript?.bytes)
  })
  readonly #changes = new EventEmitter()
  #readers = 0

  /** Such as `http://127.0.0.1:41234`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** How many requests to the endless model are open. */
  get readers(): number {
    return this.#readers
  }

  /** Listens on any free port. */
  static async start(): Promise<Vendor> {
    const vendor = new Vendor()
    vendor.#server.listen(0, '127.0.0.1')
    await once(vendor.#server, 'listening')
    return vendor
  }

  /** Resolves once no request to the endless model is open. */
  async idle(): Promise<void> {
    while (this.#readers > 0) await once(this.#changes, 'left')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #writeOn(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    this.#readers++
    let token = 0
    const timer = setInterval(() => {
      const delta = { role: 'assistant', content: `token ${token++} ` }
      const choices = [{ index: 0, delta, finish_reason: null }]
      const chunk = {
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1,
        model: ENDLESS,
        choices,
      }
      response.write(`data: ${JSON.stringify(chunk)}\n\n`)
    }, PACE)
    response.once('close', () => {
      clearInterval(timer)
      this.#readers--
      this.#changes.emit('left')
    })
  }
}
