import { bytesOf, tagOf } from '../bytes.js'
import { StreamError } from '../error.js'
import { FAILURE_HTTP, TEXT_NO_ANSWER } from '../border.js'
import { errorText } from '../error-text.js'
import { Exchange } from './exchange.js'
import { Scope } from '../scope.js'
import type { Source } from '../options.js'
import type { CancelResult } from '../outcome.js'
import { isPromise } from '../promise.js'
import { displayUrl, prepareAt, type RequestTemplate, send } from './request.js'
import { refusalOf } from './response.js'

/**
 * The longest body that still gets `keepalive`, in bytes: such requests share 64 KiB in flight
 * (Fetch, "HTTP-network-or-cache fetch").
 */
const MAX_KEEPALIVE_BODY = 60 * 1024

/** A small request beside the stream: the cancel notification, an acknowledgement. */
export interface Endpoint<Context> extends Omit<RequestTemplate<Context>, 'url'> {
  readonly url: Source<string | URL, Context>
  /** Milliseconds for the whole exchange. */
  readonly timeout: number
}

/** What became of a notification. */
export type CancelNotification = Omit<CancelResult, 'aborted'>

/**
 * Tells the backend to stop its work. Never rejects. The request leaves before this returns, unless
 * one of the page's functions returns a promise.
 */
export async function notify<Context>(
  endpoint: Endpoint<Context>,
  context: Context,
): Promise<CancelNotification> {
  try {
    return { notified: true, status: await tell(endpoint, context) }
  } catch (error) {
    const { status } = Object(error) as StreamError
    return { notified: false, ...(status !== undefined && { status }), error: error as StreamError }
  }
}

/**
 * Sends one request with an answer of its own: the stream's signal has no part in it. Returns the
 * status of a success. Rejects with a `StreamError`, or with what the page's own code threw.
 */
export async function tell<Context>(
  endpoint: Endpoint<Context>,
  context: Context,
): Promise<number> {
  const scope = new Scope()
  const exchange = new Exchange(scope, scope)
  const { timeout } = endpoint
  let url = ''

  async function answer(): Promise<Response | StreamError> {
    const prepared = prepareAt(endpoint, context)
    const [request, init] = isPromise(prepared) ? await prepared : prepared
    ;({ url } = request)
    const { body } = init
    const { length } = bytesOf(body) ?? bytesOf(`${body as string}`)!
    // A form is as long as its names and values are, files included.
    const isForm = tagOf(body) === '[object FormData]'
    const { size = 0 } = Object(isForm ? new Blob([...(body as FormData)].flat()) : body) as Blob
    // Browsers refuse it for streams.
    init.keepalive = !init.duplex && length + size <= MAX_KEEPALIVE_BODY
    // Aborted already if time was up before the page's functions were through.
    init.signal = exchange.signal
    const response = await send(request, init)
    if (response instanceof StreamError) return response
    const { status = 200 } = response
    return status >= 200 && status < 300
      ? response
      : refusalOf(FAILURE_HTTP, request, response, 0, scope)
  }

  const late = new Promise<StreamError>((resolve) => {
    if (timeout === Infinity) return
    scope.after(timeout, () => {
      const text = errorText(TEXT_NO_ANSWER, displayUrl(url), timeout)
      resolve(new StreamError('connect-timeout', text))
    })
  })
  try {
    const response = await Promise.race([answer(), late])
    if (response instanceof StreamError) throw response
    exchange.drain(response)
    return response.status ?? 200
  } finally {
    scope.close()
  }
}
