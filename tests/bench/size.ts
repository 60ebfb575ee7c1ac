// `cargo xtask size`: what a page downloads, next to the committed record; fails over a budget.

import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { FILES, ROOT, withSizes } from './claims'
import { ENTRIES, measureAll, type Size } from './sizes'

const USAGE = `cargo xtask size [options]
  --parts        print the parts of every entry, not only of those that changed
  --json FILE    write all sizes there
  --record       write them to tests/bench/records/size.json, which later runs are compared with,
                 and into the texts that tell them`

const RECORD = fileURLToPath(new URL('records/size.json', import.meta.url))

const { values: options } = parseArgs({
  options: {
    parts: { type: 'boolean', default: false },
    json: { type: 'string' },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (options.help) {
  console.log(USAGE)
  process.exit()
}

const { entries: recorded } = JSON.parse(readFileSync(RECORD, 'utf8')) as { entries: Size[] }
const sizes = await measureAll()

for (const size of sizes) {
  const { entry, brotli, gzip, parts } = size
  const { budget, isAddition } = ENTRIES.find((known) => known.entry === entry)!
  const last = recorded.find((other) => other.entry === entry)
  const beyond = isAddition ? ' beyond `openStream`' : ''
  const verdict = brotli <= budget ? 'within' : 'OVER'
  console.log(
    `${entry}: ${brotli} bytes${beyond} in brotli (${change(brotli, last?.brotli)}), ${gzip} in gzip; ` +
      `${verdict} the budget of ${budget}`,
  )
  printParts(parts, last?.parts ?? {}, options.parts || brotli > budget)
  if (brotli > budget) process.exitCode = 1
}
if (process.exitCode === 1) {
  console.log('a part is in bytes, minified and not compressed; the record is of `--record`')
}

const json = `${JSON.stringify({ entries: sizes }, null, 2)}\n`
if (options.record) {
  writeFileSync(RECORD, json)
  for (const file of FILES) {
    const path = new URL(file, ROOT)
    const page = readFileSync(path, 'utf8')
    const now = withSizes(page, (what) => {
      const size = sizes.find(({ entry }) => entry === what)
      return size && size.brotli / 1000
    })
    if (now !== page) writeFileSync(path, now)
  }
}
// npm changes the directory; what the user typed is relative to where they were.
if (options.json !== undefined) {
  writeFileSync(resolve(process.env['INIT_CWD'] ?? '.', options.json), json)
}

/** Prints the parts that changed since the record, or all of them. */
function printParts(
  now: Record<string, number>,
  before: Record<string, number>,
  all: boolean,
): void {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])]
  for (const name of names.toSorted((a, b) => (now[b] ?? 0) - (now[a] ?? 0))) {
    if (!all && now[name] === before[name]) continue
    const bytes = String(now[name] ?? 0).padStart(6)
    console.log(`  ${bytes} ${name} (${change(now[name] ?? 0, before[name] ?? 0)})`)
  }
}

function change(now: number, before: number | undefined): string {
  if (before === undefined) return 'not in the record'
  const difference = now - before
  return difference === 0 ? 'unchanged' : `${difference > 0 ? '+' : ''}${difference}`
}
