import { sameWork, timeOf } from '../../www/bench/record'
import type { Result } from '../../www/bench/report'

/** A line of the table: all results of the same work. */
export interface Row {
  bench: Result['bench']
  corpus: string
  chunk: Result['chunk']
  results: Result[]
}

/** Puts results of the same work together, in the order in which they come. */
export function rowsOf(results: Result[]): Row[] {
  return sameWork(results).map((row) => {
    const { bench, corpus, chunk } = row[0]!
    return { bench, corpus, chunk, results: row }
  })
}

/** The figure that a result is compared by. */
export function figure(result: Result | undefined): number {
  return (result && timeOf(result)) ?? result?.peak_bytes ?? Number.NaN
}

// The table is wide: names that say which is which, and no more.
const SHORT = new Map([
  ['sluicegate batches', 'batches'],
  ['sluicegate answer', 'answer'],
  ['eventsource-parser', 'es-parser'],
  ['eventsource-parser + JSON.parse', 'es-p + JSON'],
  ['eventsource-parser stream', 'es-p stream'],
  ['fetch-event-source', 'f-e-source'],
  ['fetch-event-stream', 'f-e-stream'],
  ['eventsource-client', 'es-client'],
  ['eventsource-client callback', 'es-c callback'],
  ['ai DefaultChatTransport', 'ai Default'],
  ['useEventStream + textReader', 'useEventStream'],
  ['native EventSource', 'native'],
  ['reader + TextDecoder', 'reader+text'],
])

/** One Markdown table: our figure, and how many times ours each other one is. */
export function ratioTable(results: Result[]): string {
  const impls = [...new Set(results.map(({ impl }) => impl))].filter(
    (impl) => impl !== 'sluicegate',
  )
  const lines = [
    ['bench', 'corpus', 'chunk', 'sluicegate', ...impls.map((impl) => SHORT.get(impl) ?? impl)],
  ]
  for (const { bench, corpus, chunk, results: row } of rowsOf(results)) {
    const ours = row.find(({ impl }) => impl === 'sluicegate')
    const cells = impls.map((impl) => {
      const ratio = figure(row.find((result) => result.impl === impl)) / figure(ours)
      return Number.isNaN(ratio) ? '' : `${ratio.toFixed(2)}x`
    })
    lines.push([bench, corpus, chunkName(chunk), amount(ours), ...cells])
    for (const member of ['p99_ms', 'request_ms', 'longest_ms'] as const) {
      const own = ours?.[member]
      if (own === undefined) continue
      const more = impls.map((impl) => {
        const ratio = (row.find((result) => result.impl === impl)?.[member] ?? Number.NaN) / own
        return Number.isNaN(ratio) ? '' : `${ratio.toFixed(2)}x`
      })
      const what = `${bench} ${member.replace('_ms', '')}`
      lines.push([what, corpus, chunkName(chunk), `${own.toFixed(2)} ms`, ...more])
    }
  }
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  const texts = lines.map(
    (line) => `| ${line.map((cell, column) => pad(cell, column, widths)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width, column) => (column < 3 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [texts[0], rule, ...texts.slice(1)].join('\n')
}

function pad(cell: string, column: number, widths: number[]): string {
  const width = widths[column] ?? 0
  return column < 3 ? cell.padEnd(width) : cell.padStart(width)
}

function chunkName(chunk: Result['chunk']): string {
  return chunk === 'event' || chunk < 1024 ? String(chunk) : `${chunk / 1024} KiB`
}

function amount(result: Result | undefined): string {
  if (!result) return ''
  if (result.peak_bytes !== undefined) return `${(result.peak_bytes / 2 ** 20).toFixed(1)} MiB`
  return `${figure(result).toFixed(2)} ms`
}
