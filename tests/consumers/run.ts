/**
 * Installs the packed package in an app for each bundler and runtime, builds it, and streams through it. See README.md.
 *
 *     node --import tsx consumers/run.ts [--engine NAME]... [--table] [CONSUMER]...
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { parseArgs } from 'node:util'
import type { WebDriver } from 'selenium-webdriver'
import { Tarball } from '../publish/tarball.js'
import { ENGINES, type Engine, freePort, launch, startServer } from '../webdriver/index.js'
import { Program } from '../webdriver/program.js'
import { type Consumer, CONSUMERS } from './consumers.js'
import { converse, converseByUseChat } from './conversation.js'
import { type Row, writeTable } from './table.js'
import { openPage, openTerminal, openWorker } from './views.js'
import { App, HAS_NEWER_NODE, installNewerNode, type Node, OUR_NODE } from './workshop.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', multiple: true },
    table: { type: 'boolean', default: false },
  },
})
const engines = (values.engine ?? ENGINES) as Engine[]
for (const engine of engines) {
  if (!ENGINES.includes(engine)) throw new Error(`${engine} is none of ${ENGINES.join(', ')}`)
}
const names = CONSUMERS.map(({ name }) => name)
for (const name of positionals) {
  if (!names.includes(name)) throw new Error(`${name} is none of ${names.join(', ')}`)
}
const chosen = CONSUMERS.filter(
  ({ name }) => positionals.length === 0 || positionals.includes(name),
)
const needsBrowsers = chosen.some(({ kind }) => kind.in === 'page' || kind.in === 'site')

const site = await mkdtemp(join(tmpdir(), 'sluicegate-consumers-'))
const tarball = await Tarball.pack()
const server = await startServer('sluicegate-test-server', ['--site', site])
const browsers = new Map<Engine, WebDriver>()
const rows: Row[] = []
let newerNode: Node | undefined

before(async () => {
  if (HAS_NEWER_NODE && chosen.some(({ needsNewerNode }) => needsNewerNode)) {
    newerNode = await installNewerNode(join(site, 'newer-node'))
  }
  if (!needsBrowsers) return
  for (const engine of engines) browsers.set(engine, await launch(engine))
})

after(async () => {
  if (values.table) await writeTable(rows, browsers.values())
  for (const browser of browsers.values()) await browser.quit()
  await server.stop()
  await tarball.remove()
  await rm(site, { recursive: true, force: true })
})

// Two at a time: one's packages are fetched while another is built. They take turns at the browsers. The table has the
// time that each takes alone.
suite('the package in apps', { concurrency: values.table ? 1 : 2 }, () => {
  for (const consumer of chosen) {
    const skip =
      consumer.needsNewerNode && !HAS_NEWER_NODE ? 'there is no newer Node for it' : false
    suite(consumer.title, { skip, concurrency: 1 }, () => {
      let app: App
      const row: Row = { title: consumer.title, versions: [], seconds: {}, bundle: undefined }
      rows.push(row)
      const timed = (what: string, work: () => Promise<void>) =>
        test(what, async () => {
          const start = performance.now()
          await work()
          row.seconds[what] = (performance.now() - start) / 1000
        })

      timed('installs', async () => {
        const node = consumer.needsNewerNode ? newerNode! : OUR_NODE
        app = new App(consumer, join(site, consumer.name), node)
        await app.install(tarball.path)
        row.versions = await app.versions()
      })
      timed('builds', async () => {
        await app.build()
        row.bundle = await app.weight()
      })
      timed('streams', () => takingTurns(() => streams(consumer, app)))
      after(() => rm(join(site, consumer.name), { recursive: true, force: true }))
    })
  }
})

let turn: Promise<unknown> = Promise.resolve()

async function takingTurns(work: () => Promise<void>): Promise<void> {
  const mine = turn.then(work)
  turn = mine.catch(() => undefined)
  return mine
}

async function streams(consumer: Consumer, app: App): Promise<void> {
  const { name, kind } = consumer
  if (kind.in === 'page') {
    return inEachBrowser(consumer, `${server.url}/site/${name}/${kind.path}`)
  }
  if (kind.in === 'extension') return inAnExtension(name, join(app.folder, 'dist'), kind.path)
  const command = await app.command(kind.command)
  if (kind.in === 'terminal') {
    return converse(server.url, name, (endpoints) => openTerminal(command, app, endpoints))
  }
  const port = await freePort()
  const [file, ...args] = command
  const env = { ...app.environment, HOST: '127.0.0.1', PORT: String(port) }
  const program = new Program(file, args, env, app.folder)
  try {
    if (kind.in === 'worker') {
      const [, address = ''] = await program.printed(kind.address)
      return await converse(server.url, name, (endpoints) => openWorker(address, endpoints))
    }
    await program.printed(kind.ready)
    const address = `http://127.0.0.1:${port}`
    const page = await (await fetch(`${address}/?chat=/&cancel=/`)).text()
    assert.match(page, /<p>decoded on the server<\/p>/)
    await inEachBrowser(consumer, address)
  } finally {
    await program.stop()
  }
}

/** Extensions are for Chromium only, in a browser of their own. */
async function inAnExtension(name: string, folder: string, page: string): Promise<void> {
  if (!engines.includes('chromium')) return
  const browser = await launch('chromium', [
    `--load-extension=${folder}`,
    '--disable-features=DisableLoadExtensionCommandLineSwitch',
  ])
  try {
    const url = `chrome-extension://${extensionId(await realpath(folder))}/${page}`
    await converse(server.url, name, (endpoints) => openPage(browser, url, endpoints))
  } finally {
    await browser.quit()
  }
}

/** Chromium derives the id of an unpacked extension from its path. */
function extensionId(folder: string): string {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 32)
  return hash.replace(/./g, (digit) => String.fromCharCode(97 + parseInt(digit, 16)))
}

async function inEachBrowser({ name, hasUseChat }: Consumer, page: string): Promise<void> {
  for (const [engine, browser] of browsers) {
    await converse(server.url, `${name}-${engine}`, (endpoints) =>
      openPage(browser, page, endpoints),
    )
    if (!hasUseChat) continue
    await converseByUseChat(server.url, (useChat) => openPage(browser, page, { useChat }))
  }
}
