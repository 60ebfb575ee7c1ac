// The figures that the README and the docs tell, compared with what is, or was, measured.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import type { Result } from '../../www/bench/report'
import { CLAIMS, FILES, PEERS, ROOT, withSizes } from './claims'
import { pagesWith } from './pages'
import { newestRecord } from './records'
import { bundle, measureAll, type Size } from './sizes'

const RECORD = new URL('records/size.json', import.meta.url)

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

it('a recorded size is written into the texts', () => {
  const row = '| `sluicegate/llm` | 7.1 kB |\n'
  assert.equal(
    withSizes(row, (what) => (what === './llm' ? 6.54 : undefined)),
    row.replace('7.1', '6.5'),
  )
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
