import type { UIMessageChunk } from 'ai'
import { StreamError } from '../error.js'

/** The members of each part that have to be strings, as the SDK's own schema wants them. */
const STRINGS: Record<string, string> = {
  'text-start': 'id',
  'text-delta': 'id delta',
  'text-end': 'id',
  'reasoning-start': 'id',
  'reasoning-delta': 'id delta',
  'reasoning-end': 'id',
  'tool-input-start': 'toolCallId toolName',
  'tool-input-delta': 'toolCallId inputTextDelta',
  'tool-input-available': 'toolCallId toolName',
  'tool-input-error': 'toolCallId toolName errorText',
  'tool-approval-request': 'approvalId toolCallId',
  'tool-output-available': 'toolCallId',
  'tool-output-error': 'toolCallId errorText',
  'tool-output-denied': 'toolCallId',
  'source-url': 'sourceId url',
  'source-document': 'sourceId mediaType title',
  file: 'url mediaType',
  error: 'errorText',
}

const MEMBERS = new Map(
  Object.entries(STRINGS).map(([type, names]) => [type, names.split(' ')] as const),
)

/** Returns the part that an event holds. Throws an error `'parse-json'` if it holds none. */
export function partOf(data: string): UIMessageChunk {
  let part: Record<string, unknown> | undefined
  let cause: unknown
  try {
    part = JSON.parse(data) as Record<string, unknown>
    if (typeof part?.['type'] === 'string') {
      const names = MEMBERS.get(part['type'])
      if (!names || names.every((name) => typeof part![name] === 'string')) {
        return part as UIMessageChunk
      }
    }
  } catch (error) {
    cause = error
  }
  const start = JSON.stringify(data.slice(0, 100))
  throw new StreamError('parse-json', `no part of a UI message stream: ${start}`, { cause })
}

/** Whether a part says that the answer is at its end. */
export function isLast({ type }: UIMessageChunk): boolean {
  return type === 'finish' || type === 'abort' || type === 'error'
}
