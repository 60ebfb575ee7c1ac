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
