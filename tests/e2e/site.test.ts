/** All pages of the built site: for everybody, under any path, with any relay. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import { By, Key, until, type WebDriver } from 'selenium-webdriver'
import { ENGINES, launch, type Server, startServer } from '../webdriver/index.js'
import { ChatPage } from './chat-page.js'
import { RelayClient } from './relay.js'

const SITE = fileURLToPath(new URL('../../www/dist', import.meta.url))

const CHATS = ['index.html', 'react.html']
const PAGES = [...CHATS, 'recipes.html', 'bench/index.html']
const VIEWS = [
  [1280, 'en'],
  [390, 'zh'],
] as const
const PROMPT = 'Write a function that sorts names.'

/** Served under a path, as a project's GitHub pages are; the relay is elsewhere. */
let site: Server
let relay: Server

before(async () => {
  site = await startServer('sluicegate-test-server', ['--site', SITE])
  relay = await startServer('sluicegate-relay', ['--weather', '--allow-origin', site.url])
})

after(async () => {
  await site.stop()
  await relay.stop()
})

const urlOf = (page: string) => `${site.url}/site/${page}`

/** Makes the visitor's choices, and opens the page. */
async function open(driver: WebDriver, page: string, choices: Record<string, string>) {
  await driver.get(urlOf(page))
  await driver.executeScript(
    `localStorage.clear()
    for (const [name, value] of Object.entries(arguments[0])) localStorage['sluicegate:' + name] = value`,
    choices,
  )
  await driver.get('about:blank')
  await driver.get(urlOf(page))
  await driver.wait(until.elementLocated(By.css('main h1')), 20_000)
}

/** What axe-core, the accessibility checker, has to object. */
async function violations(driver: WebDriver): Promise<string[]> {
  await driver.executeScript(axe.source)
  return driver.executeAsyncScript<string[]>(
    `const done = arguments[0]
    axe.run().then(({ violations }) => done(violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary))))`,
  )
}

describe('axe-core finds nothing', () => {
  let driver: WebDriver

  before(async () => {
    driver = await launch('chromium')
  })

  after(() => driver.quit())

  for (const page of PAGES) {
    for (const theme of ['light', 'dark']) {
      test(`in ${page}, ${theme}`, async () => {
        for (const [width, language] of VIEWS) {
          await driver.manage().window().setRect({ width, height: 860 })
          await open(driver, page, { theme, language, relay: relay.url })
          assert.deepEqual(await violations(driver), [], `${width} px, ${language}`)
        }
      })
    }
  }

  for (const path of CHATS) {
    for (const theme of ['light', 'dark']) {
      test(`in ${path}, ${theme}, while an answer comes, after a loss, and when it was stopped`, async () => {
        await driver.manage().window().setRect({ width: 1280, height: 860 })
        await open(driver, path, { theme, language: 'en', relay: relay.url })
        const page = new ChatPage(driver)
        await page.open(urlOf(path))
        await page.ask(PROMPT)
        await page.until((all) => (all.at(-1)?.answer.length ?? 0) > 0)
        assert.deepEqual(await violations(driver), [])
        await page.click('weather-drop')
        await page.until((all) => all.at(-1)?.status.includes('resumed once') === true)
        await page.click('stop')
        await page.until((all) => all.at(-1)?.status.startsWith('stopped') === true)
        assert.deepEqual(await violations(driver), [])
      })
    }
  }
})

for (const engine of ENGINES) {
  describe(`under a path, with the relay elsewhere, in ${engine}`, () => {
    let driver: WebDriver

    before(async () => {
      driver = await launch(engine)
      await driver.manage().window().setRect({ width: 1280, height: 860 })
    })

    after(() => driver.quit())

    for (const path of CHATS) {
      test(`${path}: the visitor gives the relay's address, asks, stops by key, and comes back`, async () => {
        const backend = new RelayClient(relay.url)
        await open(driver, path, { language: 'en' })
        const page = new ChatPage(driver)
        await page.open(urlOf(path))
        await driver.findElement(By.css('.relay summary')).click()
        const address = driver.findElement(By.css('[data-testid=relay]'))
        await address.sendKeys(relay.url, Key.ENTER)
        await driver.wait(
          until.elementLocated(By.css('[data-testid=model] option + option')),
          20_000,
        )

        const known = new Set((await backend.sessions()).map(({ sessionId }) => sessionId))
        await page.ask(PROMPT)
        await page.until((all) => (all.at(-1)?.answer.length ?? 0) > 0)
        await driver.actions().sendKeys(Key.ESCAPE).perform()
        const { state } = await backend.sessionWhere(
          (session) => !known.has(session.sessionId) && session.state !== 'live',
        )
        assert.equal(state, 'cancelled')
        await page.until((all) => all.at(-1)?.status.startsWith('stopped') === true)
        const { answer } = await page.now()

        await driver.navigate().refresh()
        await driver.wait(until.elementLocated(By.css('[data-testid=answer]')), 20_000)
        assert.equal((await page.textOf('answer')).replaceAll(/\s/g, ''), answer)
      })
    }

    for (const path of PAGES) {
      test(`${path} speaks Chinese, and keeps to it`, async () => {
        await open(driver, path, { language: 'en' })
        const heading = async () =>
          driver.findElement(By.css('main h1')).getAttribute('textContent')
        const english = await heading()
        await driver.findElement(By.css('[data-testid=language] option[value=zh]')).click()
        await driver.wait(async () => /\p{Script=Han}/u.test(await heading()), 20_000)
        assert.notEqual(await heading(), english)
        await driver.navigate().refresh()
        await driver.wait(until.elementLocated(By.css('main h1')), 20_000)
        assert.match(await heading(), /\p{Script=Han}/u)
        assert.equal(await driver.executeScript('return document.documentElement.lang'), 'zh-Hans')
      })
    }
  })
}
