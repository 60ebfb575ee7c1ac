import type { ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import type { Json } from './json.js'
import { parse } from './upstream.js'

/**
 * Returns what one event adds to an answer: its text, or a part with more than text. Returns nothing
 * for an event that is not understood, such as a heartbeat. If it throws, the stream ends.
 */
export type Extractor = (event: ServerSentEvent) => string | Part | null | undefined

/**
 * Returns what an event adds to an answer in a vendor's format, in one part or several, or `undefined`
 * if it is not of that format.
 *
 * @param json the data of the event, or `NO_JSON` if that is no JSON object
 */
export type Reader = (json: Json, event: ServerSentEvent) => Part | Part[] | undefined

/** An extractor that may hold back what comes first, and find its format only then. */
export interface HoldingExtractor {
  (event: ServerSentEvent): ReturnType<Extractor> | Part[]
  /** Whether it goes by an event's type and JSON alone: it may be called again for the same event. */
  isPure?: boolean
  /** Called at the end of the stream, for what it holds back. */
  end?: (() => string | undefined) | undefined
}

/** The part of an end marker, which shows nothing of the format. */
export const END: Part = { isEnd: true }

/** What a reader gets for data that is no JSON object. */
export const NO_JSON: Json = {}

/** Whether an event is `[DONE]`, which may end any format. Coze quotes it, some gateways frame it twice. */
export function isDone({ type, data }: ServerSentEvent): boolean {
  return type !== 'messageFragment' && /^\s*(data: ?)?"?\[DONE\]"?\s*$/i.test(data)
}

/** The extractor of a format whose events are JSON objects. */
export function jsonFormat(read: Reader): HoldingExtractor {
  const extract = (event: ServerSentEvent) => {
    return isDone(event) ? END : read(parse(event) ?? NO_JSON, event)
  }
  return Object.assign(extract, { isPure: true })
}
