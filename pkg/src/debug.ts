import type { StreamError } from './error.js'
import type { OpenOptions } from './options.js'
import type { StreamOutcome, StreamStats } from './outcome.js'
import { now } from './timing.js'

/** Milliseconds: events that come together, but sooner than this, were not held back. */
const HELD_BACK = 500

/** Milliseconds: how far events may be apart that come together. */
const TOGETHER = 100

/** The URLs of GET requests that are open. */
const open = new Set<string>()

/** Shows a stream in the performance panel, and warns in the console of what went wrong unseen. */
export function observe(
  stream: { readonly closed: Promise<StreamOutcome>; readonly stats: StreamStats },
  input: string | URL | Request,
  options: OpenOptions,
): void {
  const start = now()
  const { url = String(input), method = 'GET' } = input as Partial<Request>
  const { method: verb = method, retry } = options
  // The query may hold secrets.
  const name = `sluicegate ${verb} ${url.split(/[?#]/, 1)[0]}`
  // Several POSTs at a time are nothing to worry about.
  if (verb === 'GET') {
    if (open.has(url)) console.warn(`${name} is open twice: did a component not close it?`)
    open.add(url)
  }

  void stream.closed.then(({ type, error }) => {
    const lasted = now() - start
    const { stats: detail } = stream
    const { timeToHeaders, timeToFirstEvent, events } = detail
    open.delete(url)

    function measure(part: string, duration = -1): void {
      if (duration < 0) return
      // Some hosts have no such clock.
      globalThis.performance?.measure?.(name + part, { start, duration, detail })
    }

    measure(': headers', timeToHeaders)
    measure(': first event', timeToFirstEvent)
    measure('', lasted)
    const isTogether = timeToFirstEvent! > HELD_BACK && lasted - timeToFirstEvent! < TOGETHER
    // Done, ended, truncated: of other outcomes it is unknown what would have followed.
    if (isTogether && events > 1 && /^[det]/.test(type)) {
      console.warn(`${name} came in one piece: does a proxy buffer it?`)
    }
    // A GET is sent again by default.
    if ((error as Partial<StreamError> | undefined)?.retryable && retry === undefined) {
      console.warn(`${name} was not sent again: set \`retry\` if the server resumes`)
    }
  })
}
