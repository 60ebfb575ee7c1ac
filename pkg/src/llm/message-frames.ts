import { NO_JSON, type Reader } from './format.js'
import { byKind } from './rules.js'

/** The data of a frame, if it is JSON. Its kind is the event's name, or `type`. */
export interface MessageFrame {
  type?: string
  messageId?: string
  model?: string
  /** A fragment's text, under one of these names. */
  content?: string
  text?: string
  fragment?: string
  /** Of `messageEnd`. */
  finishReason?: string
}

const readFrame = byKind('', '', {
  messageStart: { id: 'messageId', model: 'model' },
  messageFragment: { text: 'content|text|fragment' },
  messageEnd: { finishReason: 'finishReason', isEnd: true },
})

/**
 * The answer of chat backends that frame a message as `messageStart`, `messageFragment`… and
 * `messageEnd`. A fragment's data is a `MessageFrame`, or text as it is.
 */
export const messageFrames: Reader = (json, event) => {
  const { type, data } = event
  const frame = json === NO_JSON && type === 'messageFragment' ? { text: data } : json
  return readFrame(frame, { ...event, type: type === 'message' ? json['type'] : type })
}
