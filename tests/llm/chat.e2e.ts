// openChat in a page against the real relay, in each engine.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WebDriver } from 'selenium-webdriver'
import { callPage, startRelayWithPage } from '../e2e/page-at-relay.js'
import { RelayClient } from '../e2e/relay.js'
import { ENGINES, launch, type Server } from '../webdriver/index.js'
import type { Report } from './page.js'

const PROMPT = 'Tell me how a sluice gate works.'

/** Several tokens a frame, and time enough to stop an answer. */
const PACE = ['--tokens-per-second', '300']

/** How long a page without animation frames waits before it changes, in milliseconds. */
const LONGEST_FRAME = 100

let relay: Server
let backend: RelayClient

before(async () => {
  relay = await startRelayWithPage(new URL('page.ts', import.meta.url), PACE)
  backend = new RelayClient(relay.url)
})

after(() => relay.stop())

async function ask(driver: WebDriver, ...args: unknown[]): Promise<Report> {
  await driver.get(relay.url)
  return callPage(driver, 'ask', ...args)
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
