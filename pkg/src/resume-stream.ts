import type { OpenOptions } from './options.js'
import { recall } from './remember.js'
import { EventStream } from './stream/event-stream.js'
import type { Hooks } from './stream/hooks.js'
import type { Start } from './stream/position.js'

/** The options of `resumeStream`: those of `openStream`, without those of the first request. */
export type ResumeStreamOptions = Omit<OpenOptions, 'method' | 'body' | 'remember' | 'lastEventId'>

/**
 * Continues a running answer after the page was reloaded: one that `openStream` opened with the option
 * `remember`. Returns `undefined` if no answer is remembered under this name.
 *
 * The stream continues after the last event that the page received before the reload, or with
 * `resume.replays` at the start of the answer. The first request is the resuming one. If the server
 * answers 204, the answer is no longer running, and the outcome is `no-content`.
 *
 * @param name the value of the option `remember`
 * @param options the same options as for `openStream`: functions and headers are not kept
 */
export function resumeStream(name: string, options: ResumeStreamOptions): EventStream | undefined {
  const start = recall(name)
  return start && streamFrom(start, { ...options, remember: name })
}

/** Opens a stream, or continues an answer from where the page before has left it. @internal */
export function streamFrom(
  start: Start | undefined,
  options: OpenOptions,
  hooks?: Hooks,
  url?: string | URL,
): EventStream {
  const stream = new EventStream(url, options, { ...hooks, start })
  if (start) stream.isLater = start.events > 0 && !options.resume?.replays
  return stream
}
