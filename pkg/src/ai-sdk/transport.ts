import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai'
import { VERDICT_READ, VERDICT_WRONG_TYPE } from '../border.js'
import { abortError, isStreamError, StreamError } from '../error.js'
import { asOfFetch } from '../fetch/as-of-fetch.js'
import { send } from '../fetch/request.js'
import type { OpenOptions } from '../options.js'
import type { CancelResult } from '../outcome.js'
import { EventStream } from '../stream/event-stream.js'
import type { SluicegateChatTransportOptions } from './options.js'
import { isLast, partOf } from './parts.js'
import {
  type Chat,
  type ChatRequest,
  ChatRequests,
  type Prepared,
  type Reconnecting,
  type Sending,
} from './requests.js'

const JSON_TYPE = { 'content-type': 'application/json' }

/** A request that is being prepared. */
interface Pending {
  chatId: string
  isCancelled: boolean
}

/** An answer under way. */
interface Answer {
  stream: EventStream
  /** The parts that were received and not delivered yet. */
  parts: UIMessageChunk[]
  /** Whether the last part was received. */
  isOver: boolean
}

/**
 * A chat transport whose answers survive broken connections: they are resumed, and `cancel()` stops the
 * backend. An abort only disconnects.
 */
export class SluicegateChatTransport<
  UI_MESSAGE extends UIMessage = UIMessage,
