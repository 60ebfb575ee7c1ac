import { bytesOf } from '../bytes.js'
import { StreamError } from '../error.js'
import {
  CODES,
  FAILURE_CONTENT_TYPE,
  FAILURE_HTTP,
  TEXT_STATUS,
  TEXT_WRONG_TYPE,
} from '../border.js'
import { errorText } from '../error-text.js'
import type { Scope } from '../scope.js'
import { displayedType, isRetryable } from '../wasm.js'
import { bodyOf, type Chunks } from './chunks.js'
import { displayUrl } from './request.js'

/** Error pages are kept up to this many bytes. */
const MAX_BODY = 64 * 1024

/** Milliseconds: what is read for its start, or for its end, may be a stream that never ends. */
const MAX_WAIT = 1_000

/** The longest text of the server in a message, in UTF-16 units. */
const MAX_REASON = 200

/** Where JSON tells what went wrong, the best place first; the last is the first item of a list. */
const REASONS = 'message error_description errorText error errors detail msg title 0'.split(' ')

/** What can't be printed: logs and terminals obey it. */
const CONTROLS =
  // oxlint-disable-next-line no-control-regex -- those are meant
  /[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu

/**
 * A status that is no success, or a response that is no stream, with the start of the body. `hint` says
 * what else helps against the latter.
 */
export async function refusalOf(
  failure: typeof FAILURE_HTTP | typeof FAILURE_CONTENT_TYPE,
  request: { url: string },
  response: Response,
  attempt: number,
  scope: Scope,
  hint = '',
): Promise<StreamError> {
  const { url, status, statusText, type = '', headers } = response
  const body = await readText(() => bodyOf(response), scope)
  const [parts, detail, more] =
    failure === FAILURE_HTTP
      ? [TEXT_STATUS, `${status} ${statusText || (status ? '' : type)}`.trimEnd(), '']
      : [TEXT_WRONG_TYPE, displayedType(headers.get('content-type') ?? ''), hint]
  const reason = reasonOf(body)
  const text = errorText(parts, displayUrl(url || request.url), detail) + more + reason
  const retryable = isRetryable(failure, status)
  const details = { status, headers, body, attempt, retryable }
  return new StreamError(CODES[failure], text.replace(CONTROLS, escape), details)
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** What the host says of a failure, as the end of a message. */
export function hostReasonOf(cause: unknown): string {
  const { message, cause: deeper } = Object(cause) as Partial<Error>
  // Node tells the real reason one level deeper.
  const { code, message: detail } = Object(deeper) as Partial<Error & { code: string }>
  const details = [code, detail].filter(Boolean).join(': ')
  const reason = `${message ? `: ${message}` : ''}${details && ` (${details})`}`
  return reason.slice(0, MAX_REASON).replace(CONTROLS, escape)
}

/** What a JSON body says, as the end of a message. */
export function reasonOf(body = ''): string {
  try {
    const reason = reasonIn(JSON.parse(body))
    return reason ? `. It says: ${reason.slice(0, MAX_REASON)}` : ''
  } catch {
    return ''
  }
}

/** What a value that was JSON says. */
export function reasonIn(value: any): string | undefined {
  if (typeof value === 'string') return value
  for (const name of REASONS) {
    const member = value?.[name]
    // Some list errors by the name of a field.
    const reason =
      member && (reasonIn(member) ?? (name === 'errors' ? reasonIn(Object.values(member)) : ''))
    if (reason) return reason
  }
  return undefined
}

/** The start of a body within these limits, or `undefined` if it can't be read. Never rejects. */
export async function readText(open: () => Chunks, scope: Scope): Promise<string | undefined> {
  let chunks: Chunks | undefined
  let text: string | undefined
  let stop: (() => void) | undefined
  try {
    chunks = open()
    text = ''
    // Cut at the limit, a character may be halved: what is not whole stays in the decoder.
    const decoder = new TextDecoder()
    const late = new Promise<{ done: true; value?: undefined }>((resolve) => {
      stop = scope.after(MAX_WAIT, () => resolve({ done: true }))
    })
    for (let room = MAX_BODY; room > 0;) {
      const { done, value } = await Promise.race([chunks.next(), late])
      if (done) break
      const bytes = bytesOf(value)!
      text += decoder.decode(bytes.subarray(0, room), { stream: true })
      room -= bytes.length
    }
  } catch {
    // A body that breaks off is worth what came of it.
  }
  stop?.()
  chunks?.cancel()
  return text
}
