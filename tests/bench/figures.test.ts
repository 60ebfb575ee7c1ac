// The figures that the README and the docs tell, compared with what is, or was, measured.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import type { Result } from '../../www/bench/report'
import { pagesWith } from './pages'
import { newestRecord } from './records'
import { bundle, ENTRIES, measureAll, type Size } from './sizes'

const ROOT = new URL('../../', import.meta.url)
const RECORD = new URL('records/size.json', import.meta.url)

const FILES = [
  'README.md',
  ...readdirSync(new URL('docs', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** The packages that docs/size.md and the README name, by what a page would import of them. */
const PEERS: Record<string, string> = {
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

const CLAIMS: Claim[] = [
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

const FIGURE = /\d[\d.]*\s*kB\b/g

describe('sizes', () => {
  let sizes: Size[]
  before(async () => {
    sizes = await measureAll()
  })

  async function measured(what: string): Promise<number> {
    return (sizes.find(({ entry }) => entry === what) ?? (await bundle(PEERS[what]!))).brotli
  }

  it('are those of the committed record', () => {
    const { entries } = JSON.parse(readFileSync(RECORD, 'utf8')) as { entries: Size[] }
    for (const { entry, brotli } of sizes) {
      const recorded = entries.find((other) => other.entry === entry)?.brotli ?? 0
      // Builds differ by some bytes, and so does what is left when one figure is taken from another.
      const isNear = Math.abs(brotli - recorded) <= Math.max(brotli / 100, 100)
      assert.ok(
        isNear,
        `${entry} is ${brotli} bytes, in the record ${recorded}: cargo xtask size --record`,
      )
    }
  })

  it('are those that the texts tell', async () => {
    let texts = FILES.map((file) => readFileSync(new URL(file, ROOT), 'utf8')).join('\n')
    const wrong: string[] = []
    for (const { text, of } of CLAIMS) {
      const found = text.exec(texts)
      assert.ok(found, `no text matches ${text}: change it here, too`)
      texts = texts.replace(text, '')
      for (const [at, what] of of.entries()) {
        const told = found[at + 1]!
        const kilobytes = (await measured(what)) / 1000
        // As many digits as the text has; the last one may be off by one, as builds differ by some bytes.
        const step = told.includes('.') ? 0.15 : 1.5
        if (Math.abs(Number(told) - kilobytes) > step) {
          wrong.push(`${what} is ${kilobytes.toFixed(1)} kB, and is told to be ${told}`)
        }
      }
    }
    assert.deepEqual(wrong, [])
    assert.deepEqual(texts.match(FIGURE) ?? [], [], 'figures that nothing here checks')
  })
})

describe('times', () => {
  it('are written into the tables of both pages', () => {
    const work = {
      bench: 'loopback',
      corpus: 'openai',
      chunk: 65_536,
      events: 1,
      check: '',
    } as const
    const ours: Result = { ...work, impl: 'sluicegate', kind: 'ours', median_ms: 2 }
    const theirs: Result = { ...work, impl: 'native EventSource', kind: 'native', median_ms: 5 }
    const pages = [...pagesWith([ours, theirs]).values()]
    assert.equal(pages.length, 2)
    for (const page of pages) {
      assert.match(page, /^\| HTTP, 200,000 OpenAI chunks.* \| 2\.0 ms \|.* 2\.5x \|$/m)
    }
  })

  const record = newestRecord('chromium')
  const skip = record ? false : 'there is no record: cargo xtask bench --record'

  it('in the pages are those of the newest record', { skip }, () => {
    for (const [path, text] of pagesWith(record!.results)) {
      assert.equal(readFileSync(path, 'utf8'), text)
    }
  })
})
