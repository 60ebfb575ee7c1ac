/** The built chat pages and the real relay, in each engine: what the product is for. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { By, type WebDriver } from 'selenium-webdriver'
import { ENGINES, launch, type Server, startServer } from '../webdriver/index.js'
import { assertOnlyGrows, bare, ChatPage, isComplete, type Picture } from './chat-page.js'
import { RelayClient, type Session } from './relay.js'

const SITE = fileURLToPath(new URL('../../www/dist', import.meta.url))

const PAGES = { Vue: 'vue.html', React: 'react.html' }

// Jokes are told without Markdown: what the page shows is what was sent.
const ENGLISH = 'Tell me a joke about sluice gates.'
const CHINESE = '讲一个关于水闸的笑话。'

/** How many times an answer has to be seen growing before it counts as one that comes bit by bit. */
const GROWTHS = 5

let relay: Server
let backend: RelayClient
/** One that soon stops what nobody reads. */
let strict: Server

before(async () => {
  const pace = ['--tokens-per-second', '100', '--resume-grace', '60']
  relay = await startServer('sluicegate-relay', ['--site', SITE, '--weather', ...pace])
  backend = new RelayClient(relay.url)
  const soon = ['--tokens-per-second', '100', '--resume-grace', '1']
  strict = await startServer('sluicegate-relay', ['--site', SITE, ...soon])
})

after(() => Promise.all([relay.stop(), strict.stop()]))

