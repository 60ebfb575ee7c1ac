import type { OpenOptions } from '../options.js'
import type { CancelResult } from '../outcome.js'
import { load } from '../wasm.js'
import { Reader } from '../stream/reader.js'
import { readOptions } from '../stream/settings.js'
import { isRequest, isStream, membersOf } from './request.js'
import { sentSignals, Surviving } from './surviving.js'

/** The options of `createFetch`: those of `openStream` that apply to any request, and two more. */
export interface FetchOptions extends Pick<
  OpenOptions,
  | 'cancel'
  | 'connectTimeout'
  | 'cursor'
  | 'done'
  | 'idleTimeout'
  | 'maxEventSize'
  | 'onRetry'
  | 'resume'
  | 'retry'
  | 'whenHidden'
> {
  /** The function to use instead of the global `fetch`. It gets what the function returned here gets. */
  fetch?: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>
  /** Returns the job that works on the answer, as in `openStream`. */
  job?: Exclude<OpenOptions['job'], string>
  /**
   * Returns a name for the answer of a request, for `cancel(name)`. Called before each request. Without
   * the option `job`, the name is also the `job` of `resume` and `cancel`.
   */
  key?: (request: Request) => string | undefined | Promise<string | undefined>
  /** Whether NDJSON responses are resumed, too. Default: `false`. */
  ndjson?: boolean
}

/** A `fetch` whose event streams continue after their connection broke. */
export interface StreamingFetch {
  /** Requests a resource, with the signature of `fetch`. */
  (input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /**
   * Stops an answer, and notifies the backend as the option `cancel` says. The body of the answer fails
   * with an `AbortError`. Never rejects.
   *
   * @param answer a response of this `fetch`, or the name that `key` returned for its request
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
  /** Settles when the calls so far have their names. */
  let named: Promise<unknown> | undefined

  /** The page's `fetch`. That may be the function that is returned. */
  let pageFetch: typeof fetch = (...request) => {
    const { fetch: current } = globalThis
    return (current === fetchOf ? before : current)(...request)
  }

  const fetchOf = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    // It is the page's, and others have wrapped it, such as Sentry.
    if (sentSignals.has(init?.signal as AbortSignal)) return (pageFetch = before)(input, init)
    init &&= membersOf(init)
    // What is wrong with them is told before anything is sent.
    const reader = new Reader(options)
    reader.function('key')
    reader.function('job')
    readOptions('data:', options as OpenOptions, {})
    // The module is compiled while the request is under way.
    load().catch(() => undefined)
    const naming = (async () => key?.(requestOf(input, init)))()
    named = Promise.allSettled([named, naming])
    const name = await naming
    const fetch = options.fetch ?? ((...request) => pageFetch(...request))
    const answer = new Surviving({ ...options, fetch }, name, input, init, () => {
      if (byName.get(name!) === answer) byName.delete(name!)
    })
    if (name !== undefined) byName.set(name, answer)
    const response = await answer.response()
    // Mocks may return nothing.
    byResponse.set(Object(response) as Response, answer)
    return response
  }
  const cancel = async (of: Response | string, reason?: unknown): Promise<CancelResult> => {
    // The name of a request that was sent just before comes later.
    if (typeof of === 'string' && !byName.has(of)) await named
    const answer = byName.get(of as string) ?? byResponse.get(of as Response)
    return answer ? answer.cancel(reason) : { aborted: false, notified: false }
  }
  return Object.assign(fetchOf, { cancel })
}

/** The request of these arguments, to be read: what is sent stays whole. */
function requestOf(input: RequestInfo | URL, init: RequestInit = {}): Request {
  const { body, ...others } = init
  return new Request(isRequest(input) ? input.clone() : input, isStream(body) ? others : init)
}
