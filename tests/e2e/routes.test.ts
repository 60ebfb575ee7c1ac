/** Every route of the relay, used by our library in a page, in each engine. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WebDriver } from 'selenium-webdriver'
import { ENGINES, launch, type Server } from '../webdriver/index.js'
import { callPage, startRelayWithPage } from './page-at-relay.js'
import { RelayClient } from './relay.js'

const PROMPT = 'Tell me how a sluice gate works.'

const FLAGS = ['--weather', '--tutorial', '--tokens-per-second', '100', '--heartbeat', '0.2']

let relay: Server
let backend: RelayClient

before(async () => {
  relay = await startRelayWithPage(new URL('routes-page.ts', import.meta.url), FLAGS)
  backend = new RelayClient(relay.url)
})

after(() => relay.stop())

for (const engine of ENGINES) {
  describe(engine, () => {
    let driver: WebDriver

    before(async () => {
      driver = await launch(engine)
      await driver.manage().setTimeouts({ script: 60_000 })
      await driver.get(relay.url)
    })

    after(() => driver.quit())

    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const call = (name: string, ...args: unknown[]) => callPage<any>(driver, name, ...args)

    test('POST /chat, and GET /chat/{sessionId} for the rest', async () => {
      const whole = await backend.wholeAnswer(PROMPT)
      const sessionId = `${engine}-whole`
      const { text, ids, types, type, attempts } = await call('chat', sessionId, PROMPT)
      assert.deepEqual([text, types, type, attempts], [whole.text, ['start'], 'done', 1])
      const all = Array.from({ length: whole.tokens + 1 }, (_, id) => id)
      assert.deepEqual(ids, all)
      const rest = await call('resume', sessionId, '9')
      assert.deepEqual(rest.ids, all.slice(10))
      assert.ok(whole.text.endsWith(rest.text))
    })

    for (const weather of ['drop', 'stall', 'slow']) {
      test(`POST /weather: ${weather}, and no token is lost or doubled`, async () => {
        const sessionId = `${engine}-${weather}`
        const { text, attempts, changes } = await call('chat', sessionId, PROMPT, weather)
        assert.deepEqual(changes, weather === 'slow' ? [204, 204] : [204])
        assert.equal(text, (await backend.wholeAnswer(PROMPT)).text)
        assert.equal(attempts, weather === 'drop' ? 2 : 1)
      })
    }

    test('POST /chat/cancel and GET /sessions', async () => {
      const sessionId = `${engine}-stopped`
      const result = await call('stop', sessionId, PROMPT)
      assert.deepEqual(result, { aborted: true, notified: true, status: 200 })
      const sessions = (await call('get', 'sessions')) as { sessionId: string; state: string }[]
      assert.equal(sessions.find((one) => one.sessionId === sessionId)?.state, 'cancelled')
    })

    test('GET /learn/sseChat', async () => {
      const messages = Array.from({ length: 10 }, (_, i) => [
        `小林: message ${i + 1} of 10`,
        String(i + 1),
      ])
      assert.deepEqual(await call('learn', '小林'), [['start', '0'], ...messages])
    })

    test('/api/sse: connect, chat, ack, disconnect', async () => {
      const whole = await backend.wholeAnswer(PROMPT)
      const { types, text, acks, disconnected } = await call('bot', `${engine}-bot`, PROMPT)
      assert.equal(text, whole.text)
      const told = types.filter((type: string) => type !== 'heartbeat')
      assert.deepEqual(told.slice(0, 2), ['systemMessage', 'messageStart'])
      const sentences = told.slice(2, -1)
      assert.ok(sentences.length >= 5 && sentences.length < whole.tokens, String(sentences.length))
      assert.ok(sentences.every((type: string) => type === 'messageFragment'))
      assert.deepEqual(acks, [{ acknowledged: true }, { acknowledged: false }])
      assert.deepEqual(disconnected, { aborted: true, notified: true, status: 200 })

      const read = await call('botText', `${engine}-reader`, PROMPT)
      assert.equal(read.answer, whole.text)
      assert.ok(read.heartbeats > 0)
    })

    test('GET /models, /healthz and /metrics', async () => {
      const { models } = await call('get', 'models')
      assert.deepEqual(models, ['sluicegate-builtin', 'sluicegate-builtin-quick'])
      assert.deepEqual(await call('get', 'healthz'), { status: 'ok' })
      assert.match(await call('get', 'metrics'), /^sluicegate_tokens_total [1-9]/m)
    })
  })
}