for (const engine of ENGINES) {
  for (const [framework, path] of Object.entries(PAGES)) {
    describe(`${framework} in ${engine}`, () => {
      let driver: WebDriver
      let page: ChatPage

      before(async () => {
        driver = await launch(engine)
        // Wide enough for the conversations not to be folded away.
        await driver.manage().window().setRect({ width: 1280, height: 860 })
        page = new ChatPage(driver)
      })

      after(() => driver.quit())

      /** Opens the page, asks, and waits until the answer is on its way. */
      async function ask(prompt: string, at = relay): Promise<string> {
        const client = new RelayClient(at.url)
        await page.open(`${at.url}/${path}`)
        const known = await client.sessions()
        await page.ask(prompt)
        const { sessionId } = await client.sessionWhere(notAmong(known))
        await page.until((all) => growths(all) >= GROWTHS)
        return sessionId
      }

      const ended = (sessionId: string) =>
        backend.sessionWhere(
          (session) => session.sessionId === sessionId && session.state !== 'live',
        )

      /**
       * The relay stops an answer that its last reader has left, after its grace. Chromium's
       * back/forward cache may read on for a while.
       */
      const isLeft = (sessionId: string, ...others: Session['state'][]) =>
        new RelayClient(strict.url).sessionWhere(
          ({ sessionId: id, state }) =>
            id === sessionId && ['client-gone', ...others].includes(state),
        )

      async function assertCancelled(sessionId: string, prompt: string): Promise<void> {
        const { state, tokens } = await ended(sessionId)
        assert.equal(state, 'cancelled')
        const whole = await backend.wholeAnswer(prompt)
        assert.ok(tokens < whole.tokens, `${tokens} of ${whole.tokens} tokens were produced`)
      }

      for (const prompt of [ENGLISH, CHINESE]) {
        test(`an answer appears token by token, asked for once: ${prompt}`, async () => {
          const whole = backend.wholeAnswer(prompt)
          const known = await backend.sessions()
          await page.open(`${relay.url}/${path}`)
          await page.ask(prompt)
          const pictures = await page.until(isComplete)

          const growing = pictures.filter(({ status }) => status === 'streaming')
          assert.ok(growths(growing) >= GROWTHS, `grew ${growths(growing)} times before its end`)
          assertOnlyGrows(pictures)
          assert.equal(pictures.at(-1)?.answer, bare((await whole).text))
          assert.equal(await page.kept(), (await whole).text)
          assert.equal((await backend.sessions()).filter(notAmong(known)).length, 1)
        })
      }

      test('Stop leaves the text as it stands, and stops the server; Retry asks anew', async () => {
        const sessionId = await ask(CHINESE)
        await page.click('stop')
        await assertCancelled(sessionId, CHINESE)
        const pictures = await page.until(
          (all) => all.at(-1)?.status.startsWith('stopped') === true,
        )
        assert.match(pictures.at(-1)?.status ?? '', /^stopped here and on the server/)
        assert.match(await page.textOf('report'), /aborted: true, notified: true, status: 200/)

        // Time enough for a hundred more tokens.
        await delay(1000)
        const last = await page.now()
        assert.equal(last.answer, pictures.at(-1)?.answer)
        assertOnlyGrows([...pictures, last])
        assert.notEqual(last.answer, '')
        const whole = await backend.wholeAnswer(CHINESE)
        assert.ok(bare(whole.text).startsWith(last.answer), `${last.answer}, not ${whole.text}`)

        await page.click('retry')
        await page.until(isComplete)
        assert.equal(await page.kept(), whole.text)
      })

      for (const weather of ['drop', 'stall']) {
        test(`an answer goes on after ${weather}, nothing lost, nothing twice`, async () => {
          const sessionId = await ask(ENGLISH)
          await page.click(`weather-${weather}`)
          const pictures = await page.until(isComplete)
          assert.ok(pictures.some(({ status }) => status.startsWith('connection lost')))
          assertOnlyGrows(pictures)
          const whole = await backend.wholeAnswer(ENGLISH)
          assert.equal(pictures.at(-1)?.answer, bare(whole.text))
          assert.equal(await page.kept(), whole.text)
          assert.match(await page.textOf('attempts'), /from id \d+/)
          const { state, tokens } = await ended(sessionId)
          assert.deepEqual({ state, tokens }, { state: 'completed', tokens: whole.tokens })
        })
      }

      test('opening another conversation amid an answer cancels it on the server', async () => {
        const sessionId = await ask(ENGLISH)
        await page.click('new')
        await assertCancelled(sessionId, ENGLISH)
        assert.notEqual(await page.kept(), '')
      })

      test('a reload amid an answer goes on with it: one question, the text exact', async () => {
        const known = await backend.sessions()
        const sessionId = await ask(ENGLISH)
        const before = (await page.now()).answer
        await driver.navigate().refresh()
        await page.keepPictures()
        const pictures = await page.until(isComplete)
        assertOnlyGrows(pictures)
        const shown = pictures.find(({ answer }) => answer !== '')!.answer
        assert.ok(shown.startsWith(before), `${shown} does not go on with ${before}`)
        const whole = await backend.wholeAnswer(ENGLISH)
        assert.equal(pictures.at(-1)?.answer, bare(whole.text))
        assert.equal(await page.kept(), whole.text)
        const { state, tokens } = await ended(sessionId)
        assert.deepEqual({ state, tokens }, { state: 'completed', tokens: whole.tokens })
        const asked = (await backend.sessions()).filter(notAmong(known))
        assert.deepEqual(
          asked.map(({ sessionId: id }) => id),
          [sessionId],
        )
      })

      test('going to another page amid an answer leaves it to the relay', async () => {
        const sessionId = await ask(ENGLISH, strict)
        await driver.findElement(By.css('.pages a[href$="bench/index.html"]')).click()
        await isLeft(sessionId, 'completed')
        await page.open(`${strict.url}/${path}`)
        assert.notEqual(await page.kept(), '')
      })

      test('closing the tab amid an answer leaves it to the relay', async () => {
        const home = await driver.getWindowHandle()
        // In a window of its own: WebKitGTK opens a tab beside another one hidden, where pages get no animation frames.
        await driver.switchTo().newWindow('window')
        const sessionId = await ask(ENGLISH, strict)
        await driver.close()
        await driver.switchTo().window(home)
        await isLeft(sessionId)
      })
    })
  }
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
