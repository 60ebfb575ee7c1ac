// The figures that the README and the docs tell, compared with what is, or was, measured.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { readmeTable, tableIn } from './readme'
import { newestRecord } from './records'
import { bundle, measureAll, type Size } from './sizes'

const ROOT = new URL('../../', import.meta.url)
const RECORD = new URL('records/size.json', import.meta.url)

const FILES = [
  'README.md',
  ...readdirSync(new URL('docs', ROOT))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** A figure in the texts, and where else it is told. */
interface Claim {
  /** Each group is a figure in kB. */
  text: RegExp
  /** What each group tells: an entry, or the module that a page would bundle. */
  of: string[]
}

const CLAIMS: Claim[] = [
  { text: /^\| `sluicegate` \|.* ([\d.]+) kB; .* ([\d.]+) kB \|$/m, of: ['.', '. (decode)'] },
  { text: /^\| `sluicegate\/slim` \|.* ([\d.]+) kB \|$/m, of: ['./slim'] },
  { text: /^\| `sluicegate\/compat` \|.* ([\d.]+) kB \|$/m, of: ['./compat'] },
  { text: /`sluicegate\/llm` returns the text.* ([\d.]+) kB \(brotli\) beyond/, of: ['./llm'] },
  {
    text: /([\d.]+) and ([\d.]+) kB \(brotli\) beyond the core/,
    of: ['./eventsource', './fetch-event-source'],
  },
  { text: /`sluicegate\/share`, ([\d.]+) kB \(brotli\) beyond the core/, of: ['./share'] },
  { text: /docs\/fetch\.md\) has the details. ([\d.]+) kB \(brotli\) beyond/, of: ['./fetch'] },
  { text: /for its types only. ([\d.]+) kB \(brotli\) beyond/, of: ['./ai-sdk'] },
  { text: /`sluicegate\/share` is ([\d.]+) kB \(brotli\)/, of: ['./share'] },
  { text: /([\d.]+) to ([\d.]+) kB \(brotli\) beyond the core/, of: ['./react', './vue'] },
  {
    text: /downloads\s([\d.]+)\skB\s\(brotli\), WebAssembly included, where the others are ([\d.]+) to ([\d.]+) kB/,
    of: [
      '.',
      `export { events } from 'fetch-event-stream'`,
      `export { EventSource } from 'eventsource'`,
    ],
  },
  {
    text: /`openai` ([\d.]+) kB;\s`@anthropic-ai\/sdk` ([\d.]+);\s`@google\/genai` ([\d.]+);\s`ollama` ([\d.]+)/,
    of: [
      `export { default } from 'openai'`,
      `export { default } from '@anthropic-ai/sdk'`,
      `export { GoogleGenAI } from '@google/genai'`,
      `export { default } from 'ollama/browser'`,
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
    return (sizes.find(({ entry }) => entry === what) ?? (await bundle(what))).brotli
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
  const record = newestRecord('chromium')
  const skip = record ? false : 'there is no record: cargo xtask bench --record'

  it('in the README are those of the newest record', { skip }, () => {
    const readme = readFileSync(new URL('README.md', ROOT), 'utf8')
    assert.equal(tableIn(readme), readmeTable(record!.results).join('\n'))
  })
})
