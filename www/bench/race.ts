import type { Kind } from './report'
import { Sink } from './sink'

/** One implementation at its work. */
export interface Runner {
  impl: string
  kind: Kind
  /** Does the work once, and returns the milliseconds that it took. */
  run: (sink: Sink) => Promise<number>
}

/** What one implementation came to. */
export interface Finish {
  impl: string
  kind: Kind
  median_ms: number
  check: string
}

/** One run that proves the work was done, one that warms up; both are dropped. */
const WARM_UP = 2

/** As much in the first race of a page: it finds nothing compiled. */
const FIRST_WARM_UP = 10

/** What takes longer than this, in milliseconds, is not run again: some peers would take minutes. */
const LONG = 5_000

let isFirst = true

/**
 * Runs all runners in turn, round after round, a different one first each time, and takes each one's
 * median. Throws as soon as one of them has not decoded what the others have.
 * @param what names the work in error messages
 * @param rounds measured runs of each
 * @param expected the thorough check of the right answer, where it is known beforehand
 * @param onRound told after each round, warm-up included, as a share of the whole
 */
export async function race(
  what: string,
  runners: Runner[],
  rounds: number,
  expected: string | undefined,
  onRound: (share: number) => void,
): Promise<Finish[]> {
  const times = new Map<string, number[]>(runners.map(({ impl }) => [impl, []]))
  const checks = new Map<string, string>()
  let quick: string | undefined
  const warmUp = isFirst ? FIRST_WARM_UP : WARM_UP
  isFirst = false
  for (let round = 0; round < warmUp + rounds; round++) {
    for (let i = 0; i < runners.length; i++) {
      const { impl, kind, run } = runners[(i + round) % runners.length] as Runner
      const measured = times.get(impl)!
      if (measured.some((ms) => ms > LONG)) continue
      const sink = new Sink(round === 0)
      const ms = await run(sink)
      await settle()
      if (round === 0) checks.set(impl, sink.check)
      if (round >= warmUp || ms > LONG) measured.push(ms)
      if (kind === 'floor') continue
      if (round === 0) expected ??= sink.check
      else quick ??= sink.check
      const right = round === 0 ? expected : quick
      if (sink.check !== right) {
        throw new Error(`${what}: ${impl} decoded ${sink.check} (events-length-hash), not ${right}`)
      }
    }
    onRound((round + 1) / (warmUp + rounds))
  }
  return runners.map(({ impl, kind }) => ({
    impl,
    kind,
    median_ms: quantile(times.get(impl) ?? [], 0.5),
    check: checks.get(impl) ?? '',
  }))
}

/** The q-quantile of some numbers: the nearest rank, between the two middle ones for the median of an even number. */
export function quantile(numbers: number[], q: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const rank = q * sorted.length
  const at = (i: number) => sorted[Math.min(Math.max(i, 0), sorted.length - 1)] ?? Number.NaN
  return Number.isInteger(rank) ? (at(rank - 1) + at(rank)) / 2 : at(Math.ceil(rank) - 1)
}

/** Lets the engine finish what the last run left behind, so that the next one doesn't pay for it. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
