// openChat in a page against the real relay, in each engine.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { WebDriver } from 'selenium-webdriver'
import { RelayClient } from '../e2e/relay.js'
import { ENGINES, launch, type Server, startServer } from '../webdriver/index.js'
import type { Report } from './page.js'

const PROMPT = 'Tell me how a sluice gate works.'

/** Several tokens a frame, and time enough to stop an answer. */
const PACE = ['--tokens-per-second', '300']

/** How long a page without animation frames waits before it changes, in milliseconds. */
const LONGEST_FRAME = 100

let site: string
let relay: Server
let backend: RelayClient

before(async () => {
  site = await mkdtemp(join(tmpdir(), 'sluicegate-llm-'))
  await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    outfile: join(site, 'page.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
  })
  const page = '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>'
  await writeFile(join(site, 'index.html'), page)
  relay = await startServer('sluicegate-relay', ['--site', site, ...PACE])
  backend = new RelayClient(relay.url)
})

after(async () => {
  await relay.stop()
  await rm(site, { recursive: true })
})

async function ask(driver: WebDriver, ...args: unknown[]): Promise<Report> {
  await driver.get(relay.url)
  const [error, report] = await driver.executeAsyncScript<[string | null, Report]>(
    `const [args, done] = arguments
    ask(...args).then((report) => done([null, report]), (error) => done([String(error), null]))`,
    args,
  )
  assert.equal(error, null)
  return report
}

for (const engine of ENGINES) {
  describe(engine, () => {
    let driver: WebDriver

    before(async () => {
      driver = await launch(engine)
      await driver.manage().setTimeouts({ script: 60_000 })
    })

    after(() => driver.quit())

    test('the page changes once a frame, and shows the whole answer', async () => {
      const whole = await backend.wholeAnswer(PROMPT)
      const { answer, shown, sessionId, updates, frames, elapsed } = await ask(driver, PROMPT)
      assert.equal(shown, whole.text)
      assert.deepEqual([answer.text, answer.id], [whole.text, sessionId])
      assert.equal(answer.usage?.outputTokens, whole.tokens)
      assert.ok(updates < whole.tokens, `${updates} updates for ${whole.tokens} tokens`)
      const most = frames + elapsed / LONGEST_FRAME + 1
      assert.ok(updates <= most, `${updates} updates in ${frames} frames, ${elapsed} ms`)
    })

    test('cancel() stops the answer on the relay', async () => {
      const whole = await backend.wholeAnswer(PROMPT)
      const { answer, shown, sessionId, cancelled } = await ask(driver, PROMPT, 1)
      assert.deepEqual(cancelled, { aborted: true, notified: true, status: 200 })
      assert.equal(shown, answer.text)
      assert.ok(whole.text.startsWith(shown) && shown.length < whole.text.length, shown)
      const session = await backend.sessionWhere((one) => one.sessionId === sessionId)
      assert.equal(session.state, 'cancelled')
    })
  })
}
