import type { Result } from '../../www/bench/report'
import { figure, rowsOf, type Row } from './table'

const MIB = 2 ** 20

/** Says where we fall short of what the README promises; nothing where a bench was not run. */
export function shortfalls(results: Result[]): string[] {
  const rows = rowsOf(results)
  const of = (bench: Row['bench']) => rows.filter((row) => row.bench === bench)
  return [
    ...decodeGoals(of('decode')),
    ...of('iterate').flatMap(iterateGoals),
    ...of('loopback').flatMap(loopbackGoals),
    ...of('text').flatMap(textGoals),
    ...of('latency').flatMap((row) => (row.corpus === 'cancel' ? cancelGoals : latencyGoals)(row)),
    ...of('memory').flatMap(memoryGoals),
    ...of('start').flatMap(startGoals),
  ]
}

function decodeGoals(rows: Row[]): string[] {
  const missed: string[] = []
  const ratios = rows.map((row) => ratio(row, 'eventsource-parser', 'sluicegate'))
  for (const [i, row] of rows.entries()) {
    const least = row.chunk === 16_384 || row.chunk === 65_536 ? 1.5 : 1
    missed.push(...atLeast(row, 'eventsource-parser', ratios[i] ?? Number.NaN, least))
  }
  const mean = Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length)
  if (mean < 2) missed.push(`decode, geometric mean of all: ${mean.toFixed(2)}x, not 2x`)
  return missed
}

function iterateGoals(row: Row): string[] {
  const least = row.chunk === 'event' ? 2 : row.chunk >= 16_384 ? 5 : 0
  return peers(row).flatMap((impl) => atLeast(row, impl, ratio(row, impl, 'sluicegate'), least))
}

function loopbackGoals(row: Row): string[] {
  return [
    ...atMost(row, 'for await to the floor', ratio(row, 'sluicegate', 'reader + TextDecoder'), 1.2),
    ...atMost(
      row,
      'batches to the floor',
      ratio(row, 'sluicegate batches', 'reader + TextDecoder'),
      1.05,
    ),
    ...atLeast(
      row,
      'batches to eventsource-parser',
      ratio(row, 'eventsource-parser', 'sluicegate batches'),
      1,
    ),
    ...peers(row).flatMap((impl) => atLeast(row, impl, ratio(row, impl, 'sluicegate'), 3)),
    ...atLeast(row, 'native EventSource', ratio(row, 'native EventSource', 'sluicegate'), 30),
  ]
}

function textGoals(row: Row): string[] {
  const isLarge = row.chunk !== 'event' && row.chunk >= 16_384
  const hand = 'eventsource-parser + JSON.parse'
  const least = row.chunk === 'event' ? [1.5, 1.5] : isLarge ? [2, 5] : [1, 1]
  const others = row.results.some(({ impl }) => impl === 'openai') && isLarge
  return [
    ...atLeast(row, hand, ratio(row, hand, 'sluicegate'), least[0]!),
    ...atLeast(row, `${hand} to batches`, ratio(row, hand, 'sluicegate batches'), least[1]!),
    ...(others ? atLeast(row, 'openai', ratio(row, 'openai', 'sluicegate'), 8) : []),
    ...(others
      ? atLeast(row, 'openai to batches', ratio(row, 'openai', 'sluicegate batches'), 25)
      : []),
  ]
}

function latencyGoals(row: Row): string[] {
  const ours = row.results.find(({ impl }) => impl === 'sluicegate')
  const native = row.results.find(({ kind }) => kind === 'native')
  return (['p50_ms', 'p99_ms'] as const).flatMap((quantile) =>
    atMost(
      row,
      quantile,
      (ours?.[quantile] ?? Number.NaN) / (native?.[quantile] ?? Number.NaN),
      1.05,
    ),
  )
}

function cancelGoals({ results: [ours] }: Row): string[] {
  const median = ours?.p50_ms ?? Number.NaN
  return median < 50 ? [] : [`cancel: the backend knows after ${median.toFixed(1)} ms, not 50`]
}

/** How much later than the fastest peer's our first event may come, by how long the server took. */
const LATE_STARTS = new Map([
  ['0 ms', 6],
  ['50 ms', 2],
])

function startGoals(row: Row): string[] {
  const ours = row.results.find(({ kind }) => kind === 'ours')
  const floor = row.results.find(({ kind }) => kind === 'floor')
  const fastest = Math.min(
    ...row.results.filter(({ kind }) => kind === 'peer').map(({ median_ms }) => median_ms!),
  )
  const late = ours!.median_ms! - fastest
  const requestLate = ours!.request_ms! - floor!.request_ms!
  const most = LATE_STARTS.get(row.corpus)!
  return [
    ...(late <= most
      ? []
      : [`${place(row)}: ${late.toFixed(1)} ms after the fastest peer, not ${most}`]),
    ...(requestLate <= 1
      ? []
      : [`${place(row)}: the request ${requestLate.toFixed(1)} ms after a bare fetch's, not 1`]),
  ]
}

function memoryGoals(row: Row): string[] {
  return row.results
    .filter(({ kind, peak_bytes }) => kind === 'ours' && (peak_bytes ?? 0) >= 32 * MIB)
    .map(
      (result) => `memory, ${result.impl}: ${(figure(result) / MIB).toFixed(1)} MiB, not under 32`,
    )
}

function peers({ results }: Row): string[] {
  return results.filter(({ kind }) => kind === 'peer').map(({ impl }) => impl)
}

function ratio({ results }: Row, over: string, under: string): number {
  const time = (name: string) => figure(results.find(({ impl }) => impl === name))
  return time(over) / time(under)
}

function atLeast(row: Row, what: string, value: number, least: number): string[] {
  return value >= least ? [] : [`${place(row)}, ${what}: ${value.toFixed(2)}x, not ${least}x`]
}

function atMost(row: Row, what: string, value: number, most: number): string[] {
  return value <= most ? [] : [`${place(row)}, ${what}: ${value.toFixed(2)}x, more than ${most}x`]
}

function place({ bench, corpus, chunk }: Row): string {
  return `${bench}, ${corpus}, chunks of ${chunk}`
}
