import { once } from 'node:events'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Job } from './job.js'
import { type Fault, placeOf } from './plan.js'
import type { RequestLog, Space } from './space.js'

export interface StreamOptions {
  /** The byte of the answer to begin with. Default: 0. */
  from?: number
  /** What the request said of that, for the log. */
  cursor?: string | undefined
  headers?: OutgoingHttpHeaders
  /** Stops the model when the client leaves. */
  endsWithReader?: boolean
}

/** A request to a backend, and its answer. */
export class Exchange {
  readonly space: Space
  readonly query: URLSearchParams
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #record: RequestLog
  #fault: Fault | undefined

  constructor(
    space: Space,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
    record: RequestLog,
  ) {
    this.space = space
    this.query = query
    this.#request = request
    this.#response = response
    this.#record = record
  }

  header(name: string): string | undefined {
    return this.#request.headers[name] as string | undefined
  }

  async body<T>(): Promise<T> {
    return JSON.parse((await text(this.#request)) || '{}') as T
  }

  json(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): void {
    this.#head(status, { 'content-type': 'application/json', ...headers })
    this.#response.end(JSON.stringify(value))
  }

  empty(status: number): void {
    this.#head(status, {})
    this.#response.end()
  }

  /** Answers it by the fault that is planned for it, if that has no stream. Returns whether it did. */
  refused(): boolean {
    this.#fault ??= this.space.takeFault()
    if ('page' in this.#fault) {
      this.#head(200, { 'content-type': 'text/html' })
      this.#response.end('<!doctype html><title>Please log in</title>')
    } else if (!('refuse' in this.#fault)) {
      return false
    } else if (this.#fault.refuse === 204) {
      this.empty(204)
    } else {
      this.json(this.#fault.refuse, { error: { message: 'refused, as planned' } })
    }
    return true
  }

  /** Streams an answer, as far as the plan allows. */
  async stream(job: Job, options: StreamOptions = {}): Promise<void> {
    const { from = 0, cursor, headers, endsWithReader } = options
    const record = this.#record
    if (cursor !== undefined) record.cursor = cursor
    if (this.refused()) return
    const response = this.#response
    this.#head(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      ...headers,
    })
    response.flushHeaders()

    const place = placeOf(this.#fault!)
    const left = new AbortController()
    const isLeft = once(left.signal, 'abort')
    response.once('close', () => {
      left.abort()
      record.end ??= 'left'
      if (endsWithReader && record.end === 'left') job.stop('left')
      this.space.changed()
    })
    if (place === undefined) this.space.isRead()

    const limit = place === undefined ? Infinity : Math.max(0, place - from)
    if (limit > 0) {
      for await (const bytes of job.read(from, left.signal)) {
        const part = bytes.subarray(0, limit - record.bytes)
        record.bytes += part.length
        this.space.changed()
        await Promise.race([this.#write(part), isLeft])
        if (record.bytes >= limit) break
      }
    }
    if ('seen' in this.#fault!) await this.space.untilSeen(left.signal).catch(() => undefined)
    if (!left.signal.aborted) this.#end(this.#fault!)
  }

  /** Resolves once the bytes have gone out: only then a fault's place is exact. */
  #write(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => this.#response.write(bytes, () => resolve()))
  }

  #end(fault: Fault): void {
    const { socket } = this.#response
    if ('stall' in fault) return
    this.#record.end =
      (['reset', 'cut', 'end'] as const).find((kind) => kind in fault) ?? 'complete'
    if ('reset' in fault) socket?.resetAndDestroy()
    else if ('cut' in fault) socket?.destroy()
    else this.#response.end()
  }

  #head(status: number, headers: OutgoingHttpHeaders): void {
    this.#record.status = status
    this.#response.writeHead(status, headers)
    this.space.changed()
  }
}
