import type { OpenOptions } from '../options.js'
import type { CancelResult } from '../outcome.js'
import { load } from '../wasm.js'
import { isRequest, isStream } from './request.js'
import { Surviving } from './surviving.js'

/** The options of `createFetch`: those of `openStream` that are not one request's, and two more. */
export interface FetchOptions extends Pick<
  OpenOptions,
  | 'cancel'
  | 'connectTimeout'
  | 'cursor'
  | 'done'
  | 'fetch'
  | 'idleTimeout'
  | 'maxEventSize'
  | 'onRetry'
  | 'resume'
  | 'retry'
  | 'whenHidden'
> {
  /** Finds the job that works on the answer, in an event or in the response. */
  job?: Exclude<OpenOptions['job'], string>
  /**
   * The name of a request's answer, for `cancel(name)`. Called before each request. Where the option
   * `job` is absent, it is also the `job` that `resume` and `cancel` are called with.
   */
  key?: (request: Request) => string | undefined | Promise<string | undefined>
  /** Whether NDJSON is kept alive, too. Default: `false`, it passes through. */
  ndjson?: boolean
}

/** A `fetch` whose event streams go on when their connection breaks. */
export interface StreamingFetch {
  (input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /**
   * Stops an answer here and notifies the backend, as the option `cancel` says. Its body fails with an
   * `AbortError`.
   *
   * @param answer a response of this `fetch`, or what `key` returned for its request
   * @param reason for the functions of the option `cancel`
   */
  cancel(answer: Response | string, reason?: unknown): Promise<CancelResult>
}

/**
 * Returns a function with the signature of `fetch`. All responses that are no event streams are
 * those of `fetch` itself.
 *
 * It may replace the page's own: `globalThis.fetch = createFetch()`.
 *
 * An event stream's body is the server's own bytes. When its connection breaks, it is requested again,
 * and the bytes go on behind the last whole event. What can't be resumed fails as `fetch` does, with a
 * `TypeError` whose cause is a `StreamError`.
 */
export function createFetch(options: FetchOptions = {}): StreamingFetch {
  const { key } = options
  const before = globalThis.fetch
  const byName = new Map<string, Surviving>()
  const byResponse = new WeakMap<Response, Surviving>()

  const fetchOf = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    // Meanwhile the request is under way.
    load().catch(() => undefined)
    const name = await key?.(requestOf(input, init))
    // A page may make the function that is returned its own `fetch`.
    const { fetch: current } = globalThis
    const fetch = options.fetch ?? (current === fetchOf ? before : current)
    const answer = new Surviving({ ...options, fetch }, name, input, init, () => {
      if (byName.get(name!) === answer) byName.delete(name!)
    })
    if (name !== undefined) byName.set(name, answer)
    const response = await answer.response()
    byResponse.set(response, answer)
    return response
  }
  const cancel = async (of: Response | string, reason?: unknown): Promise<CancelResult> => {
    const answer = typeof of === 'string' ? byName.get(of) : byResponse.get(of)
    return answer ? answer.cancel(reason) : { aborted: false, notified: false }
  }
  return Object.assign(fetchOf, { cancel })
}

/** The request of these arguments, to be read: what is sent stays whole. */
function requestOf(input: RequestInfo | URL, init: RequestInit = {}): Request {
  const { body, ...others } = init
  return new Request(isRequest(input) ? input.clone() : input, isStream(body) ? others : init)
}
