/** All pages of the built site: for everybody, under any path, with any relay. */

import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import { By, Key, until, type WebDriver } from 'selenium-webdriver'
import { ENGINES, launch, type Server, startServer } from '../webdriver/index.js'
import { ChatPage } from './chat-page.js'
import { RelayClient } from './relay.js'

const SITE = fileURLToPath(new URL('../../www/dist', import.meta.url))

const CHATS = ['vue.html', 'react.html']
/** Pages with a chat on them. */
const TALKS = ['index.html', ...CHATS]
const PAGES = [...TALKS, 'recipes.html', 'bench/index.html', 'docs/index.html']
/** The pages of the documentation, the longest first. */
const DOCS = readdirSync(join(SITE, 'docs'))
  .filter((file) => file.endsWith('.html') && file !== 'index.html')
  .map((file) => `docs/${file}`)
  .toSorted((a, b) => statSync(join(SITE, b)).size - statSync(join(SITE, a)).size)
const [LONGEST, ...OTHERS] = DOCS as [string, ...string[]]
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
  await isReady(driver)
}

/** Waits until the page's scripts have run. */
async function isReady(driver: WebDriver): Promise<void> {
  await driver.wait(until.elementLocated(By.css('.masthead')), 20_000)
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

for (const engine of ENGINES) {
  describe(`under a path, with the relay elsewhere, in ${engine}`, () => {
    let driver: WebDriver

    before(async () => {
      driver = await launch(engine)
    })

    beforeEach(() => driver.manage().window().setRect({ width: 1280, height: 860 }))

    after(() => driver.quit())

    for (const page of [...PAGES, LONGEST]) {
      for (const theme of ['light', 'dark']) {
        test(`axe-core finds nothing in ${page}, ${theme}`, async () => {
          for (const [width, language] of VIEWS) {
            await driver.manage().window().setRect({ width, height: 860 })
            await open(driver, page, { theme, language, relay: relay.url })
            assert.deepEqual(await violations(driver), [], `${width} px, ${language}`)
          }
        })
      }
    }

    for (const path of TALKS) {
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
        // The documentation itself is in English.
        const spoken = path.startsWith('docs/') ? '.docs-unfold' : 'main h1'
        const heading = async () => driver.findElement(By.css(spoken)).getAttribute('textContent')
        const english = await heading()
        await driver.findElement(By.css('[data-testid=language] option[value=zh]')).click()
        await driver.wait(async () => /\p{Script=Han}/u.test(await heading()), 20_000)
        assert.notEqual(await heading(), english)
        await driver.navigate().refresh()
        await isReady(driver)
        assert.match(await heading(), /\p{Script=Han}/u)
        assert.equal(await driver.executeScript('return document.documentElement.lang'), 'zh-Hans')
      })
    }

    test('the documentation is searched by keys alone: from the field to a section', async () => {
      await open(driver, 'docs/index.html', { language: 'en' })
      await driver.actions().sendKeys('/').perform()
      await driver.actions().sendKeys('idleTimeout').perform()
      await driver.wait(until.elementLocated(By.css('[data-for=idleTimeout] a')), 20_000)
      await driver.actions().sendKeys(Key.ARROW_DOWN).perform()
      const hit = await driver.switchTo().activeElement().getAttribute('href')
      await driver.actions().sendKeys(Key.ENTER).perform()
      await driver.wait(until.urlIs(hit), 20_000)
      await isReady(driver)
      assert.match(await driver.findElement(By.css('article')).getText(), /idleTimeout/)
    })

    test('a narrow page of the documentation folds the list of pages away', async () => {
      await driver.manage().window().setRect({ width: 390, height: 860 })
      await open(driver, LONGEST, { language: 'en' })
      const list = driver.findElement(By.id('docs-pages'))
      assert.equal(await list.isDisplayed(), false)
      await driver.findElement(By.css('.docs-unfold')).click()
      assert.equal(await list.isDisplayed(), true)
      const wide = await driver.executeScript<number>(
        'return document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      assert.equal(wide, 0, 'the page itself is wider than its window')
    })

    // Once is enough for what no engine sees differently.
    if (engine !== 'chromium') return

    test('axe-core finds nothing in the other pages of the documentation', async () => {
      await driver.manage().window().setRect({ width: 390, height: 860 })
      for (const page of OTHERS) {
        await open(driver, page, { theme: 'light', language: 'en' })
        assert.deepEqual(await violations(driver), [], page)
      }
    })

    for (const path of CHATS) {
      for (const theme of ['light', 'dark']) {
        test(`axe-core finds nothing in ${path}, ${theme}, while an answer comes, after a loss, and when it was stopped`, async () => {
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

    test('every link and anchor of the built site resolves', async () => {
      const found = new Map<string, { ids: Set<string>; links: string[] }>()
      for (const page of [...PAGES, ...DOCS]) {
        await open(driver, page, { language: 'en' })
        const [ids, links] = await driver.executeScript<[string[], string[]]>(
          `return [
          Array.from(document.querySelectorAll('[id]'), ({ id }) => id),
          Array.from(document.querySelectorAll('a[href]'), ({ href }) => href),
        ]`,
        )
        assert.ok(links.length > 5, `${page} has ${links.length} links`)
        assert.equal(new Set(ids).size, ids.length, `${page} has an id twice: ${ids.join()}`)
        found.set(urlOf(page), { ids: new Set(ids), links })
      }
      const broken = Array.from(found, ([page, { links }]) =>
        links
          .filter((link) => link.startsWith(site.url))
          .filter((link) => {
            const { origin, pathname, hash } = new URL(link)
            const target = found.get(origin + pathname)
            // A chat's fragment names a conversation.
            const isChat = TALKS.some((path) => pathname.endsWith(`/site/${path}`))
            return (
              !target ||
              (hash !== '' && !isChat && !target.ids.has(decodeURIComponent(hash.slice(1))))
            )
          })
          .map((link) => `${page}: ${link}`),
      ).flat()
      assert.deepEqual(broken, [])
    })
  })
}
