/**
 * Runs the suites of this folder in real browsers, against the real test server. See README.md for the options.
 *
 * Exits with 1 if anything fails, if nothing ran, or if a page hangs.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ENGINES, type Engine, freePort, startServer } from '../webdriver/index.js'
import { SdkServers } from '../vendors/sdks/server.js'
import { startVendors } from '../vendors/server.js'
import { bundle, bundleScenarios } from './bundle.js'
import { Listener } from './listener.js'
import { runPage } from './page.js'
import { isPageCurrent } from './verdicts.js'

const { values } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true },
    grep: { type: 'string' },
    repeat: { type: 'string', default: '1' },
    compat: { type: 'boolean', default: false },
    'js-module': { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
  },
})

const engines = (values.engine ?? ENGINES) as Engine[]
for (const engine of engines) {
  if (!ENGINES.includes(engine)) throw new Error(`${engine} is none of ${ENGINES.join(', ')}`)
}
const rounds = Number(values.repeat)
if (!(rounds >= 1)) throw new Error(`--repeat takes a number, not ${values.repeat}`)

const site = await mkdtemp(join(tmpdir(), 'sluicegate-browser-'))
const kind = values.compat ? 'compat' : values['js-module'] ? 'module' : undefined
const listeners = engines.map((engine) => new Listener(engine, kind && `${kind}, ${engine}`))
try {
  if (values['js-module']) await bundleScenarios(site)
  else await bundle(site, values.compat ? 'sluicegate/compat' : 'sluicegate')
  // All at once: much of the time, a test waits.
  await Promise.all(listeners.map(runEngine))
} finally {
  await rm(site, { recursive: true, force: true })
}
let isGood = listeners.every((listener) => listener.isGood)
for (const listener of listeners) listener.summarize()
// Only a run of everything has all that the page tells of.
const isWhole =
  !values['js-module'] &&
  engines.length === ENGINES.length &&
  (values.grep === undefined || values.update)
if (isWhole && isGood) {
  const verdicts = listeners.flatMap((listener) => listener.verdicts)
  const differences = listeners.flatMap((listener) => listener.differences)
  isGood = await isPageCurrent(verdicts, differences, values.update)
  if (!isGood) console.log('\ndocs/eventsource.md is not what was found: run this with --update')
}
process.exitCode = isGood ? 0 : 1

/** Servers of its own: no engine meets what another one does. */
async function runEngine(listener: Listener): Promise<void> {
  const server = await startServer('sluicegate-test-server', ['--site', site])
  const vendors = await startVendors()
  const sdks = await SdkServers.start()
  try {
    const page = new URL('/site/index.html', server.url)
    page.searchParams.set('engine', listener.engine)
    page.searchParams.set('vendors', vendors.url)
    page.searchParams.set('sdks', sdks.url)
    page.searchParams.set('player', values['js-module'] ? 'js' : 'npm')
    page.searchParams.set('closedPort', String(await freePort()))
    if (values.grep !== undefined) page.searchParams.set('grep', values.grep)
    await runPage(page.href, rounds, listener)
  } finally {
    await server.stop()
    await vendors[Symbol.asyncDispose]()
    await sdks[Symbol.asyncDispose]()
  }
}
