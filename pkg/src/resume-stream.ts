import type { OpenOptions } from './options.js'
import { recall } from './remember.js'
import { EventStream } from './stream/event-stream.js'

/** The options of `resumeStream`: those of `openStream` that are not of the first request. */
export type ResumeStreamOptions = Omit<OpenOptions, 'method' | 'body' | 'remember' | 'lastEventId'>

/**
 * Goes on with an answer that runs, in a page that was reloaded: one that `openStream` was to
 * `remember` under this name. Returns `undefined` if there is none.
 *
 * It begins behind the last event that the page before got, or with `resume.replays` at the start of
 * the answer. Its first request is the resuming one; if the server answers 204 to that, nothing runs
 * any more, and the stream ends with `no-content`.
 *
 * @param name what the option `remember` was
 * @param options those of the first page: functions and headers are not kept
 */
export function resumeStream(name: string, options: ResumeStreamOptions): EventStream | undefined {
  const start = recall(name)
  return start && new EventStream(undefined, { ...options, remember: name }, { start })
}
