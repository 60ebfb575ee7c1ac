import type { ChatTransport, HttpChatTransportInitOptions, UIMessage } from 'ai'

export type Sending<M extends UIMessage> = Parameters<ChatTransport<M>['sendMessages']>[0]
export type Reconnecting<M extends UIMessage> = Parameters<ChatTransport<M>['reconnectToStream']>[0]
/** What all requests of a chat have. */
export type Chat<M extends UIMessage> = Omit<Reconnecting<M>, 'abortSignal'>

/** What the page has prepared of a request. */
export interface Prepared {
  api?: string
  headers?: HeadersInit
  credentials?: RequestCredentials
}

/** A request as it goes out. */
export interface ChatRequest {
  api: string
  headers: Record<string, string>
  credentials: RequestCredentials | undefined
}

/** What the page's functions prepare a request from. */
interface Base extends ChatRequest {
  body: Record<string, unknown>
  requestMetadata: unknown
}

/** The requests of a transport's chats. */
export class ChatRequests<M extends UIMessage> {
  readonly #options: HttpChatTransportInitOptions<M>

  constructor(options: HttpChatTransportInitOptions<M>) {
    this.#options = options
  }

  /** Returns the request that begins an answer, its body, and what the page has prepared of it. */
  async send(sending: Sending<M>): Promise<[ChatRequest, string, Prepared | undefined]> {
    const { chatId: id, messages, trigger, messageId } = sending
    const base = await this.#base(sending)
    const own = { id, messages, trigger, messageId }
    const prepared = await this.#options.prepareSendMessagesRequest?.({ ...base, ...own })
    const body = prepared?.body === undefined ? { ...base.body, ...own } : prepared.body
    return [replaced(base, prepared), JSON.stringify(body), prepared]
  }

  /** Returns the request that goes on with an answer. */
  async reconnect(chat: Chat<M>): Promise<ChatRequest> {
    const base = await this.#base(chat)
    const prepared = await this.#prepareReconnect(chat, base)
    const api = prepared?.api ?? pathOf(base.api, chat.chatId, 'stream')
    return { ...replaced(base, prepared), api }
  }

  /**
   * Returns the request that stops an answer: beside the chat's reconnect request, and prepared as that
   * is. What is not prepared there is as in the request that began the answer, `first`.
   */
  async stop(chat: Chat<M>, first: Prepared | undefined): Promise<ChatRequest> {
    const base = await this.#base(chat)
    const begun = replaced(base, first)
    const prepared = await this.#prepareReconnect(chat, base)
    const [, path, query = ''] = /^([^?#]*\/)stream([?#].*)?$/s.exec(prepared?.api ?? '') ?? []
    const api = path ? `${path}stop${query}` : pathOf(begun.api, chat.chatId, 'stop')
    return { ...replaced(begun, prepared), api }
  }

  async #base({ headers, body, metadata }: Chat<M>): Promise<Base> {
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

  #prepareReconnect({ chatId: id }: Chat<M>, base: Base) {
    return this.#options.prepareReconnectToStreamRequest?.({ ...base, id })
  }
}

function replaced(base: ChatRequest, prepared: Prepared | undefined): ChatRequest {
  const { api, headers, credentials } = prepared ?? {}
  return {
    api: api ?? base.api,
    headers: headers === undefined ? base.headers : recordOf(headers),
    credentials: credentials ?? base.credentials,
  }
}

async function resolved<T>(value: T | PromiseLike<T> | (() => T | PromiseLike<T>) | undefined) {
  return typeof value === 'function' ? (value as () => T)() : value
}

/** As the SDK reads them: later ones replace earlier ones, whatever the case of their names. */
function recordOf(headers: HeadersInit | undefined): Record<string, string> {
  const isList = Symbol.iterator in Object(headers)
  const record: Record<string, string> = {}
  for (const [name, value] of isList ? (headers as Headers) : Object.entries(headers ?? {})) {
    if (value !== undefined && value !== null) record[name.toLowerCase()] = value
  }
  return record
}

/** A route of a chat, as the SDK makes it: behind the path, before the query. */
function pathOf(api: string, chatId: string, route: string): string {
  if (/^\.\.?$/.test(chatId)) {
    throw new Error('Chat IDs must not be "." or "..": prepare the URL of the request yourself')
  }
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(api)!
  return `${path.replace(/\/$/, '')}/${encodeURIComponent(chatId)}/${route}${rest}`
}
