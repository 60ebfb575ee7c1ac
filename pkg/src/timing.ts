import type { OpenOptions } from './options.js'
import type { StreamStats } from './outcome.js'

/** Starts to measure a stream for the performance panel; what it gives ends the measurement. */
export function measureStream(
  url: string | URL,
  options: OpenOptions,
): (stats: StreamStats) => void {
  const start = performance.now()
  // The query may hold secrets.
  const name = `sluicegate ${options.method ?? 'GET'} ${String(url).split(/[?#]/, 1)[0]}`

  function measure(part: string, end: number | undefined, detail?: StreamStats): void {
    if (end !== undefined) performance.measure(name + part, { start, end, detail })
  }

  return (stats) => {
    const { timeToHeaders, timeToFirstEvent } = stats
    measure(': headers', timeToHeaders && start + timeToHeaders)
    measure(': first event', timeToFirstEvent && start + timeToFirstEvent)
    measure('', performance.now(), stats)
  }
}
