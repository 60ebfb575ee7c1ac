import { messageText, type RawStream } from '../wasm.js'
import type { StreamEnding, StreamState } from '../outcome.js'

// The numbers of src/js/stream.rs.

/** What the machine has to know of a stream's options, one bit each. */
export const Flag = {
  ndjson: 1,
  sse: 1 << 1,
  comments: 1 << 2,
  safe: 1 << 3,
  repeatable: 1 << 4,
  never: 1 << 5,
  always: 1 << 6,
  done: 1 << 7,
  marker: 1 << 8,
  cancel: 1 << 9,
  onAbort: 1 << 10,
  onReturn: 1 << 11,
  onPagehide: 1 << 12,
  onUnsent: 1 << 13,
}

/** What to do with a response. */
export const Answer = { read: 0, noContent: 1, refusal: 2, wrongType: 3 }

/** Why a stream ends. */
export const Cause = {
  cancel: 0,
  close: 1,
  leave: 2,
  pagehide: 3,
  abort: 4,
  fail: 5,
  done: 6,
  noContent: 7,
  over: 8,
}

/** What errors say. */
export const Message = {
  noResponse: 0,
  silence: 1,
  ended: 2,
  tooLarge: 3,
  status: 4,
  wrongType: 5,
  unreachable: 6,
  gaveUp: 7,
  noAnswer: 8,
  bodyOfGet: 9,
  secrets: 10,
  badRequest: 11,
  badUrl: 12,
  badUrlType: 13,
  badHeaders: 14,
  badBody: 15,
  noJson: 16,
  badId: 17,
  noFetch: 18,
}

const STATES: StreamState[] = ['connecting', 'open', 'waiting', 'closed']

const ENDINGS: StreamEnding[] = [
  'done',
  'ended',
  'truncated',
  'no-content',
  'cancelled',
  'closed',
  'aborted',
  'failed',
]

const NOTIFY = 1 << 8

/** The text of a message. */
export function message(
  number: number,
  first: string | number = '',
  second: string | number = '',
): string {
  return messageText(number, String(first), String(second))
}

/** Where the stream is in its life. */
export function stateOf(raw: RawStream): StreamState {
  return STATES[raw.state()]!
}

/** Ends a stream that has not ended. */
export function endOf(raw: RawStream, cause: number): { ending: StreamEnding; notify: boolean } {
  const end = raw.end(cause)
  return { ending: ENDINGS[end & ~NOTIFY]!, notify: (end & NOTIFY) !== 0 }
}
