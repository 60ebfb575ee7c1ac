import type { StreamError } from '../error.js'
import type { ServerSentEvent } from '../event.js'
import type { Init, RequestTemplate } from '../fetch/request.js'
import type { AttemptContext } from '../options.js'
import type { StreamHandle } from '../stream-handle.js'
import type { Start } from './position.js'

/**
 * What the other entries need of a stream. `openStream` does not take it.
 *
 * @internal
 */
export interface Hooks {
  /** The request leaves a microtask later: StrictMode starts, stops and starts again what it wants once. */
  isDeferred?: boolean
  /** The answer began in a page before: the first request resumes it. */
  start?: Start | undefined
  /** The job of an answer that names none. */
  session?: string | undefined
  /** The header `Accept`, unless the page sets it. */
  accept?: string
  /** Sends the request of an attempt. Others, such as the cancel notification, are not its. */
  send?: (
    request: RequestTemplate<AttemptContext>,
    init: Init,
    attempt: number,
  ) => Promise<Response | StreamError>
  /** Decides what a response is: a `VERDICT_…` of the border. Called with the machine's. */
  judge?: (verdict: number, response: Response) => number
  /** Called when the stream's state has changed, but not at its end. */
  changed?: () => void
  /** Called when there is a connection. */
  connected?: (response: Response) => void
  /** Called at the end of each response's body. Returns the failure to recover from, if there is one. */
  bodyEnded?: (() => StreamError | undefined | Promise<StreamError | undefined>) | undefined
  /**
   * Hands on bytes. Called with each chunk once it is decoded, and without one at a body's end that
   * was an event.
   */
  handOn?: (machine: StreamHandle, chunk?: Uint8Array) => void
  /** Gets the events whose own block had an `id`. */
  identified?: WeakSet<ServerSentEvent>
}
