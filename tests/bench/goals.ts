import type { Result } from '../../www/bench/report'
import { figure, rowsOf, type Row } from './table'

const MIB = 2 ** 20

/** Says where we fall short of what the README promises; nothing where a bench was not run. */
export function shortfalls(results: Result[]): string[] {
  const rows = rowsOf(results)
  const of = (bench: Row['bench']) => rows.filter((row) => row.bench === bench)
  return [
    ...decodeGoals(of('decode')),
    ...of('loopback').flatMap(loopbackGoals),
    ...of('text').flatMap(textGoals),
    ...of('latency').flatMap((row) => (row.corpus === 'cancel' ? cancelGoals : latencyGoals)(row)),
    ...of('memory').flatMap(memoryGoals),
    ...of('start').flatMap(startGoals),
    ...of('chat').flatMap(chatGoals),
  ]
}

/** Where a parser in JavaScript is ahead: how far it may be. */
const BEHIND = new Map([
  ['tiny', 0.7],
  ['anthropic', 0.9],
  ['large', 0.4],
])

function decodeGoals(rows: Row[]): string[] {
  return rows.flatMap((row) =>
    atLeast(
      row,
      'eventsource-parser',
      ratio(row, 'eventsource-parser', 'sluicegate'),
      BEHIND.get(row.corpus) ?? 1,
    ),
  )
}

function loopbackGoals(row: Row): string[] {
  const floor = 'reader + TextDecoder'
  return [
    ...atMost(row, 'for await to the floor', ratio(row, 'sluicegate', floor), 1.25),
    ...atMost(row, 'batches to the floor', ratio(row, 'sluicegate batches', floor), 1.15),
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

/** Milliseconds that the median may be behind that of a bare `fetch` reader. */
const LATE = 0.05

function latencyGoals(row: Row): string[] {
  const of = (kind: string) =>
    row.results.find((result) => result.kind === kind)?.p50_ms ?? Number.NaN
  const late = of('ours') - of('floor')
  return late <= LATE
    ? []
    : [`${place(row)}: ${late.toFixed(2)} ms after a bare fetch reader, not ${LATE}`]
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

function chatGoals(row: Row): string[] {
  const other = 'ai DefaultChatTransport'
  return row.corpus === 'parts' ? atLeast(row, other, ratio(row, other, 'sluicegate'), 5) : []
}

function memoryGoals(row: Row): string[] {
  return row.results
    .filter(({ kind, peak_bytes }) => kind === 'ours' && (peak_bytes ?? 0) >= 32 * MIB)
    .map(
      (result) => `memory, ${result.impl}: ${(figure(result) / MIB).toFixed(1)} MiB, not under 32`,
    )
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
