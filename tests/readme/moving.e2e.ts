/** The README's code before and after moving to Sluicegate: both show the same. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { build } from 'esbuild'
import type { WebDriver } from 'selenium-webdriver'
import { ENGINES, launch } from '../webdriver/index.js'
import { BLOCKS, titled } from './blocks.js'

const TOKENS = ['Sluice', 'gates', 'open', 'slowly']
const QUESTION = 'How do sluice gates open?'

/** How long a page may take to show them, in milliseconds. */
const PATIENCE = 20_000

const LIBRARIES = BLOCKS.map(({ title }) => /^before: (.*)$/.exec(title)?.[1] ?? '').filter(Boolean)

const pages = new Map<string, string>()
/** What the streams were asked for with, page by page. */
const questions: string[] = []

const server = createServer(async (request, response) => {
  if (request.url === '/chat') {
    questions.push(await text(request))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(TOKENS.map((token) => `data: ${token}\n\n`).join(''))
  } else if (request.url === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const token of TOKENS) response.write(`event: token\ndata: ${token}\n\n`)
    // It stays open: to leave is the page's.
    response.write('event: end\ndata\n\n')
  } else {
    const page = pages.get(decodeURIComponent(request.url ?? ''))
    response.writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' }).end(page)
  }
})

async function pageOf(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<button></button>
<script>
  var shown = []
  const show = (data) => shown.push(data)
  const stopButton = document.querySelector('button')
  const question = ${JSON.stringify(QUESTION)}
  const sessionId = 'readme'
</script>
<script type="module">${outputFiles[0]!.text.replaceAll('</script', '<\\/script')}</script>`
}

before(async () => {
  for (const library of LIBRARIES) {
    for (const when of ['before', 'after']) {
      pages.set(`/${when} ${library}`, await pageOf(titled(`${when}: ${library}`)))
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

after(() => {
  server.closeAllConnections()
  server.close()
})

test('the README tells of moving from four libraries', () => assert.equal(LIBRARIES.length, 4))

for (const engine of ENGINES) {
  describe(engine, () => {
    let driver: WebDriver

    before(async () => {
      driver = await launch(engine)
    })

    after(() => driver.quit())

    for (const library of LIBRARIES) {
      for (const when of ['before', 'after']) {
        test(`${when} moving from ${library}`, async () => {
          questions.length = 0
          const { port } = server.address() as AddressInfo
          await driver.get(`http://127.0.0.1:${port}/${encodeURIComponent(`${when} ${library}`)}`)
          const shown = () => driver.executeScript<string[]>('return shown')
          await driver.wait(async () => (await shown()).length >= TOKENS.length, PATIENCE)
          assert.deepEqual(await shown(), TOKENS)
          const asked = questions.map((body) => JSON.parse(body) as unknown)
          assert.deepEqual(asked, library === 'EventSource' ? [] : [{ question: QUESTION }])
        })
      }
    }
  })
}
