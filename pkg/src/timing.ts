import { isRequest } from './fetch/request.js'
import type { OpenOptions } from './options.js'
import type { StreamStats } from './outcome.js'

/** Milliseconds, on the best clock that there is. */
export function now(): number {
  return (globalThis.performance ?? Date).now()
}

/** Starts to measure a stream for the performance panel; what it gives ends the measurement. */
export function measureStream(
  input: string | URL | Request,
  options: OpenOptions,
): (stats: StreamStats) => void {
  const start = now()
  const request: Partial<Request> = isRequest(input) ? input : { url: String(input) }
  // The query may hold secrets.
  const url = request.url!.split(/[?#]/, 1)[0]
  const name = `sluicegate ${options.method ?? request.method ?? 'GET'} ${url}`

  function measure(part: string, end: number | undefined, detail?: StreamStats): void {
    if (end !== undefined) performance.measure(name + part, { start, end, detail })
  }

  return (stats) => {
    const { timeToHeaders, timeToFirstEvent } = stats
    measure(': headers', timeToHeaders && start + timeToHeaders)
    measure(': first event', timeToFirstEvent && start + timeToFirstEvent)
    measure('', now(), stats)
  }
}
