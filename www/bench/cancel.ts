import { openStream } from 'sluicegate'
import { measureClockOffset } from './latency'
import { quantile } from './race'
import type { Result } from './report'

const CYCLES = 60

interface SinkLog {
  requests: { receivedUnixMicros: number }[]
}

/** Measures the way of a cancellation: from the call of `cancel()` until the backend has it. */
export async function runCancel(origin: string): Promise<Result> {
  const key = crypto.randomUUID()
  const calls: number[] = []
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const stream = openStream(`${origin}/open/${key}`, {
      cancel: { url: `${origin}/sink/${key}` },
    })
    await stream.next()
    calls.push(performance.now())
    await stream.cancel()
  }
  const offset = measureClockOffset()
  const log = (await (await fetch(`${origin}/sink/${key}/log`)).json()) as SinkLog
  const delays = log.requests.map(
    ({ receivedUnixMicros }, cycle) => receivedUnixMicros / 1000 - calls[cycle]! - offset,
  )
  return {
    bench: 'latency',
    corpus: 'cancel',
    chunk: 'event',
    impl: 'sluicegate',
    kind: 'ours',
    p50_ms: quantile(delays, 0.5),
    p99_ms: quantile(delays, 0.99),
    events: delays.length,
    check: `${CYCLES}`,
  }
}
