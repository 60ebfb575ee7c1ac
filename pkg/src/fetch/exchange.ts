import { bodyOf, type Chunks } from './chunks.js'
import { takes } from './request.js'
import { readText } from './response.js'
import { Scope } from '../scope.js'

/**
 * Absent where the runtime has none, or one whose signals its `fetch` refuses, as with the globals of
 * jsdom: then only the body can be cancelled.
 */
export function newController(): AbortController | undefined {
  const controller = globalThis.AbortController && new AbortController()
  return takes(controller) ? controller : undefined
}

interface Connection {
  controller: AbortController | undefined
  chunks?: Chunks
}

function end({ controller, chunks }: Connection): void {
  chunks?.cancel()
  controller?.abort()
}

/** Closes the connections of streams that were collected, where the runtime reports them. */
const abandoned = globalThis.FinalizationRegistry && new FinalizationRegistry(end)

/** One request and its response. Closed, it aborts whatever of them is still under way. */
export class Exchange {
  readonly close: () => void
  #connection: Connection = { controller: newController() }

  constructor(scope: Scope, owner: object) {
    abandoned?.register(owner, this.#connection, this)
    this.close = scope.add(() => {
      abandoned?.unregister(this)
      end(this.#connection)
    })
  }

  /**
   * Nothing more of the response is wanted, but its server may still be writing: closed early, it would
   * take the page for gone. Lets it end, for a moment.
   */
  drain(response: Response): void {
    const connection = this.#connection
    this.#connection = { controller: undefined }
    this.close()
    void readText(() => connection.chunks ?? bodyOf(response), new Scope()).then(() =>
      end(connection),
    )
  }

  get signal(): AbortSignal | null {
    return this.#connection.controller?.signal ?? null
  }

  /** Takes the response's body. Throws an error `'unsupported'` if it can't be read. */
  take(response: Response): void {
    this.#connection.chunks = bodyOf(response)
  }

  /** The next chunk. */
  read(): ReturnType<Chunks['next']> {
    return this.#connection.chunks!.next()
  }
}
