// The sizes in the README and in docs/, and what each of them is of.

import { readdirSync } from 'node:fs'
import { ENTRIES } from './sizes'

export const ROOT = new URL('../../', import.meta.url)

export const FILES = [
  'README.md',
  ...readdirSync(new URL('docs', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** The packages that docs/size.md and the README name, by what a page would import of them. */
export const PEERS: Record<string, string> = {
  'fetch-event-stream': `export { events } from 'fetch-event-stream'`,
  '@microsoft/fetch-event-source': `export { fetchEventSource } from '@microsoft/fetch-event-source'`,
  'sse.js': `export { SSE } from 'sse.js'`,
  'eventsource-parser': `export { createParser } from 'eventsource-parser'`,
  'eventsource-client': `export { createEventSource } from 'eventsource-client'`,
  eventsource: `export { EventSource } from 'eventsource'`,
  ollama: `export { default } from 'ollama/browser'`,
  '@google/genai': `export { GoogleGenAI } from '@google/genai'`,
  '@anthropic-ai/sdk': `export { default } from '@anthropic-ai/sdk'`,
  openai: `export { default } from 'openai'`,
}

/** A figure in the texts, and where else it is told. */
interface Claim {
  /** Each group is a figure in kB. */
  text: RegExp
  /** What each group tells: an entry, or the package that a page would bundle. */
  of: string[]
}

const quoted = (text: string) => text.replaceAll(/[.()/]/g, '\\$&')

/** A row of docs/size.md: `name` in its first cell, the figure in its last. */
function row(name: string, of: string): Claim {
  return { text: new RegExp(`^\\| ${quoted(name)} \\|.* ([\\d.]+) kB \\|$`, 'm'), of: [of] }
}

export const CLAIMS: Claim[] = [
  ...ENTRIES.map(({ entry }) => {
    const [path = '', only] = entry.split(' ')
    const name = `\`sluicegate${path.slice(1)}\``
    return row(only ? `${name}, \`decode\` only` : name, entry)
  }),
  ...Object.keys(PEERS).map((name) => row(`\`${name}\``, name)),
  {
    text: /The price is ([\d.]+) kB \(brotli\), .*the other packages have ([\d.]+) to\s([\d.]+) kB/,
    of: ['.', 'fetch-event-stream', 'eventsource'],
  },
  {
    text: /^\| size \| ([\d.]+) kB \| ([\d.]+) kB \| ([\d.]+) kB \| ([\d.]+) kB \| ([\d.]+) kB \| \|$/m,
    of: [
      '.',
      '@microsoft/fetch-event-source',
      'eventsource-parser',
      'eventsource-client',
      'eventsource',
    ],
  },
]

/** A text with the sizes of now, each with as many digits as it had. */
export function withSizes(page: string, kilobytesOf: (what: string) => number | undefined): string {
  let result = page
  for (const { text: pattern, of } of CLAIMS) {
    const found = new RegExp(pattern, `${pattern.flags}d`).exec(result)
    // From the last on: those before stay where they are.
    for (const [at, what] of [...of.entries()].toReversed()) {
      const kilobytes = kilobytesOf(what)
      const [from, to] = found?.indices?.[at + 1] ?? []
      if (kilobytes === undefined || from === undefined) continue
      const digits = result.slice(from, to).includes('.') ? 1 : 0
      result = result.slice(0, from) + kilobytes.toFixed(digits) + result.slice(to)
    }
  }
  return result
}