> implements ChatTransport<UI_MESSAGE> {
  /** The option of that name. The AI SDK reads it. */
  readonly resumeStreamIsReplay: boolean
  readonly #options: SluicegateChatTransportOptions<UI_MESSAGE>
  readonly #requests: ChatRequests<UI_MESSAGE>
  readonly #pending = new Set<Pending>()
  readonly #streams = new Map<string, EventStream>()

  constructor(options: SluicegateChatTransportOptions<UI_MESSAGE> = {}) {
    this.#options = options
    this.#requests = new ChatRequests(options)
    this.resumeStreamIsReplay = options.resumeStreamIsReplay ?? true
  }

  /** Sends the messages of a chat. Resolves to the parts of the answer. */
  readonly sendMessages = async (
    sending: Sending<UI_MESSAGE>,
  ): Promise<ReadableStream<UIMessageChunk>> => {
    const { abortSignal: signal } = sending
    const preparing = this.#requests.send(sending)
    const answer = await this.#prepare(sending, preparing, ([request, body, prepared]) =>
      this.#open(sending, request, prepared, { method: 'POST', body, signal }),
    )
    const parts = await partsOf(answer)
    if (!parts) throw new Error('The response body is empty.')
    return parts
  }

  /** Reconnects to the answer of a chat. Resolves to `null` if the backend answers 204. */
  readonly reconnectToStream = async (
    reconnecting: Reconnecting<UI_MESSAGE>,
  ): Promise<ReadableStream<UIMessageChunk> | null> => {
    const { abortSignal: signal } = reconnecting
    const preparing = this.#requests.reconnect(reconnecting)
    const answer = await this.#prepare(reconnecting, preparing, (request) =>
      this.#open(reconnecting, request, undefined, { signal }),
    )
    return partsOf(answer)
  }

  /**
   * Stops the answer of a chat here and at the backend. The `onFinish` of the chat is called with
   * `isAbort`, as after a stop by the user. Never rejects.
   *
   * @param extra the JSON body of the stop request. Default: `{}`
   */
  readonly cancel = async (chatId: string, extra?: unknown): Promise<CancelResult> => {
    let aborted = false
    for (const pending of this.#pending) {
      if (pending.chatId !== chatId) continue
      pending.isCancelled = true
      aborted = true
    }
    const stream = this.#streams.get(chatId)
    return stream ? stream.cancel(extra) : { aborted, notified: false }
  }

  /** Opens an answer once its request is prepared, unless `cancel()` was called meanwhile. */
  async #prepare<T>(
    { chatId }: Chat<UI_MESSAGE>,
    preparing: Promise<T>,
    open: (prepared: T) => Answer,
  ): Promise<Answer> {
    const pending: Pending = { chatId, isCancelled: false }
    this.#pending.add(pending)
    try {
      const prepared = await preparing
      if (pending.isCancelled) throw cancelled()
      return open(prepared)
    } finally {
      this.#pending.delete(pending)
    }
  }

  /** Sends a request for an answer. `prepared`: what the page prepared of the one that began it. */
  #open(
    chat: Chat<UI_MESSAGE>,
    request: ChatRequest,
    prepared: Prepared | undefined,
    init: OpenOptions,
  ): Answer {
    const { chatId } = chat
    const { retry: given, resume, cancel, idleTimeout, fetch } = this.#options
    // `true` would send the question again.
    const retry = ((given as unknown) === true ? undefined : given) ?? { maxAttempts: 5 }
    const { connectTimeout = Infinity } = this.#options
    /** The last request of the answer, and the one that stops it. */
    let last: ChatRequest | undefined = request
    let stop: ChatRequest | undefined
    // As the SDK calls it: with the URL that the page wrote.
    const fetchAs =
      (request: ChatRequest | undefined): typeof globalThis.fetch =>
      (url, init) => {
        const send = fetch ?? globalThis.fetch
        if (!request) return send(url as string, init)
        const { api, credentials } = request
        return send(api, { ...init, credentials } as RequestInit)
      }
    const options = {
      ...init,
      format: 'sse',
      connectTimeout,
      headers: init.method ? { ...JSON_TYPE, ...request.headers } : request.headers,
      credentials: request.credentials,
      done: ({ data }) => {
        if (data === '[DONE]') return true
        const part = partOf(data)
        answer.parts.push(part)
        answer.isOver ||= isLast(part)
        return false
      },
      // What is no object is refused, unless it is `false`.
      retry:
        typeof retry === 'object'
          ? {
              ...retry,
              // Behind the last part there is nothing to resume for.
              shouldRetry: (error, attempt) =>
                !answer.isOver && (retry.shouldRetry?.(error, attempt) ?? error.retryable),
            }
          : retry,
      resume: resume ?? {
        url: async () => (last = await this.#requests.reconnect(chat)).api,
        headers: () => last!.headers,
        replays: this.resumeStreamIsReplay,
      },
      cancel: cancel ?? {
        url: async () => (stop = await this.#requests.stop(chat, prepared)).api,
        headers: () => ({ ...JSON_TYPE, ...stop!.headers }),
        body: ({ reason }) => Object(reason),
      },
      ...(idleTimeout === undefined ? {} : { idleTimeout }),
      // The stop's: the answer's own requests are sent below.
      fetch:
        typeof (fetch ?? fetchAs) === 'function' ? (url, init) => fetchAs(stop)(url, init) : fetch,
    } as OpenOptions
    const stream = new EventStream(request.api, options, {
      session: chatId,
      send: (template, init, attempt) => {
        if (resume && attempt > 1) last = undefined
        return send({ ...template, fetch: fetchAs(last) }, init, attempt)
      },
      // Routes often have no content type, or a wrong one. A page is a login or an error.
      judge: (verdict, { headers }) => {
        const isPage = /^text\/html/i.test(`${headers.get('content-type')}`)
        return verdict === VERDICT_READ && isPage ? VERDICT_WRONG_TYPE : verdict
      },
    })
    const answer: Answer = { stream, parts: [], isOver: false }
    this.#streams.set(chatId, stream)
    void stream.closed.then(() => {
      if (this.#streams.get(chatId) === stream) this.#streams.delete(chatId)
    })
    return answer
  }
}

/** The parts of an answer, once it has begun; `null` if there is none. */
async function partsOf(answer: Answer): Promise<ReadableStream<UIMessageChunk> | null> {
  const { stream, parts } = answer
  try {
    await stream.opened
  } catch (error) {
    const { type } = await stream.closed
    if (type === 'no-content') return null
    if (!isStreamError(error)) throw error
    if (error.code === 'http') throw new Error(error.body || error.message, { cause: error })
    const own = ownErrorOf(error)
    if (own !== undefined) throw own
    throw isOfNetwork(error) ? asOfFetch(error) : error
  }
  const batches = stream.batches()
  return new ReadableStream<UIMessageChunk>(
    {
      pull: async (controller) => {
        try {
          for (;;) {
            const { done, value } = await batches.next()
            if (done) break
            const come = parts.splice(0, value.length)
            for (const part of come) controller.enqueue(part)
            // None came of events that a failure follows.
            if (come.length > 0) return
          }
        } catch (error) {
          if (isStreamError(error) && answer.isOver) return controller.close()
          throw isStreamError(error) && error.code !== 'parse-json' ? asOfFetch(error) : error
        }
        const { type } = await stream.closed
        if (type === 'cancelled') throw cancelled()
        if (type === 'truncated' && !answer.isOver) {
          throw asOfFetch(new StreamError('network', 'the answer ended before its last part'))
        }
        controller.close()
      },
      cancel: () => batches.return!().then(() => undefined),
    },
    { highWaterMark: 0 },
  )
}

function cancelled(): Error {
  return abortError('the answer was cancelled')
}

/** What the page's own `fetch` threw. The platform's throws a `TypeError`. */
function ownErrorOf(error: StreamError): unknown {
  const { code, cause } = error.code === 'retries-exhausted' ? (error.cause as StreamError) : error
  return code === 'network' && Object(cause).name !== 'TypeError' ? cause : undefined
}

function isOfNetwork({ code }: StreamError): boolean {
  return code === 'network' || code === 'retries-exhausted' || code.endsWith('timeout')
}
