/** What axe-core, the accessibility checker, has to say about the pages of the built site. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import axe from 'axe-core'
import { By, until, type WebDriver } from 'selenium-webdriver'
import { ENGINES, launch, type Server, startServer } from '../webdriver/index.js'
import { ChatPage } from './chat-page.js'
import { CHATS, DOCS, isReady, openPage, PAGES, SITE } from './site-pages.js'

const [LONGEST, ...OTHERS] = DOCS
const VIEWS = [
  [1280, 'en'],
  [390, 'zh'],
] as const
const PROMPT = 'Write a function that sorts names.'

/** The pages that are looked at in one engine only: they are long, and differ in none. */
const ONCE = ['recipes.html', ...CHATS]

/** The rules on colours. */
const COLOURS = ['color-contrast', 'link-in-text-block']

let site: Server
let relay: Server

before(async () => {
  site = await startServer('sluicegate-test-server', ['--site', SITE])
  // Slow enough for an answer to last while it is looked at.
  const pace = ['--tokens-per-second', '2']
  relay = await startServer('sluicegate-relay', ['--weather', '--allow-origin', site.url, ...pace])
})

after(async () => {
  await site.stop()
  await relay.stop()
})

const urlOf = (page: string) => `${site.url}/site/${page}`

/**
 * What it objects to. The words in code are thousands: their colours are looked at once, with `isAll`. `rules` are all,
 * unless some are named.
 */
async function violations(driver: WebDriver, isAll: boolean, rules?: string[]): Promise<string[]> {
  await driver.executeScript(axe.source)
  return driver.executeAsyncScript<string[]>(
    `const [exclude, runOnly, done] = arguments
    axe.run({ exclude }, runOnly ? { runOnly } : {}).then(({ violations }) => done(violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary))))`,
    isAll ? [] : [['.code code']],
    rules ?? null,
  )
}

for (const engine of ENGINES) {
  describe(`axe-core finds nothing in ${engine}`, () => {
    const isFirst = engine === 'chromium'
    let driver: WebDriver

    before(async () => {
      driver = await launch(engine)
      await driver.manage().setTimeouts({ script: 120_000 })
    })

    after(() => driver.quit())

    for (const page of [...PAGES, LONGEST]) {
      if (!isFirst && ONCE.includes(page)) continue
      test(`in ${page}`, async () => {
        for (const [width, language] of VIEWS) {
          const isAll = isFirst && width === VIEWS[0][0]
          await driver.manage().window().setRect({ width, height: 860 })
          await openPage(driver, urlOf(page), { theme: 'light', language, relay: relay.url })
          assert.deepEqual(await violations(driver, isAll), [], `${width} px, light`)
          await driver.findElement(By.css('[data-testid=theme] option[value=dark]')).click()
          await driver.wait(until.elementLocated(By.css('html[data-theme=dark]')), 20_000)
          // A theme is colours, nothing else.
          assert.deepEqual(await violations(driver, isAll, COLOURS), [], `${width} px, dark`)
        }
      })
    }

    if (!isFirst) return

    test('in the other pages of the documentation', async () => {
      await driver.manage().window().setRect({ width: 390, height: 860 })
      for (const page of OTHERS) {
        await driver.get(urlOf(page))
        await isReady(driver)
        assert.deepEqual(await violations(driver, false), [], page)
      }
    })

    for (const path of CHATS) {
      for (const theme of ['light', 'dark']) {
        test(`in ${path}, ${theme}, while an answer comes, after a loss, and when it was stopped`, async () => {
          await driver.manage().window().setRect({ width: 1280, height: 860 })
          await openPage(driver, urlOf(path), { theme, language: 'en', relay: relay.url })
          const page = new ChatPage(driver)
          await page.open(urlOf(path))
          await page.ask(PROMPT)
          await page.until((all) => (all.at(-1)?.answer.length ?? 0) > 0)
          assert.deepEqual(await violations(driver, true), [])
          await page.click('weather-drop')
          await page.until((all) => all.at(-1)?.status.includes('resumed once') === true)
          await page.click('stop')
          await page.until((all) => all.at(-1)?.status.startsWith('stopped') === true)
          assert.deepEqual(await violations(driver, true), [])
        })
      }
    }
  })
}
