import { isStreamError } from '../error.js'
import { baseOf } from '../base.js'

const Base: typeof Event = baseOf('Event', 'load a polyfill before sluicegate, or use openStream()')

/** The `error` event of an `EventSource`. Unlike that of browsers, it says what happened. */
export class EventSourceErrorEvent extends Base {
  /**
   * A `StreamError`, the value that one of the page's own callbacks threw, or the reason of its signal.
   * Absent if the source just ended. `any`, as in the platform's `ErrorEvent`.
   */
  readonly error?: any
  /** The message of `error`, or `''`. */
  readonly message: string

  /** @internal */
  constructor(error: unknown) {
    super('error')
    if (error !== undefined) this.error = error
    // An error of any realm.
    const { message } = Object(error) as { message?: unknown }
    this.message = typeof message === 'string' ? message : ''
  }

  /** The response's status if that was the reason, as in `event-source-polyfill`. */
  get status(): number | undefined {
    return isStreamError(this.error) ? this.error.status : undefined
  }

  /** The same as `status`, as in the npm package `eventsource`. */
  get code(): number | undefined {
    return this.status
  }
}
