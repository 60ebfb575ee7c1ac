import * as border from '../border.js'
import type { Endpoint } from '../fetch/endpoint.js'
import { whole } from '../fetch/chunks.js'
import {
  check,
  invalid,
  isRequest,
  isSafe,
  isStream,
  repeatable,
  type RequestTemplate,
  resolveUrl,
  takes,
} from '../fetch/request.js'
import type {
  AckContext,
  AttemptContext,
  CancelContext,
  FetchFunction,
  OpenOptions,
  RetryOptions,
} from '../options.js'
import { StreamHandle } from '../stream-handle.js'
import type { Hooks } from './hooks.js'
import {
  functionsOf,
  readAck,
  readCancel,
  readResume,
  readRetry,
  type Resume,
} from './option-groups.js'
import type { Start } from './position.js'
import { Reader } from './reader.js'

/** Milliseconds until the response's headers, unless the page says otherwise. */
const CONNECT_TIMEOUT = 30_000

/** Bytes of one event, unless the page says otherwise. */
export const MAX_EVENT_SIZE = 16 * 1024 * 1024

/** The options that are passed to `fetch` unchanged. */
export const FETCH_MEMBERS = [
  'credentials',
  'mode',
  'cache',
  'redirect',
  'referrer',
  'referrerPolicy',
  'integrity',
  'priority',
] as const

const NO_STORE: RequestInit = { cache: 'no-store' }

/** A stream's options, checked. */
export interface Settings {
  request: RequestTemplate<AttemptContext>
  signal: AbortSignal | undefined
  /** Milliseconds. */
  connectTimeout: number
  idleTimeout: number
  maxEventSize: number
  lastEventId: string
  maxConnections: number
  done: OpenOptions['done']
  job: OpenOptions['job']
  cursor: OpenOptions['cursor']
  /** Absent if no other request continues the answer. */
  resume: Resume | undefined
  start: Start
  /** Whether the answer began before this stream. */
  isResumed: boolean
  /** The job of an answer that names none. */
  session: string | undefined
  cancel: Endpoint<CancelContext> | undefined
  /** Whether functions say how to cancel, so that the job has to be known. */
  cancelNeedsJob: boolean
  /** Whether the first request is the resuming one. */
  resumesFirst: boolean
  ack: Endpoint<AckContext> | undefined
  ackEvery: number
  onOpen: OpenOptions['onOpen']
  onRetry: OpenOptions['onRetry']
  onComment: OpenOptions['onComment']
  shouldRetry: RetryOptions['shouldRetry']
}

/**
 * Checks a stream's options. Returns them, and what makes the machine once the module is there. Throws
 * an error `'invalid-options'`.
 */
