/** All pages of the built site: for everybody, under any path, with any relay. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { By, Key, until, type WebDriver } from 'selenium-webdriver'
import { ENGINES, launch, type Server, startServer, textOf } from '../webdriver/index.js'
import { bare, ChatPage } from './chat-page.js'
import { RelayClient } from './relay.js'
import { DOCS, isReady, openPage, PAGES, SITE, TALKS } from './site-pages.js'

const RECORDS = fileURLToPath(new URL('../bench/records', import.meta.url))

const PROMPT = 'Write a function that sorts names.'

/** Served under a path, as a project's GitHub pages are; the relay is elsewhere. */
let site: Server
let relay: Server

before(async () => {
  site = await startServer('sluicegate-test-server', ['--site', SITE])
  const pace = ['--tokens-per-second', '20']
  relay = await startServer('sluicegate-relay', ['--allow-origin', site.url, ...pace])
})

after(async () => {
  await site.stop()
  await relay.stop()
})

const urlOf = (page: string) => `${site.url}/site/${page}`

const open = (driver: WebDriver, page: string, choices: Record<string, string>) =>
  openPage(driver, urlOf(page), choices)

/** The newest record of a whole run in Chromium, or else of a quick one. */
function committedRecord(): Record<'date' | 'browser' | 'machine', string> | undefined {
  const files = readdirSync(RECORDS).toSorted().toReversed()
  const file = ['-chromium.json', '-chromium-quick.json']
    .map((end) => files.find((name) => name.endsWith(end)))
    .find((name) => name !== undefined)
  return file === undefined ? undefined : JSON.parse(readFileSync(join(RECORDS, file), 'utf8'))
}

for (const engine of ENGINES) {
  describe(`under a path, with the relay elsewhere, in ${engine}`, () => {
    let driver: WebDriver

    before(async () => {
      driver = await launch(engine)
    })

    beforeEach(() => driver.manage().window().setRect({ width: 1280, height: 860 }))

    after(() => driver.quit())

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
        assert.equal(bare(await page.textOf('answer')), answer)
      })
    }

    for (const path of PAGES) {
      test(`${path} speaks Chinese, and keeps to it`, async () => {
        await open(driver, path, { language: 'en' })
        // The documentation itself is in English.
        const spoken = path.startsWith('docs/') ? '.docs-unfold' : 'main h1'
        const heading = () => textOf(driver, spoken)
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
      await open(driver, DOCS[0], { language: 'en' })
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

    test('the benchmark page shows the committed record before anything is run', async () => {
      await open(driver, 'bench/index.html', { language: 'en' })
      const record = committedRecord()
      const shown = driver.findElement(By.css('[data-testid=record]'))
      if (!record) return assert.match(await shown.getText(), /No run .* has been committed yet/)
      await driver.wait(until.elementLocated(By.css('[data-testid=record] .bar')), 20_000)
      const text = await shown.getText()
      for (const part of [record.date, record.browser, record.machine]) {
        assert.ok(text.includes(part), `${part} is not told: ${text.slice(0, 500)}`)
      }
      const first = await driver.findElement(By.css('[data-testid=record] h3')).getText()
      assert.equal(first, "From bytes to a model's text")
      assert.match(text, /In \d+ of \d+ rows, somebody else is more than 2 % faster/)
      assert.equal((await driver.findElements(By.css('[data-testid=ran]'))).length, 0)
    })

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
