import type { EventStream } from '../stream/event-stream.js'
import type { Note } from './message.js'

/** What a function that opens a shared stream is called with. */
export interface ShareContext {
  /** The id to resume from, `''` at the start: pass it to `openStream`. */
  readonly lastEventId: string
}

/** Opens the stream: in one tab at a time, and again in the tab that takes over. */
export type SharedSource = (context: ShareContext) => EventStream

/** The options of `shareStream`. */
export interface ShareOptions {
  /**
   * How many of the latest events are kept for tabs that join later. Default: 0, a tab gets the
   * events from its joining on.
   */
  replay?: number
}

/** @internal */
export interface ShareHooks {
  /** `tell` calls `noted` in all tabs, between the same events. */
  open: (context: ShareContext, tell: (note: Note) => void) => EventStream
  noted?: ((note: Note) => void) | undefined
}

/** What is wrong with the arguments of `shareStream`. */
export const USAGE = 'shareStream takes a name and a function that opens a stream'