export function readOptions(
  input: string | URL | Request | undefined,
  options: OpenOptions,
  hooks: Hooks,
): { settings: Settings; makeMachine: () => StreamHandle } {
  if (typeof options !== 'object' || options === null) {
    throw invalid('the options must be an object')
  }
  if (isRequest(input)) options = withRequest(input, options)
  const reader = new Reader(options)
  // WHATWG HTML, 9.2.2. Cloudflare's Workers refuse it up to a compatibility date: they have no such cache.
  const init: RequestInit = takes(NO_STORE) ? { ...NO_STORE } : {}
  for (const name of FETCH_MEMBERS) {
    const value = reader.get(name)
    if (value !== undefined) Object.assign(init, { [name]: value })
  }
  const fetch = reader.function<FetchFunction>('fetch')
  const [cancel, on] = readCancel(options.cancel, init, fetch)
  const [ack, ackEvery] = readAck(options.ack, init, fetch)
  const request: RequestTemplate<AttemptContext> = {
    // Of an answer that began in a page before, only the resuming request is sent.
    url: hooks.start ? '' : resolveUrl(isRequest(input) ? input.url : input),
    method: reader.method('GET'),
    headers: repeatable(reader.get('headers')),
    body: reader.get('body'),
    init,
    fetch,
  }
  if (!hooks.start) check(request)
  const format = reader.oneOf('format', ['sse', 'ndjson'])
  const stringOrFunction = <T>(name: string) =>
    reader.get<T>(name, 'a string or a function', (value: unknown) => {
      return typeof value === 'string' || typeof value === 'function'
    })
  const done = stringOrFunction<OpenOptions['done']>('done')
  const job = stringOrFunction<OpenOptions['job']>('job')
  const resume = readResume(options.resume, request)
  const remember = reader.string('remember')
  if (remember !== undefined && !resume) throw invalid('`remember` needs `resume`')
  const isResumed = resume !== undefined && (hooks.start !== undefined || typeof job === 'string')
  const cancelNeedsJob =
    typeof job === 'function' && functionsOf(cancel).some((one) => typeof one === 'function')
  const [mode, policy, retry] = readRetry(reader, resume !== undefined)
  const connectTimeout = reader.number('connectTimeout', 1) ?? CONNECT_TIMEOUT
  const idleTimeout = reader.number('idleTimeout', 1) ?? Infinity
  const maxEventSize = reader.number('maxEventSize', 1) ?? MAX_EVENT_SIZE
  const lastEventId = reader.string('lastEventId') ?? ''
  // A replay begins at the start, whatever came before.
  const known = resume?.replays ? { job: hooks.start?.job } : hooks.start
  const start: Start = { lastEventId, events: 0, bytes: 0, ...known }
  const findsJob = typeof job === 'function' && !hooks.start
  const isPausing = reader.oneOf('whenHidden', ['keep', 'pause']) === 1
  const settings: Settings = {
    request,
    connectTimeout,
    idleTimeout,
    maxEventSize,
    lastEventId: start.lastEventId,
    maxConnections: reader.number('maxConnections', 1) ?? Infinity,
    done,
    job,
    cursor: reader.function('cursor'),
    resume,
    start,
    isResumed,
    session: hooks.session,
    cancel,
    cancelNeedsJob,
    resumesFirst: isResumed && !findsJob,
    ack,
    ackEvery,
    onOpen: reader.function('onOpen'),
    onRetry: reader.function('onRetry'),
    onComment: reader.function('onComment'),
    shouldRetry: retry.function('shouldRetry'),
    // Not by its class: it may be of another realm, or a look-alike.
    signal: reader.get('signal', 'an AbortSignal', isSignal),
  }
  const flags =
    [0, border.FLAG_SSE, border.FLAG_NDJSON][format + 1]! |
    on |
    mode |
    (cancel ? border.FLAG_CANCEL : 0) |
    (done === undefined ? 0 : border.FLAG_DONE) |
    (settings.onComment ? border.FLAG_COMMENTS : 0) |
    (settings.shouldRetry ? border.FLAG_ASKS_RETRY : 0) |
    (hooks.bodyEnded ? border.FLAG_ASKS_END : 0) |
    // Whose bytes are handed on was requested before.
    (hooks.handOn ? border.FLAG_HANDS_ON_BYTES | border.FLAG_ON_UNSENT : 0) |
    (isPausing ? border.FLAG_PAUSES : 0) |
    // What began in a page before is at its end at the end of a response.
    (isSafe(request.method) && !isResumed ? border.FLAG_SAFE : 0) |
    // A stream as a body is read only once.
    (isStream(request.body) ? 0 : border.FLAG_REPEATABLE) |
    (resume ? border.FLAG_RESUMES : 0) |
    (resume?.replays ? border.FLAG_REPLAYS : 0) |
    (isResumed ? border.FLAG_RESUMES_FIRST : 0) |
    (findsJob ? border.FLAG_FINDS_JOB : 0) |
    (cancelNeedsJob ? border.FLAG_CANCEL_NEEDS_JOB : 0)
  const makeMachine = () => {
    const size = sizeOf(maxEventSize)
    const machine = new StreamHandle(flags, size, connectTimeout, idleTimeout)
    machine.policy = policy
    machine.lastEventId = start.lastEventId
    if (typeof done === 'string') machine.marker = done
    return machine
  }
  return { settings, makeMachine }
}

/** The members of a `Request`, replaced by those that the options have, as in `fetch`. */
export function withRequest(request: Request, options: OpenOptions): OpenOptions {
  if (request.bodyUsed) throw invalid('the body of the Request was read already')
  const all: Record<string, unknown> = {}
  for (const name of [...FETCH_MEMBERS, 'method', 'headers', 'signal'] as const) {
    if (options[name] === undefined) all[name] = (request as OpenOptions)[name]
  }
  // Said or not, it is there: ours is another default.
  if (all['cache'] === 'default') delete all['cache']
  let body: Promise<{ value?: unknown }> | undefined
  if (!isSafe(request.method) && options.body == null) {
    all['body'] = async () => (await (body ??= whole(request).next())).value
  }
  // Not copied: a class may have getters.
  return Object.setPrototypeOf(all, options) as OpenOptions
}

/** As many bytes as the module can count. */
export function sizeOf(maxEventSize: number): number {
  return Math.min(maxEventSize, 2 ** 31)
}

function isSignal(value: AbortSignal): boolean {
  return typeof value.aborted === 'boolean' && typeof value.addEventListener === 'function'
}
