/** A newcomer's path: from an empty folder to a page that streams, by copying docs/. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { By } from 'selenium-webdriver'
import { ENVIRONMENT, Tarball } from '../publish/tarball.js'
import { ENGINES, launch } from '../webdriver/index.js'
import { Program } from '../webdriver/program.js'
import { BLOCKS, titled } from './blocks.js'

const run = promisify(execFile)

const FILES = ['index.html', 'server.mjs', 'resuming-server.mjs', 'resuming-client.mjs']

/** How long the page may take to change, in milliseconds. */
const PATIENCE = 20_000

let tarball: Tarball
let registry: Server
let home: string

/** A registry with nothing but our package, as npm's will have it. */
async function serve({ data }: Tarball, { name, version }: { name: string; version: string }) {
  const integrity = `sha512-${createHash('sha512').update(data).digest('base64')}`
  const server = createServer((request, response) => {
    const url = `http://${request.headers.host}`
    if (request.url === `/${name}.tgz`) {
      response.end(data)
    } else if (request.url === `/${name}`) {
      const dist = { tarball: `${url}/${name}.tgz`, integrity }
      const versions = { [version]: { name, version, dist } }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }))
    } else {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

before(async () => {
  tarball = await Tarball.pack()
  registry = await serve(tarball, await tarball.manifest())
  home = await mkdtemp(join(tmpdir(), 'sluicegate-newcomer-'))
})

after(async () => {
  registry.close()
  await tarball.remove()
  await rm(home, { recursive: true })
})

test('from an empty folder to a page that streams and stops, and to a stream that resumes', async (context) => {
  const start = performance.now()
  const shell = BLOCKS.filter(({ language }) => language === 'sh')
  const install = shell.find(({ code }) => code.includes('npm init'))!.code
  const serveIt = shell.find(({ code }) => code.includes('server.mjs'))!.code
  const { port } = registry.address() as AddressInfo
  const env = {
    ...ENVIRONMENT,
    npm_config_registry: `http://127.0.0.1:${port}/`,
    npm_config_cache: join(home, 'cache'),
  }
  const { stdout } = await run('bash', ['-ec', `${install}\npwd`], { cwd: home, env })
  const folder = stdout.trim().split('\n').at(-1)!
  for (const file of FILES) await writeFile(join(folder, file), titled(file))

  const program = new Program('bash', ['-ec', `cd '${folder}'\n${serveIt}`], { PORT: '0' })
  try {
    const [, url = ''] = await program.printed(/^open (http:\S+)\n/m)
    context.diagnostic(`served after ${Math.round(performance.now() - start)} ms`)
    for (const engine of ENGINES) {
      const driver = await launch(engine)
      try {
        await driver.get(url)
        const textOf = (id: string) => driver.findElement(By.id(id)).getText()
        const isReady = () =>
          driver.executeScript<boolean>('return document.getElementById("ask").onclick !== null')
        await driver.wait(isReady, PATIENCE, `not ready in ${engine}`)
        await driver.findElement(By.id('ask')).click()
        await driver.wait(
          async () => (await textOf('answer')).includes('word 5,'),
          PATIENCE,
          `no words in ${engine}`,
        )
        assert.match(await textOf('answer'), /^word 1, word 2, word 3, word 4, word 5,/)
        await driver.findElement(By.id('stop')).click()
        await driver.wait(
          async () => (await textOf('report')) !== '',
          PATIENCE,
          `no report in ${engine}`,
        )
        assert.deepEqual(JSON.parse(await textOf('report')), {
          aborted: true,
          notified: true,
          status: 200,
        })
        await program.printed(/^stopped [\w-]+\n/m)
        assert.doesNotMatch(await textOf('answer'), /word 1000,/)
      } finally {
        await driver.quit()
      }
    }
  } finally {
    await program.stop()
  }

  const resuming = new Program('node', [join(folder, 'resuming-server.mjs')], { PORT: '0' })
  try {
    const [, address = ''] = await resuming.printed(/^listening on (http:\S+)\n/m)
    const { stdout } = await run('node', ['resuming-client.mjs', address], {
      cwd: folder,
      env,
      timeout: 3 * PATIENCE,
    })
    const lines = stdout.trim().split('\n')
    const words = Array.from({ length: 40 }, (_, n) => `word ${n}`)
    assert.deepEqual(
      lines.filter((line) => line.startsWith('word')),
      words,
    )
    assert.ok(lines.some((line) => / broke after \d+ events?/.test(line)))
    assert.ok(Number(/^(\d+) requests$/.exec(lines.at(-1)!)?.[1]) >= 5, lines.at(-1))
  } finally {
    await resuming.stop()
  }
})
