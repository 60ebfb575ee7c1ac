/** The chat page at three replicas behind nginx, one of which is killed, and a crowd beside it. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { WebDriver } from 'selenium-webdriver'
import { ENGINES, launch, type Server } from '../webdriver/index.js'
import { assertOnlyGrows, bare, ChatPage, isComplete } from './chat-page.js'
import { readToTheEnd } from './crowd.js'
import { HeldModel } from './held-model.js'
import { RelayClient, type Session } from './relay.js'
import { type Replicas, startReplicas } from './replicas.js'

const SITE = fileURLToPath(new URL('../../www/dist', import.meta.url))

const PROMPT = 'What is a sluice gate?'

const CROWD = 200
const FLAGS = ['--site', SITE, '--max-sessions-per-user', '1000', '--max-streams-per-user', '1000']

for (const engine of ENGINES) {
  describe(`replicas, in ${engine}`, () => {
    let model: HeldModel
    let replicas: Replicas
    let driver: WebDriver
    let page: ChatPage

    before(async () => {
      model = await HeldModel.start()
      replicas = await startReplicas(3, [...FLAGS, '--upstream', model.url, '--model', 'held'])
      driver = await launch(engine)
      await driver.manage().window().setRect({ width: 1280, height: 860 })
      page = new ChatPage(driver)
    })

    after(async () => {
      await driver?.quit()
      await replicas?.stop()
      await model?.[Symbol.asyncDispose]()
    })

    async function open(): Promise<void> {
      await page.open(`${replicas.url}/vue.html`)
      await page.click('new')
    }

    /** Asks, and returns the replica that was asked, once the model waits in the middle of the answer. */
    async function ask(): Promise<[Server, Session]> {
      await page.ask(PROMPT)
      await page.until((all) => all.at(-1)?.answer === bare(HeldModel.half))
      for (const relay of replicas.relays) {
        const sessions = await new RelayClient(relay.url).sessions()
        const session = sessions.find(({ userId, state }) => userId !== 'crowd' && state === 'live')
        if (session) return [relay, session]
      }
      throw new Error('no replica has the session')
    }

    test('Stop stops the answer, whichever replica hears of it', async () => {
      await open()
      // nginx takes them in turn: the cancel comes to another one than the question.
      const [relay, { sessionId }] = await ask()
      await page.click('stop')
      const pictures = await page.until((all) => all.at(-1)?.status.startsWith('stopped') === true)
      assert.match(pictures.at(-1)?.status ?? '', /^stopped here and on the server/)
      const sessions = await new RelayClient(relay.url).sessions()
      const session = sessions.find((one) => one.sessionId === sessionId)
      assert.equal(session?.state, 'cancelled')
    })

    test(`an answer goes on when its replica is killed, and so do ${CROWD} others`, async () => {
      await open()
      const amid = new Set<number>()
      const crowd = Array.from({ length: CROWD }, (_, number) =>
        readToTheEnd(replicas.url, PROMPT, `crowd-${number}`, (text) => {
          if (text === HeldModel.half) amid.add(number)
        }),
      )
      while (amid.size !== CROWD) await Promise.race([delay(20), Promise.all(crowd)])
      const [relay] = await ask()
      await relay.stop('KILL')
      model.release()
      const pictures = await page.until(isComplete)
      assertOnlyGrows(pictures)
      assert.equal(await page.kept(), HeldModel.answer)
      const fared = await Promise.all(crowd)
      for (const { text, ids } of fared) {
        assert.equal(text, HeldModel.answer)
        assert.deepEqual(ids, [...ids.keys()])
      }
      const resumed = fared.filter(({ connections }) => connections > 1).length
      assert.ok(resumed > CROWD / 6, `${resumed} were resumed`)
    })
  })
}
