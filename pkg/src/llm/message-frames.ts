import type { ServerSentEvent } from '../event.js'
import type { Part } from './answer.js'
import { END, isDone } from './format.js'
import { jsonObject, text } from './json.js'
import { parse } from './upstream.js'

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

/**
 * The answer of chat backends that frame a message as `messageStart`, `messageFragment`… and
 * `messageEnd`. A fragment's data is a `MessageFrame`, or text as it is.
 */
export function messageFrames(event: ServerSentEvent): Part | undefined {
  if (event.type === 'message' && isDone(event)) return END
  // A fragment that is text may look like broken JSON; no other event may.
  const frame: MessageFrame | undefined =
    event.type === 'messageFragment' ? jsonObject(event.data) : parse(event)
  switch (event.type === 'message' ? frame?.type : event.type) {
    case 'messageStart':
      return { id: text(frame?.messageId), model: text(frame?.model) }
    case 'messageFragment':
      return { text: frame ? textOf(frame) : event.data }
    case 'messageEnd':
      return { finishReason: text(frame?.finishReason), isEnd: true }
    default:
      return undefined
  }
}

function textOf({ content, text: plain, fragment }: MessageFrame): string | undefined {
  return text(content) ?? text(plain) ?? text(fragment)
}
