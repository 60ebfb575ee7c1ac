// The times in docs/performance.md and in the README, made of a record.

import { readFileSync } from 'node:fs'
import type { Bench, ChunkSize, Result } from '../../www/bench/report'
import { figure } from './table'

const ROWS: [title: string, bench: Bench, corpus: string, chunk: ChunkSize][] = [
  ['HTTP, 200,000 OpenAI chunks, 48 MB', 'loopback', 'openai', 65_536],
  ['`for await`, 20,000 OpenAI chunks, 16 KiB per chunk', 'iterate', 'openai', 16_384],
  ['the same, one event per chunk, 5,000 events', 'iterate', 'openai', 'event'],
  ['`for await`, 30,000 Anthropic events, 16 KiB per chunk', 'iterate', 'anthropic', 16_384],
  ['`for await`, 50,000 events with CRLF, 16 KiB per chunk', 'iterate', 'crlf', 16_384],
  ['decoding alone, OpenAI chunks, 16 KiB per chunk', 'decode', 'openai', 16_384],
  ['the same, Anthropic events', 'decode', 'anthropic', 16_384],
  ['the same, Chinese text with ids and types', 'decode', 'chinese', 16_384],
  ['the same, CRLF, two data lines', 'decode', 'crlf', 16_384],
  ['the same, events of four letters', 'decode', 'tiny', 16_384],
  ['the same, one event of 64 KB per chunk', 'decode', 'large', 65_536],
  ['a fresh page, from the import to the first event', 'start', '0 ms', 'event'],
  ['the same, of a server that answers after 50 ms', 'start', '50 ms', 'event'],
  ['a single event, from its write to its handler', 'latency', '1/s', 'event'],
]

const COLUMNS: [title: string, impl: string][] = [
  ['eventsource-parser', 'eventsource-parser'],
  ['its stream', 'eventsource-parser stream'],
  ['fetch-event-source', 'fetch-event-source'],
  ['fetch-event-stream', 'fetch-event-stream'],
  ['eventsource-client', 'eventsource-client'],
  ['eventsource', 'eventsource'],
  ['openai', 'openai'],
  ['native', 'native EventSource'],
]

/** The README's row: one of the table's, for the packages in its columns. */
const README_ROW = 'HTTP, 200,000 OpenAI chunks'
const README_COLUMNS = [
  'fetch-event-source',
  'eventsource-parser',
  'eventsource-client',
  'eventsource',
  'native',
]

const PERFORMANCE = new URL('../../docs/performance.md', import.meta.url)
const README = new URL('../../README.md', import.meta.url)

/** Returns the pages by their paths, as they are with these results. */
export function pagesWith(results: Result[]): Map<URL, string> {
  const rows = rowsOf(results)
  const titles = ['work', 'Sluicegate', ...COLUMNS.map(([title]) => title)]
  const table = [titles, titles.map(() => '---'), ...rows].map(lineOf).join('\n')
  const found = rows.find(([title]) => title!.startsWith(README_ROW))!
  const cells = README_COLUMNS.map((title) => found[titles.indexOf(title)]!)
  const line = lineOf([README_ROW, found[1]!, ...cells])
  return new Map([
    [PERFORMANCE, replaced(PERFORMANCE, /^\| work \|.*(?:\n\|.*)*/m, table)],
    [README, replaced(README, new RegExp(`^\\| ${README_ROW} \\|.*`, 'm'), line)],
  ])
}

function rowsOf(results: Result[]): string[][] {
  return ROWS.map(([title, bench, corpus, chunk]) => {
    const of = (impl: string) =>
      figure(
        results.find(
          (result) =>
            result.bench === bench &&
            result.corpus === corpus &&
            result.chunk === chunk &&
            result.impl === impl,
        ),
      )
    const ours = of('sluicegate')
    const ratios = COLUMNS.map(([, impl]) => times(of(impl) / ours))
    return [title, `${ours.toFixed(ours < 1 ? 2 : 1)} ms`, ...ratios]
  })
}

function lineOf(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

function times(ratio: number): string {
  if (Number.isNaN(ratio)) return ''
  return `${ratio < 9.95 ? ratio.toFixed(1) : ratio.toFixed(0)}x`
}

function replaced(path: URL, old: RegExp, text: string): string {
  const page = readFileSync(path, 'utf8')
  if (!old.test(page)) throw new Error(`${path.pathname} has nothing like ${old}`)
  return page.replace(old, () => text)
}
