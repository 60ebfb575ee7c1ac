import { bodyOf } from './implementation'
import { load } from './impls'
import { quantile, settle } from './race'
import type { Result } from './report'
import { Sink } from './sink'

/** Events a second, events a stream, and streams of each implementation. */
const RATES = [
  { rate: 1, events: 8, rounds: 3 },
  { rate: 10, events: 40, rounds: 5 },
  { rate: 50, events: 100, rounds: 7 },
  { rate: 200, events: 400, rounds: 9 },
]

const IMPLEMENTATIONS = ['sluicegate', 'native EventSource']

/** As soon as `fetch` can be: what comes, with nothing but its framing cut off. */
export const FLOOR = {
  name: 'bare fetch',
  kind: 'floor',
  async readUrl(url: string, sink: Sink): Promise<void> {
    const reader = bodyOf(await fetch(url)).getReader()
    const decoder = new TextDecoder()
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      for (const event of decoder.decode(read.value).split('\n\n')) {
        if (event) sink.add(event.slice('data: '.length), 'message')
      }
    }
  },
} as const

/** Takes the time at which each event arrives; its data is the time at which the server wrote it. */
class ArrivalSink extends Sink {
  /** Milliseconds from write to handler, an entry an event. */
  readonly delays: number[] = []
  readonly #clockOffset: number

  constructor(clockOffset: number) {
    super(false)
    this.#clockOffset = clockOffset
  }

  override add(data: string): void {
    this.events += 1
    this.delays.push(performance.now() + this.#clockOffset - Number(data) / 1000)
  }
}

/** Races us against the native EventSource over single events at several rates, and both against the floor. */
export async function runLatency(
  origin: string,
  onRound: (share: number) => void,
): Promise<Result[]> {
  const implementations = [...(await Promise.all(IMPLEMENTATIONS.map(load))), FLOOR]
  const results: Result[] = []
  for (const [at, { rate, events, rounds }] of RATES.entries()) {
    const url = `${origin}/bench/latency?rate=${rate}&events=${events}`
    const delays = new Map<string, number[]>(implementations.map(({ name }) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      // One offset for both, or its error would make one of them look faster.
      const clockOffset = measureClockOffset()
      for (const { name, readUrl } of round % 2 ? implementations.toReversed() : implementations) {
        const sink = new ArrivalSink(clockOffset)
        await readUrl?.(url, sink, events)
        await settle()
        if (sink.events !== events) {
          throw new Error(`latency at ${rate}/s: ${name} got ${sink.events} of ${events} events`)
        }
        // The first events of a stream wait for its response to be set up: not what is measured here.
        delays.get(name)?.push(...sink.delays.slice(1))
      }
      onRound((at + (round + 1) / rounds) / RATES.length)
    }
    for (const { name, kind } of implementations) {
      const all = delays.get(name) ?? []
      results.push({
        bench: 'latency',
        corpus: `${rate}/s`,
        chunk: 'event',
        impl: name,
        kind,
        p50_ms: quantile(all, 0.5),
        p99_ms: quantile(all, 0.99),
        events,
        check: `${events * rounds}`,
      })
    }
  }
  return results
}

/**
 * What to add to `performance.now()` to get the wall clock's milliseconds, as the server reads it.
 * `performance.timeOrigin` is not it: the wall clock may have been set since. A tick of `Date.now()`
 * tells the fraction of the millisecond; the mean of several evens out the blurring of the clocks.
 */
export function measureClockOffset(): number {
  const TICKS = 20
  let sum = 0
  for (let i = 0; i < TICKS; i++) {
    const before = Date.now()
    let now = before
    while (now === before) now = Date.now()
    sum += now - performance.now()
  }
  return sum / TICKS
}
