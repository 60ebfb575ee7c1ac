import {
  FAILURE_CONTENT_TYPE,
  FAILURE_HTTP,
  TEXT_SET_FORMAT,
  VERDICT_READ,
  VERDICT_REFUSAL,
  VERDICT_WRONG_TYPE,
} from '../border.js'
import { StreamError } from '../error.js'
import type { Chunks } from '../fetch/chunks.js'
import { Exchange } from '../fetch/exchange.js'
import {
  type Init,
  prepareAt,
  type RequestTemplate,
  send,
  setStreamHeaders,
} from '../fetch/request.js'
import { refusalOf } from '../fetch/response.js'
import { takeTurn, type Turn } from '../fetch/turns.js'
import type { AttemptContext } from '../options.js'
import { chain } from '../promise.js'
import type { Scope } from '../scope.js'
import type { Tap } from '../sequence.js'
import type { StreamHandle } from '../stream-handle.js'
import { broken } from './failures.js'
import type { Hooks } from './hooks.js'
import type { Settings } from './settings.js'

/** One request and its response. */
export class Attempt {
  /** The response, once its headers are there. */
  response: Response | undefined
  /** What the response is: one of the border's `VERDICT_…`. */
  verdict = VERDICT_READ
  /** How many events it has brought. */
  events = 0
  readonly #settings: Settings
  readonly #hooks: Hooks
  readonly #scope: Scope
  readonly #context: AttemptContext
  readonly #exchange: Exchange
  readonly #resumes: boolean
  #turn: Turn | undefined
  #request: RequestTemplate<AttemptContext>
  #init: Init | undefined

  /**
   * `owner` is who reads it: collected, it takes the connection with it. `resumes`: it is the
   * resuming request.
   */
  constructor(
    settings: Settings,
    hooks: Hooks,
    scope: Scope,
    owner: object,
    context: AttemptContext,
    resumes: boolean,
  ) {
    this.#settings = settings
    this.#hooks = hooks
    this.#scope = scope
    this.#context = context
    this.#resumes = resumes
    this.#request = settings.request
    this.#exchange = new Exchange(scope, owner)
  }

  /** Aborts whatever is under way, or lets the response end first. */
  close(drains: number): void {
    if (drains) this.#exchange.drain(this.response!)
    else this.#exchange.close()
    this.#turn?.release()
  }

  /**
   * Asks the page for headers and body, and takes a turn among the origin's streams. Returns a
   * promise only if there is something to wait for.
   */
  prepare(): unknown {
    const { request, resume, maxConnections } = this.#settings
    const template = this.#resumes ? resume! : request
    return chain(prepareAt(template, this.#context, this.#context.attempt), ([resolved, init]) => {
      this.#request = resolved
      const { attempt, lastEventId } = this.#context
      // A replay is cut by count: the server is not to cut it, too.
      const id = this.#resumes && resume!.replays ? '' : lastEventId
      setStreamHeaders(init.headers, id, attempt, this.#hooks.accept)
      init.signal = this.#exchange.signal
      this.#init = init
      if (maxConnections === Infinity) return undefined
      this.#turn = takeTurn(resolved.url, maxConnections, this.#scope)
      return this.#turn.ready
    })
  }

  /** Sends the request. Resolves to the response, or to why there is none. */
  send(): Promise<Response | StreamError> {
    const { send: sendIt = send } = this.#hooks
    return sendIt(this.#request, this.#init!, this.#context.attempt)
  }

  get url(): string {
    return this.#request.url
  }

  /** Takes the response, and finds out what it is. */
  judge(response: Response, machine: StreamHandle, tap: Tap | undefined): void {
    this.response = response
    // Look-alikes may have no status.
    const { status = 200, headers } = response
    const type = `${headers.get('content-type') ?? ''}`
    const verdict = machine.judge(status, type)
    this.verdict = this.#hooks.judge?.(verdict, response) ?? verdict
    if (this.verdict === VERDICT_WRONG_TYPE && tap?.takes(type)) this.verdict = VERDICT_READ
  }

  /** Shows the response to the page. Throws an error `'refused'` if the page throws. */
  async show(): Promise<void> {
    const response = this.response!
    try {
      await this.#settings.onOpen?.(response)
    } catch (cause) {
      const { status, headers } = response
      const details = { status, headers, attempt: this.#context.attempt, cause }
      throw new StreamError('refused', 'onOpen refused the response', details)
    }
  }

  /** Takes the response's body. Throws an error `'unsupported'` if it can't be read. */
  take(): void {
    this.#exchange.take(this.response!)
  }

  /** Reads the next chunk. */
  read(): ReturnType<Chunks['next']> {
    return this.#exchange.read()
  }

  /** Reads the start of a response that is refused, for its error. */
  refusal(): Promise<StreamError> {
    const { attempt } = this.#context
    // Who judges by itself has no option `format`.
    const hint = this.#hooks.judge ? '' : TEXT_SET_FORMAT[0]
    return refusalOf(this.failure, this.#request, this.response!, attempt, this.#scope, hint)
  }

  /** Why the response is refused. */
  get failure(): typeof FAILURE_HTTP | typeof FAILURE_CONTENT_TYPE {
    return this.verdict === VERDICT_REFUSAL ? FAILURE_HTTP : FAILURE_CONTENT_TYPE
  }

  /** The error of a read that was rejected. */
  broken(cause: unknown): StreamError {
    return broken(this.url, this.events, this.#context.attempt, cause)
  }
}
