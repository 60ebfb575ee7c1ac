import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai'
import { abortError, isStreamError, StreamError } from '../error.js'
import { asOfFetch } from '../fetch/as-of-fetch.js'
import type { OpenOptions } from '../options.js'
import type { CancelResult } from '../outcome.js'
import { EventStream } from '../stream/event-stream.js'
import type { SluicegateChatTransportOptions } from './options.js'
import { isLast, partOf } from './parts.js'

type Sending<M extends UIMessage> = Parameters<ChatTransport<M>['sendMessages']>[0]
type Reconnecting<M extends UIMessage> = Parameters<ChatTransport<M>['reconnectToStream']>[0]
/** What all requests of a chat have. */
type Chat<M extends UIMessage> = Omit<Reconnecting<M>, 'abortSignal'>

/** A request, with what the page has prepared of it. */
interface Prepared {
  api: string
  headers: Record<string, string>
  credentials: RequestCredentials | undefined
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
  readonly #streams = new Map<string, EventStream>()

  constructor(options: SluicegateChatTransportOptions<UI_MESSAGE> = {}) {
    this.#options = options
    this.resumeStreamIsReplay = options.resumeStreamIsReplay ?? true
  }

  /** Sends the messages of a chat. Resolves to the parts of the answer. */
  readonly sendMessages = async (
    sending: Sending<UI_MESSAGE>,
  ): Promise<ReadableStream<UIMessageChunk>> => {
    const { chatId: id, messages, trigger, messageId, abortSignal } = sending
    const base = await this.#base(sending)
    const prepared = await this.#options.prepareSendMessagesRequest?.({
      ...base,
      id,
      messages,
      trigger,
      messageId,
    })
    const { api, headers, credentials } = replaced(base, prepared)
    const body = prepared?.body ?? { ...base.body, id, messages, trigger, messageId }
    const answer = this.#open(sending, api, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      credentials,
      signal: abortSignal,
    })
    const parts = await partsOf(answer)
    if (!parts) throw new Error('The response body is empty.')
    return parts
  }

  /** Reconnects to the answer of a chat. Resolves to `null` if the backend answers 204. */
  readonly reconnectToStream = async (
    reconnecting: Reconnecting<UI_MESSAGE>,
  ): Promise<ReadableStream<UIMessageChunk> | null> => {
    const { api, headers, credentials } = await this.#reconnecting(reconnecting)
    const { abortSignal } = reconnecting
    return partsOf(this.#open(reconnecting, api, { headers, credentials, signal: abortSignal }))
  }

  /**
   * Stops the answer of a chat here and at the backend. The `onFinish` of the chat is called with
   * `isAbort`, as after a stop by the user. Never rejects.
   *
   * @param extra the JSON body of the stop request. Default: `{}`
   */
  readonly cancel = async (chatId: string, extra?: unknown): Promise<CancelResult> => {
    const stream = this.#streams.get(chatId)
    return stream ? stream.cancel(extra) : { aborted: false, notified: false }
  }

  #open(chat: Chat<UI_MESSAGE>, api: string, request: object): Answer {
    const { chatId } = chat
    const { retry = { maxAttempts: 5 }, resume, cancel, idleTimeout, fetch } = this.#options
    let reconnect: Promise<Prepared> | undefined
    const options = {
      ...request,
      done: ({ data }) => {
        if (data === '[DONE]') return true
        const part = partOf(data)
        answer.parts.push(part)
        answer.isOver = isLast(part)
        return false
      },
      retry: retry && {
        ...retry,
        // Behind the last part there is nothing to resume for.
        shouldRetry: (error, attempt) =>
          !answer.isOver && (retry.shouldRetry?.(error, attempt) ?? error.retryable),
      },
      resume: resume ?? {
        url: async () => (await (reconnect = this.#reconnecting(chat))).api,
        headers: async () => (await reconnect!).headers,
        replays: this.resumeStreamIsReplay,
      },
      cancel: cancel ?? {
        url: () => pathOf(this.#options.api, chatId, 'stop'),
        headers: async () => ({
          'content-type': 'application/json',
          ...(await this.#base(chat)).headers,
        }),
        body: ({ reason }) => Object(reason),
      },
      ...(idleTimeout === undefined ? {} : { idleTimeout }),
      ...(fetch ? { fetch: fetch as OpenOptions['fetch'] } : {}),
    } as OpenOptions
    const stream = new EventStream(api, options, { session: chatId })
    const answer: Answer = { stream, parts: [], isOver: false }
    this.#streams.set(chatId, stream)
    void stream.closed.then(() => {
      if (this.#streams.get(chatId) === stream) this.#streams.delete(chatId)
    })
    return answer
  }

  async #base({ headers, body, metadata }: Chat<UI_MESSAGE>) {
    const { api = '/api/chat', ...options } = this.#options
    const own = await resolved(options.headers)
    return {
      api,
      headers: { ...recordOf(own), ...recordOf(headers) },
      body: { ...(await resolved(options.body)), ...body } as Record<string, unknown>,
      credentials: await resolved(options.credentials),
      requestMetadata: metadata,
    }
  }

  async #reconnecting(chat: Chat<UI_MESSAGE>): Promise<Prepared> {
    const base = await this.#base(chat)
    const id = chat.chatId
    const prepared = await this.#options.prepareReconnectToStreamRequest?.({ ...base, id })
    const { headers, credentials } = replaced(base, prepared)
    return { api: prepared?.api ?? pathOf(base.api, id, 'stream'), headers, credentials }
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
        if (type === 'cancelled') throw abortError('the answer was cancelled')
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

function isOfNetwork({ code }: StreamError): boolean {
  return code === 'network' || code === 'retries-exhausted' || code.endsWith('timeout')
}

function replaced(
  base: Prepared,
  prepared: { api?: string; headers?: HeadersInit; credentials?: RequestCredentials } | undefined,
): Prepared {
  return {
    api: prepared?.api ?? base.api,
    headers: prepared?.headers === undefined ? base.headers : recordOf(prepared.headers),
    credentials: prepared?.credentials ?? base.credentials,
  }
}

async function resolved<T>(value: T | PromiseLike<T> | (() => T | PromiseLike<T>) | undefined) {
  return typeof value === 'function' ? (value as () => T)() : value
}

/** Later ones replace earlier ones, whatever the case of their names. */
function recordOf(headers: HeadersInit | undefined): Record<string, string> {
  const known = Object.entries(headers ?? {}).filter(([, value]) => value !== undefined)
  const isRecord = headers && !(Symbol.iterator in Object(headers))
  return Object.fromEntries(new Headers(isRecord ? Object.fromEntries(known) : headers))
}

/** A route of a chat, as the SDK makes it: behind the path, before the query. */
function pathOf(api = '/api/chat', chatId: string, route: string): string {
  if (/^\.\.?$/.test(chatId)) {
    throw new Error('Chat IDs must not be "." or "..": prepare the URL of the request yourself')
  }
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(api)!
  return `${path.replace(/\/$/, '')}/${encodeURIComponent(chatId)}/${route}${rest}`
}
