import type { Scope } from './scope.js'

interface Connection {
  controller: AbortController
  reader?: ReadableStreamDefaultReader<Uint8Array> | undefined
}

function end({ controller, reader }: Connection): void {
  reader?.cancel().catch(() => undefined)
  controller.abort()
}

/** Of streams that nobody can reach any more. */
const abandoned = new FinalizationRegistry<Connection>(end)

/** One request and its response. Closed, it aborts whatever of them is still under way. */
export class Exchange {
  readonly close: () => void
  readonly #connection: Connection = { controller: new AbortController() }

  constructor(scope: Scope, owner: object) {
    abandoned.register(owner, this.#connection, this)
    this.close = scope.add(() => {
      abandoned.unregister(this)
      end(this.#connection)
    })
  }

  get signal(): AbortSignal {
    return this.#connection.controller.signal
  }

  /** Takes the response's body. Throws if somebody else reads it. */
  take({ body }: Response): void {
    this.#connection.reader = body?.getReader()
  }

  /** The next chunk. */
  read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    return this.#connection.reader?.read() ?? Promise.resolve({ done: true, value: undefined })
  }
}
