/** A response whose chunks the test hands out itself, and that counts how often it is asked for one. */
export class Handmade {
  /** For the option `fetch`. */
  readonly fetch: typeof fetch
  /** How many chunks were asked for so far. */
  pulls = 0
  isCancelled = false
  readonly #body: ReadableStream<Uint8Array>
  #controller!: ReadableStreamDefaultController<Uint8Array>

  /** `pull` returns the next chunk when the body is asked for one; without it, chunks come by `push()`. */
  constructor(pull?: () => string | Uint8Array | undefined) {
    this.#body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => {
          this.pulls++
          const chunk = pull?.()
          if (chunk !== undefined) this.push(chunk)
        },
        cancel: () => {
          this.isCancelled = true
        },
      },
      // Nothing of it is the stream's own buffer: a pull is somebody's read.
      { highWaterMark: 0 },
    )
    const response = new Response(this.#body, { headers: { 'content-type': 'text/event-stream' } })
    this.fetch = () => Promise.resolve(response)
  }

  push(chunk: string | Uint8Array): void {
    this.#controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
  }

  end(): void {
    this.#controller.close()
  }

  fail(error: unknown): void {
    this.#controller.error(error)
  }
}
