// `cargo xtask bench`: races all implementations in a real browser and prints who took how long.

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { WebDriver } from 'selenium-webdriver'
import type { Case, Result } from '../../www/bench/report'
import { launch, startServer } from '../webdriver/index'
import { call, openPage } from './browser'
import { shortfalls } from './goals'
import { runMemory } from './memory'
import { ratioTable } from './table'

const USAGE = `cargo xtask bench [options]
  --quick          only decode, iterate, loopback and text, on few corpora: less than two minutes
  --only NAME      one of these: decode, iterate, loopback, text
  --browser NAME   chromium (the default) or firefox
  --json FILE      write all results there
  --check          fail, and say why, where we are not as far ahead as we mean to be`

/** Measured runs of each implementation; the median counts. */
const ROUNDS = 7

const SITE = fileURLToPath(new URL('../../www/dist', import.meta.url))

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    browser: { type: 'string', default: 'chromium' },
    only: { type: 'string' },
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (options.help || (options.browser !== 'chromium' && options.browser !== 'firefox')) {
  console.log(USAGE)
  process.exit(options.help ? 0 : 2)
}

const server = await startServer('sluicegate-test-server', ['--site', SITE])
const browser = await launch(options.browser)
try {
  await main(browser)
} finally {
  await browser.quit()
  await server.stop()
}

async function main(driver: WebDriver): Promise<void> {
  const capabilities = await driver.getCapabilities()
  const name = `${capabilities.getBrowserName()} ${capabilities.getBrowserVersion()}`
  const results = await runAll(driver, options.browser === 'chromium')
  console.log(`${name}; medians of ${ROUNDS}; ratios: times our figure, above 1 is slower\n`)
  console.log(ratioTable(results))
  if (options.json !== undefined) {
    // npm changes the directory; what the user typed is relative to where they were.
    const file = resolve(process.env['INIT_CWD'] ?? '.', options.json)
    writeFileSync(file, `${JSON.stringify({ browser: name, results }, null, 2)}\n`)
  }
  if (options.check) {
    const missed = shortfalls(results)
    for (const line of missed) console.log(`missed: ${line}`)
    if (missed.length > 0) process.exitCode = 1
    else console.log('every goal reached')
  }
}

async function runAll(driver: WebDriver, chromium: boolean): Promise<Result[]> {
  const results: Result[] = []
  const all = ['decode', 'iterate', 'loopback', 'text'] as const
  for (const bench of options.only ? all.filter((one) => one === options.only) : all) {
    // A fresh page for each: what one bench taught the compiler must not help or hurt the next.
    await openPage(driver, server.url)
    for (const work of await call(driver, 'casesOf', bench, options.quick)) {
      progress(describe(work))
      results.push(...(await call(driver, 'runCase', work, ROUNDS)))
    }
  }
  if (options.quick || options.only) return results

  progress('latency')
  await openPage(driver, server.url)
  results.push(...(await call(driver, 'runLatency')), await call(driver, 'runCancel'))

  // Counting all of a page's memory takes the DevTools protocol.
  if (chromium) results.push(...(await runMemory(driver, server.url, progress)))

  progress('start')
  await openPage(driver, server.url)
  results.push(...(await call(driver, 'runStart', ROUNDS)))
  return results
}

function describe({ bench, corpus, chunk, events }: Case): string {
  return `${bench}: ${corpus}, ${events} events, chunks of ${chunk}`
}

function progress(line: string): void {
  console.error(`[${(performance.now() / 1000).toFixed(0).padStart(4)} s] ${line}`)
}
