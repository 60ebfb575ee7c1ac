/** The built page and the real relay, in each engine: what the product is for. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { WebDriver } from 'selenium-webdriver'
import { ENGINES, launch, type Server, startServer } from '../webdriver/index.js'
import { ChatPage, type Picture } from './chat-page.js'
import { RelayClient, type Session } from './relay.js'

const SITE = fileURLToPath(new URL('../../www/dist', import.meta.url))

const ENGLISH = 'Tell me how a sluice gate works.'
const CHINESE = '请介绍一下水闸是怎么工作的。'

/** How many times an answer has to be seen growing before it counts as one that comes bit by bit. */
const GROWTHS = 5

let relay: Server
let backend: RelayClient

before(async () => {
  relay = await startServer('sluicegate-relay', ['--site', SITE, '--resume-grace', '1'])
  backend = new RelayClient(relay.url)
})

after(() => relay.stop())

for (const engine of ENGINES) {
  describe(engine, () => {
    let driver: WebDriver
    let page: ChatPage

    before(async () => {
      driver = await launch(engine)
      page = new ChatPage(driver)
    })

    after(() => driver.quit())

    for (const prompt of [ENGLISH, CHINESE]) {
      test(`an answer appears token by token: ${prompt}`, async () => {
        const whole = backend.wholeAnswer(prompt)
        await page.open(relay.url)
        await page.ask(prompt)
        const pictures = await page.until(
          (all) => all.at(-1)?.status.startsWith('complete') === true,
        )

        const growing = pictures.filter(({ status }) => status === 'streaming')
        assert.ok(growths(growing) >= GROWTHS, `grew ${growths(growing)} times before its end`)
        assertOnlyGrows(pictures)
        assert.equal(pictures.at(-1)?.answer, bare((await whole).text))
      })
    }

    test('Stop leaves the text as it stands, and stops the server', async () => {
      const whole = backend.wholeAnswer(CHINESE)
      await page.open(relay.url)
      const known = await backend.sessions()
      await page.ask(CHINESE)
      const { sessionId } = await backend.sessionWhere(notAmong(known))
      await page.until((all) => growths(all) >= GROWTHS)

      await page.stop()
      const cancelled = await backend.sessionWhere(
        (session) => session.sessionId === sessionId && session.state === 'cancelled',
        1000,
      )
      const pictures = await page.until((all) => all.at(-1)?.status.startsWith('stopped') === true)
      assert.match(pictures.at(-1)?.status ?? '', /^stopped here and on the server/)

      // Time enough for forty more tokens.
      await delay(1000)
      const last = await page.now()
      assert.equal(last.answer, pictures.at(-1)?.answer)
      assertOnlyGrows([...pictures, last])
      assert.notEqual(last.answer, '')
      const { text, tokens } = await whole
      assert.ok(bare(text).startsWith(last.answer), `${last.answer} is not the start of ${text}`)
      assert.ok(cancelled.tokens < tokens, `${cancelled.tokens} of ${tokens} tokens were produced`)
      assert.deepEqual(await backend.sessionWhere((s) => s.sessionId === sessionId), cancelled)
    })

    test('closing the tab amid an answer ends the session on the server, after the grace time', async () => {
      const whole = backend.wholeAnswer(ENGLISH)
      const known = await backend.sessions()
      const home = await driver.getWindowHandle()
      // In a window of its own: WebKitGTK opens a tab beside another one hidden, where pages get no animation frames.
      await driver.switchTo().newWindow('window')
      await page.open(relay.url)
      await page.ask(ENGLISH)
      const { sessionId } = await backend.sessionWhere(notAmong(known))
      await page.until((all) => growths(all) >= GROWTHS)
      await driver.close()
      await driver.switchTo().window(home)

      const gone = await backend.sessionWhere(
        (session) => session.sessionId === sessionId && session.state !== 'live',
      )
      assert.equal(gone.state, 'client-gone')
      const { tokens } = await whole
      assert.ok(gone.tokens < tokens, `${gone.tokens} of ${tokens} tokens were produced`)
    })
  })
}

function notAmong(known: Session[]): (session: Session) => boolean {
  const ids = new Set(known.map(({ sessionId }) => sessionId))
  return ({ sessionId }) => !ids.has(sessionId)
}

/** How often the answer was seen longer than before. */
function growths(pictures: Picture[]): number {
  const grew = ({ answer }: Picture, i: number) =>
    answer.length > (pictures[i - 1]?.answer.length ?? 0)
  return pictures.filter(grew).length
}

function assertOnlyGrows(pictures: Picture[]): void {
  let last = ''
  for (const { answer } of pictures) {
    assert.ok(answer.startsWith(last), `${last} became ${answer}`)
    last = answer
  }
}

const bare = (text: string): string => text.replaceAll(/\s/g, '')
