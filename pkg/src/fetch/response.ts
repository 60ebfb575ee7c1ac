import { StreamError } from '../error.js'
import { Message, message } from '../stream/machine.js'
import { isUnavailable } from '../wasm.js'
import { displayUrl } from './request.js'

/** Error pages are kept up to this many bytes. */
const MAX_ERROR_BODY = 64 * 1024

/** A status that is no success, with the start of the body. */
export async function httpError(response: Response, attempt: number): Promise<StreamError> {
  const { url, status, statusText, headers } = response
  const text = message(Message.status, displayUrl(url), `${status} ${statusText}`.trimEnd())
  const body = await readText(response)
  const retryable = isUnavailable(status)
  return new StreamError('http', text, { status, headers, body, attempt, retryable })
}

/** A response that is no stream. */
export function typeError(response: Response, attempt: number): StreamError {
  const { url, status, headers } = response
  const essence = headers.get('content-type')?.split(';', 1)[0]!.trim().toLowerCase()
  const text = message(Message.wrongType, displayUrl(url), essence || 'no content type')
  return new StreamError('content-type', text, { status, headers, attempt })
}

async function readText({ body }: Response): Promise<string | undefined> {
  if (!body) return ''
  if (body.locked) return undefined
  const reader = body.getReader()
  // Cut at the limit, a character may be halved: what is not whole stays in the decoder.
  const decoder = new TextDecoder()
  let text = ''
  let room = MAX_ERROR_BODY
  try {
    while (room > 0) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      text += decoder.decode(value.subarray(0, room), { stream: true })
      room -= value.length
    }
  } catch {
    // A body that breaks off is worth what came of it.
  }
  reader.cancel().catch(() => undefined)
  return text
}
