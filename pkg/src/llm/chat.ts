import { recall } from '../remember.js'
import type { ResumeStreamOptions } from '../resume-stream.js'
import { EventStream } from '../stream/event-stream.js'
import { tagOf } from '../bytes.js'
import { invalid } from '../fetch/request.js'
import type { Body, CancelContext, CancelOptions, OpenOptions } from '../options.js'
import type { CancelResult } from '../outcome.js'
import { textOf, type TextStream } from './streams.js'

/** One turn of a conversation. Further members are sent along. */
export interface ChatMessage {
  /** `'system'`, `'user'`, `'assistant'`, or what else the backend knows. */
  role: string
  content: unknown
}

/** The options of `openChat`: those of `openStream`, and the conversation. */
export interface ChatOptions extends Omit<OpenOptions, 'body' | 'cancel'> {
  messages: readonly ChatMessage[]
  /**
   * Further members of the request's JSON body, such as `{ model, stream: true }`. A `FormData` or
   * `URLSearchParams` is sent as such: a copy of it with the members `messages`, as JSON, and
   * `sessionId`.
   */
  body?: object
  /**
   * The endpoint that stops the answer, or all of the option `cancel` of `openStream`. Its JSON body
   * gets the `sessionId`; a body that is no plain object, such as a `FormData`, stays as it is.
   */
  cancel?: string | URL | CancelOptions
  /** Names this answer. Default: a new random UUID. */
  sessionId?: string
}

/** An answer on its way: its texts, and how to stop it. Made by `openChat`. */
export interface Chat extends TextStream {
  /** Names this answer, to the endpoint and to the one that cancels. */
  readonly sessionId: string
  /** The stream that the texts are of: its state, its outcome. Nobody else is to read it. */
  readonly stream: EventStream
  /** Stops the answer here and on the server, as `EventStream.cancel` does. Never rejects. */
  cancel(reason?: unknown): Promise<CancelResult>
}

/**
 * POSTs a conversation and gives the answer's text, whichever of the known formats it comes in.
 *
 * The JSON body is `{ messages, sessionId }` and the members of `body`. The same `sessionId` goes
 * to the endpoint that cancels, and is the `job` of `resume` and `cancel` unless the option `job` finds
 * one.
 *
 * Throws a `StreamError` `'invalid-options'` for a body that members can't be added to.
 *
 * @param url absolute, or relative to the page
 */
export function openChat(url: string | URL, options: ChatOptions): Chat {
  const { messages, body, cancel, sessionId = newId(), ...rest } = options
  const request = {
    method: 'POST',
    ...rest,
    body: bodyOf(messages, body, sessionId),
    ...(cancel && { cancel: withSession(cancel, sessionId) }),
  }
  return chatOf(new EventStream(url, request, { session: sessionId }), sessionId)
}

/** The options of `resumeChat`: those of `openChat` that are not of the first request. */
export interface ResumeChatOptions
  extends Omit<ResumeStreamOptions, 'cancel'>, Pick<ChatOptions, 'cancel'> {}

/**
 * Goes on with an answer that runs, in a page that was reloaded: one that `openChat` was to
 * `remember` under this name. Returns `undefined` if there is none.
 *
 * Its text begins behind the last event that the page before got, or with `resume.replays` at the
 * start of the answer. The `sessionId` is that of the answer.
 *
 * @param name what the option `remember` was
 * @param options those of the first page: functions and headers are not kept
 */
export function resumeChat(name: string, options: ResumeChatOptions): Chat | undefined {
  const start = recall(name)
  if (!start) return undefined
  const { cancel, ...rest } = options
  const { session = newId() } = start
  const request = {
    ...rest,
    remember: name,
    ...(cancel && { cancel: withSession(cancel, session) }),
  }
  return chatOf(new EventStream(undefined, request, { start, session }), session)
}

function chatOf(stream: EventStream, sessionId: string): Chat {
  const cancel = (reason?: unknown) => stream.cancel(reason)
  return Object.assign(textOf(stream), { stream, sessionId, cancel }) as Chat
}

function bodyOf(messages: unknown, body: object | undefined, sessionId: string): object {
  const form = body as FormData | undefined
  if (typeof form?.append === 'function' && typeof form.forEach === 'function') {
    // Of the same realm, and the page's own stays as it is.
    const copy = new (form.constructor as typeof FormData)()
    form.forEach((value, name) => copy.append(name, value as string))
    copy.set('messages', JSON.stringify(messages))
    copy.set('sessionId', sessionId)
    return copy
  }
  if (!isPlain(body)) {
    throw invalid('`body` must be a plain object or a form')
  }
  const { toJSON } = Object(body) as { toJSON?: () => object }
  return { messages, ...(typeof toJSON === 'function' ? toJSON.call(body) : body), sessionId }
}

function withSession(cancel: string | URL | CancelOptions, sessionId: string): CancelOptions {
  const options = typeof cancel === 'string' || 'href' in cancel ? { url: cancel } : cancel
  const { body } = options as CancelOptions
  const add = (given: Body): Body => (isPlain(given) ? { ...given, sessionId } : given)
  const called = (context: CancelContext) => {
    const given = (body as (context: CancelContext) => Body & Partial<Promise<Body>>)(context)
    // What is there at once has to stay so: a page that goes away does not wait.
    return given?.then ? given.then(add) : add(given)
  }
  return { ...options, body: typeof body === 'function' ? called : add(body) }
}

function isPlain(body: Body): body is object | null | undefined {
  return body == null || tagOf(body) === '[object Object]'
}

/** A random UUID, also on a page over plain HTTP, which has no `crypto.randomUUID`. */
function newId(): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => {
    return (crypto.getRandomValues(new Uint8Array(1))[0]! & 15).toString(16)
  })
}
