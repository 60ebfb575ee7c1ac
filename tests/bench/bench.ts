// `cargo xtask bench`: races all implementations in a real browser and prints who took how long.

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { WebDriver } from 'selenium-webdriver'
import type { Case, Result } from '../../www/bench/report'
import { launch, startServer } from '../webdriver/index'
import { call, openPage } from './browser'
import { runChat } from './chat'
import { shortfalls } from './goals'
import { runMemory } from './memory'
import {
  compareWith,
  type Comparison,
  describeFall,
  hasFallen,
  newestRecord,
  type Record,
  writeRecord,
} from './records'
import { pagesWith } from './pages'
import { ratioTable, type Row } from './table'

const USAGE = `cargo xtask bench [options]
  --quick          only decode, iterate, loopback, text and chat, on few corpora: about two minutes
  --only NAME      one of these: decode, iterate, loopback, text, latency, memory, start, chat
  --browser NAME   chromium (the default) or firefox
  --json FILE      write all results there
  --record         write them to tests/bench/records, with the date; those of a whole run in Chromium
                   also into the tables of the README and docs/performance.md
  --check          fail, and say why, where a goal is missed, or where a ratio to a peer is more than
                   10 % below that of the newest record; what fell is measured twice more first`

const BENCHES = [
  'decode',
  'iterate',
  'loopback',
  'text',
  'latency',
  'memory',
  'start',
  'chat',
] as const
type Bench = (typeof BENCHES)[number]

/** How often something is measured again that seems to have become slower. */
const SECOND_LOOKS = 2

/** Measured runs of each implementation; the median counts. */
const ROUNDS = 7

const SITE = fileURLToPath(new URL('../../www/dist', import.meta.url))

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    browser: { type: 'string', default: 'chromium' },
    only: { type: 'string' },
    json: { type: 'string' },
    record: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
/** Which records these results are compared with, and among which they go. */
const kind = options.quick || options.only ? `${options.browser}-quick` : options.browser

const isKnown =
  ['chromium', 'firefox'].includes(options.browser) &&
  (options.only === undefined || BENCHES.includes(options.only as Bench))
if (options.help || !isKnown) {
  console.log(USAGE)
  process.exit(options.help ? 0 : 2)
}

const server = await startServer('sluicegate-test-server', ['--site', SITE], 'release')
const browser = await launch(options.browser as 'chromium' | 'firefox')
try {
  await main(browser)
} finally {
  await browser.quit()
  await server.stop()
}

async function main(driver: WebDriver): Promise<void> {
  const capabilities = await driver.getCapabilities()
  const name = `${capabilities.getBrowserName()} ${capabilities.getBrowserVersion()}`
  const results = await runAll(driver)
  console.log(`${name}; medians of ${ROUNDS}; ratios: times our figure, above 1 is slower\n`)
  console.log(ratioTable(results))
  const [cpu] = cpus()
  const machine = `${cpu?.model ?? 'unknown'}, ${cpus().length} cores`
  const date = new Date().toISOString().slice(0, 10)
  const record = { date, browser: name, machine, results }
  // npm changes the directory; what the user typed is relative to where they were.
  if (options.json !== undefined) {
    const file = resolve(process.env['INIT_CWD'] ?? '.', options.json)
    writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`)
  }
  if (options.check) await check(driver, results)
  if (!options.record) return
  console.log(`wrote ${writeRecord(kind, record)}`)
  if (kind !== 'chromium') return
  for (const [path, text] of pagesWith(results)) writeFileSync(path, text)
  console.log(
    'wrote the tables of README.md and docs/performance.md: look over the text around them',
  )
}

async function check(driver: WebDriver, results: Result[]): Promise<void> {
  const missed = shortfalls(results)
  const record = newestRecord(kind) ?? newestRecord(options.browser)
  if (record) {
    const compared = compareWith(record, results)
    console.log(`compared ${compared.length} ratios with the record of ${record.date}`)
    const looked = await lookAgain(driver, record, compared.filter(hasFallen))
    missed.push(...looked.map(describeFall))
  } else {
    missed.push(`there is no record of ${options.browser} to compare with: --record makes one`)
  }
  for (const line of missed) console.log(`missed: ${line}`)
  if (missed.length > 0) process.exitCode = 1
  else console.log('every goal reached')
}

/** Measures again what has fallen. Returns what is as low at each look. */
async function lookAgain(
  driver: WebDriver,
  record: Record,
  fallen: Comparison[],
): Promise<Comparison[]> {
  for (let look = 0; look < SECOND_LOOKS && fallen.length > 0; look++) {
    const again: Result[] = []
    for (const row of new Set(fallen.map((comparison) => comparison.row))) {
      progress(`again: ${row.bench}, ${row.corpus}, chunks of ${row.chunk}`)
      again.push(...(await runRow(driver, row)))
    }
    const rows = compareWith(record, again).filter(hasFallen)
    fallen = fallen.filter((old) => rows.some((now) => isSame(now, old)))
  }
  return fallen
}

function isSame(one: Comparison, other: Comparison): boolean {
  return (
    one.ours === other.ours &&
    one.peer === other.peer &&
    one.row.bench === other.row.bench &&
    one.row.corpus === other.row.corpus &&
    one.row.chunk === other.row.chunk
  )
}

async function runRow(driver: WebDriver, { bench, corpus, chunk, results }: Row) {
  if (isWhole(bench)) return runBench(driver, bench)
  await openPage(driver, server.url)
  return call(driver, 'runCase', { bench, corpus, chunk, events: results[0]!.events }, ROUNDS)
}

async function runAll(driver: WebDriver): Promise<Result[]> {
  const results: Result[] = []
  for (const bench of BENCHES) {
    // A page's memory and its tasks are counted by Chromium's DevTools protocol.
    const isChromiums = bench === 'memory' || bench === 'chat'
    if (isChromiums && options.browser !== 'chromium') continue
    const isSlow = isWhole(bench) && bench !== 'chat'
    if (options.only ? options.only !== bench : options.quick && isSlow) continue
    results.push(...(await runBench(driver, bench)))
  }
  return results
}

/** Whether a bench is not divided into cases. */
function isWhole(bench: Bench): bench is Exclude<Bench, Case['bench']> {
  return bench === 'latency' || bench === 'memory' || bench === 'start' || bench === 'chat'
}

async function runBench(driver: WebDriver, bench: Bench): Promise<Result[]> {
  // A fresh page for each: what one bench taught the compiler must not help or hurt the next.
  await openPage(driver, server.url)
  switch (bench) {
    case 'latency':
      progress('latency')
      return [...(await call(driver, 'runLatency')), await call(driver, 'runCancel')]
    case 'memory':
      return runMemory(driver, server.url, progress)
    case 'chat':
      return runChat(driver, ROUNDS, options.quick, progress)
    case 'start':
      progress('start')
      return call(driver, 'runStart', ROUNDS)
  }
  const results: Result[] = []
  for (const work of await call(driver, 'casesOf', bench, options.quick)) {
    progress(describe(work))
    results.push(...(await call(driver, 'runCase', work, ROUNDS)))
  }
  return results
}

function describe({ bench, corpus, chunk, events }: Case): string {
  return `${bench}: ${corpus}, ${events} events, chunks of ${chunk}`
}

function progress(line: string): void {
  console.error(`[${(performance.now() / 1000).toFixed(0).padStart(4)} s] ${line}`)
}
