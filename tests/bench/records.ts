// Committed results of earlier runs, in records/, by date and browser.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Kind, Result } from '../../www/bench/report'
import { figure, type Row, rowsOf } from './table'

export interface Record {
  date: string
  browser: string
  /** The machine's processor, and how many of its cores there were. */
  machine: string
  results: Result[]
}

/** How much of a ratio to a peer may be lost since the record. */
const TOLERANCE = 0.1

/** A floor decodes nothing: who is compared with it is in goals.ts. */
const PEERS: readonly Kind[] = ['peer', 'parser', 'native']

const FOLDER = new URL('records/', import.meta.url)

/** Reads the newest record of a kind: a browser's name, or that and `-quick`. */
export function newestRecord(kind: string): Record | undefined {
  const name = readdirSync(FOLDER)
    .filter((file) => file.endsWith(`-${kind}.json`))
    .toSorted()
    .at(-1)
  if (name === undefined) return undefined
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Record
}

/** Writes a record. Returns its file's name. */
export function writeRecord(kind: string, record: Record): string {
  const name = `${record.date}-${kind}.json`
  writeFileSync(new URL(name, FOLDER), toJson(record))
  return name
}

/** A result per line: a change of one is a line of the diff. */
function toJson({ results, ...rest }: Record): string {
  const lines = results.map((result) => `    ${JSON.stringify(result, rounded)}`)
  const head = JSON.stringify(rest, null, 2).slice(0, -2)
  return `${head},\n  "results": [\n${lines.join(',\n')}\n  ]\n}\n`
}

/** No clock is finer. */
function rounded(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value
}

/** A ratio of a peer's figure to one of ours, and what it was in the record. */
export interface Comparison {
  row: Row
  ours: string
  peer: string
  ratio: number
  recorded: number
}

/** Compares the ratios to all peers where both did the same work. */
export function compareWith(record: Record, results: Result[]): Comparison[] {
  const recordedRows = new Map(rowsOf(record.results).map((row) => [keyOf(row), row]))
  return rowsOf(results).flatMap((row) => {
    const recordedRow = recordedRows.get(keyOf(row))
    if (!recordedRow) return []
    return ratiosOf(row).flatMap(({ ours, peer, ratio }) => {
      const before = ratiosOf(recordedRow).find(
        (other) => other.ours === ours && other.peer === peer,
      )
      return before ? [{ row, ours, peer, ratio, recorded: before.ratio }] : []
    })
  })
}

/** Whether we have fallen back against that peer. */
export function hasFallen({ ratio, recorded }: Comparison): boolean {
  return !(ratio >= recorded * (1 - TOLERANCE))
}

export function describeFall({ row, ours, peer, ratio, recorded }: Comparison): string {
  const { bench, corpus, chunk } = row
  return `${bench}, ${corpus}, chunks of ${chunk}: ${peer} takes ${ratio.toFixed(2)} times as long as ${ours}, ${recorded.toFixed(2)} in the record`
}

/** The same work: a run of fewer events warms up less. */
function keyOf({ bench, corpus, chunk, results }: Row): string {
  return [bench, corpus, chunk, results[0]?.events].join()
}

function ratiosOf({ results }: Row) {
  return results
    .filter(({ kind }) => kind === 'ours')
    .flatMap((ours) =>
      results
        .filter(({ kind }) => PEERS.includes(kind))
        .map((peer) => ({
          ours: ours.impl,
          peer: peer.impl,
          ratio: figure(peer) / figure(ours),
        })),
    )
}
