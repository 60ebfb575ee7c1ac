import { recall } from '../remember.js'
import { type ResumeStreamOptions, streamFrom } from '../resume-stream.js'
import { EventStream } from '../stream/event-stream.js'
import { tagOf } from '../bytes.js'
import { invalid, isSafe } from '../fetch/request.js'
import type { Body, CancelContext, CancelOptions, OpenOptions } from '../options.js'
import type { CancelResult } from '../outcome.js'
import { textOf, type TextStream } from './streams.js'

/** A turn of a conversation. Other members are sent, too. */
export interface ChatMessage {
  /** The author: `'system'`, `'user'`, `'assistant'`, or another role that the backend knows. */
  role: string
  /** The text, or what else the backend accepts. */
  content: unknown
}

/** The options of `openChat`: those of `openStream`, and the conversation. */
export interface ChatOptions extends Omit<OpenOptions, 'body' | 'cancel'> {
  /** The conversation so far. */
  messages: readonly ChatMessage[]
  /**
   * Other members of the request's JSON body, such as `{ model, stream: true }`. A `FormData` or
   * `URLSearchParams` is sent as a copy with two more members: `messages` as JSON, and `sessionId`.
   * Default: none.
   */
  body?: object
  /**
   * The URL of the endpoint that stops the answer, or the option `cancel` of `openStream`. The
   * `sessionId` is added to its JSON body; a body that is no plain object is sent unchanged. A GET has
   * no body: its URL may be a function, whose `job` is the `sessionId`. Default: none.
   */
  cancel?: string | URL | CancelOptions
  /** The name of this answer. Default: a random UUID. */
  sessionId?: string
}

/** A running answer, as `openChat` returns it: its texts, and how to stop it. */
export interface Chat extends TextStream {
  /** The name of this answer, which both endpoints receive. */
  readonly sessionId: string
  /** The stream of the answer, for its state and outcome. Don't iterate it. */
  readonly stream: EventStream
  /**
   * Stops the answer here and on the server, as `EventStream.cancel` does. Never rejects.
   *
   * @param reason for the functions of the option `cancel`
   */
  cancel(reason?: unknown): Promise<CancelResult>
}

/**
 * POSTs a conversation, and returns the text of the answer in any of the known formats.
 *
 * The JSON body is `{ messages, sessionId }` with the members of `body`. The cancelling endpoint
 * receives the same `sessionId`. It is also the `job` of `resume` and `cancel`, unless the option `job`
 * finds one.
 *
 * Throws a `StreamError` `'invalid-options'` if members can't be added to the body.
 *
 * @param url the URL, absolute or relative to the page
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

/** The options of `resumeChat`: those of `openChat`, without those of the first request. */
export interface ResumeChatOptions
  extends Omit<ResumeStreamOptions, 'cancel'>, Pick<ChatOptions, 'cancel'> {}

/**
 * Continues a running answer after the page was reloaded: one that `openChat` opened with the option
 * `remember`. Returns `undefined` if no answer is remembered under this name.
 *
 * The text continues after the last event that the page received before the reload, or with
 * `resume.replays` at the start of the answer. The `sessionId` is that of the answer.
 *
 * @param name the value of the option `remember`
 * @param options the same options as for `openChat`: functions and headers are not kept
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
  return chatOf(streamFrom(start, request, { session }), session)
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
  const { body, method } = options as CancelOptions
  if (method && isSafe(method)) return options
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
