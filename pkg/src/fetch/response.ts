import { bytesOf } from '../bytes.js'
import { StreamError } from '../error.js'
import { Message, message } from '../stream/machine.js'
import type { Scope } from '../stream/scope.js'
import { isUnavailable } from '../wasm.js'
import { bodyOf, type Chunks } from './chunks.js'
import { displayUrl } from './request.js'

/** Error pages are kept up to this many bytes. */
const MAX_BODY = 64 * 1024

/** Milliseconds: a stream that is labelled as something else never ends. */
const MAX_WAIT = 1_000

/** The longest text of the server in a message, in UTF-16 units. */
const MAX_REASON = 200

/** Where JSON tells what went wrong, the best place first; the last is the first item of a list. */
const REASONS = 'message error_description errorText error errors detail msg title 0'.split(' ')

/** What can't be printed: logs and terminals obey it. */
const CONTROLS =
  // oxlint-disable-next-line no-control-regex -- those are meant
  /[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu

/** A status that is no success, or a response that is no stream, with the start of the body. */
export async function refusalOf(
  code: 'http' | 'content-type',
  request: { url: string },
  response: Response,
  attempt: number,
  scope: Scope,
): Promise<StreamError> {
  const { url, status, statusText = '', headers } = response
  const body = await readText(response, scope)
  const [number, detail] =
    code === 'http'
      ? [Message.status, `${status} ${statusText}`.trimEnd()]
      : [Message.wrongType, headers.get('content-type') ?? '']
  const reason = reasonOf(body)
  const text = message(number, displayUrl(url || request.url), detail) + reason
  const retryable = code === 'http' && isUnavailable(status)
  const details = { status, headers, body, attempt, retryable }
  return new StreamError(code, text.replace(CONTROLS, escape), details)
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
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
    const reason = value?.[name] && reasonIn(value[name])
    if (reason) return reason
  }
  return undefined
}

async function readText(response: Response, scope: Scope): Promise<string | undefined> {
  let chunks: Chunks | undefined
  let text: string | undefined
  let stop: (() => void) | undefined
  try {
    chunks = bodyOf(response)
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
