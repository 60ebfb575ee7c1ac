// The README's table of times, made of a record.

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

/** Returns the table's lines. */
export function readmeTable(results: Result[]): string[] {
  const titles = ['work', 'Sluicegate', ...COLUMNS.map(([title]) => title)]
  const lines = ROWS.map(([title, bench, corpus, chunk]) => {
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
  return [titles, titles.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)
}

function times(ratio: number): string {
  if (Number.isNaN(ratio)) return ''
  return `${ratio < 9.95 ? ratio.toFixed(1) : ratio.toFixed(0)}x`
}

/** Finds the table's lines in the README. */
export function tableIn(readme: string): string {
  const table = /^\| work \|.*(?:\n\|.*)*/m.exec(readme)
  if (!table) throw new Error('README.md has no table that begins with "| work |"')
  return table[0]
}
