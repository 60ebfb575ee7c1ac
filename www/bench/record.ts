import type { Bench, Result } from './report'

/** A run that was committed, as `cargo xtask bench --record` writes it. */
export interface BenchRecord {
  date: string
  browser: string
  /** The machine's processor, and how many of its cores there were. */
  machine: string
  results: Result[]
}

/** What all implementations did with the same bytes. */
export type Row = [Result, Result, ...Result[]]

/** What is told in milliseconds. */
type Timed = Exclude<Bench, 'memory'>

/** The benches as the page shows them: what WebAssembly is for comes first. */
const ORDER: readonly Timed[] = [
  'text',
  'chat',
  'loopback',
  'iterate',
  'decode',
  'start',
  'latency',
]

/** The size of a chunk that is shown first: what a fast network delivers. */
const USUAL = 16_384

/** How much slower counts as slower: the rest is chance. */
const LEVEL = 1.02

/** Whose time counts as what a user would take otherwise: a floor decodes nothing. */
const isPeer = ({ kind }: Result): boolean => kind !== 'ours' && kind !== 'floor'

/** What a result is compared by. */
export const timeOf = ({ median_ms, p50_ms }: Result): number | undefined => median_ms ?? p50_ms

/** Picks the newest record of Chromium out of files' names: a whole run, or else a quick one. */
export function newestOf(files: readonly string[]): string | undefined {
  const newest = (name: RegExp) =>
    files
      .filter((file) => name.test(file))
      .toSorted()
      .at(-1)
  return newest(/\d-chromium\.json$/) ?? newest(/\d-chromium-quick\.json$/)
}

/** Puts results of the same work together, in the order in which they come. */
export function sameWork(results: readonly Result[]): Result[][] {
  const groups = new Map<string, Result[]>()
  for (const result of results) {
    const key = [result.bench, result.corpus, result.chunk].join()
    groups.set(key, [...(groups.get(key) ?? []), result])
  }
  return [...groups.values()]
}

/** The rows of each bench, in the order of the page; rows of one implementation alone compare nothing. */
export function rowsOf(results: readonly Result[]): Map<Timed, Row[]> {
  const benches = new Map<Timed, Row[]>()
  const timed = results.filter((result) => timeOf(result) !== undefined)
  const rows = sameWork(timed).filter((row): row is Row => row.length > 1)
  for (const bench of ORDER) {
    const compared = rows.filter(([result]) => result.bench === bench)
    const isUsual = ([{ chunk }]: Row) => chunk === USUAL
    const ordered = [...compared.filter(isUsual), ...compared.filter((row) => !isUsual(row))]
    if (ordered.length > 0) benches.set(bench, ordered)
  }
  return benches
}

/** A row in which somebody else was faster than our `for await`. */
export interface Loss {
  bench: Timed
  row: Row
  /** Who was the fastest, and the share of our time that it took. */
  peer: string
  share: number
}

/** The rows that we lose, the worst first. */
export function lossesOf(benches: ReadonlyMap<Timed, Row[]>): Loss[] {
  return Array.from(benches, ([bench, rows]) => rows.map((row) => ({ bench, row })))
    .flat()
    .flatMap(({ bench, row }): Loss[] => {
      const ours = row.find(({ impl }) => impl === 'sluicegate')
      const best = row.filter(isPeer).toSorted((a, b) => timeOf(a)! - timeOf(b)!)[0]
      if (!ours || !best) return []
      const share = timeOf(best)! / timeOf(ours)!
      return share * LEVEL < 1 ? [{ bench, row, peer: best.impl, share }] : []
    })
    .toSorted((a, b) => a.share - b.share)
}

/** The least and the most that one implementation took of another one's time, over the rows that have both. */
export function rangeOf(
  rows: readonly Row[],
  slower: string,
  faster: string,
): [least: number, most: number] | undefined {
  const ratios = rows.flatMap((row) => {
    const time = (name: string) => {
      const result = row.find(({ impl }) => impl === name)
      return result && timeOf(result)
    }
    const [over, under] = [time(slower), time(faster)]
    return over === undefined || under === undefined ? [] : [over / under]
  })
  return ratios.length === 0 ? undefined : [Math.min(...ratios), Math.max(...ratios)]
}
