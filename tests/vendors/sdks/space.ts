import type { IncomingMessage, ServerResponse } from 'node:http'

/** How many pieces of text an answer has. */
export const PIECES = 20

/** After so many pieces, the connection breaks. */
export const HALF = PIECES / 2

/** What a test has of a server for itself. */
export class Space {
  /** The responses to POSTs that are under way. */
  readonly #open = new Set<ServerResponse>()
  #signals = 0
  #signalled: (() => void) | undefined

  /** A request came. */
  watch({ method }: IncomingMessage, response: ServerResponse): void {
    if (method !== 'POST') return
    this.#open.add(response)
    response.once('close', () => this.#open.delete(response))
  }

  /** The test says that the server may go on. */
  signal(): void {
    this.#signals++
    this.#signalled?.()
  }

  /** Resolves once the test has said so, once more than before. */
  async untilSignalled(): Promise<void> {
    if (this.#signals === 0) await new Promise<void>((resolve) => (this.#signalled = resolve))
    this.#signals--
  }

  /** Resets the connections of all POSTs. */
  breakStreams(): void {
    for (const response of this.#open) response.socket?.resetAndDestroy()
  }
}
