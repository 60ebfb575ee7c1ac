/** The apps of `examples/`, which use the crate, at the real relay, in each engine. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { By, type WebDriver, until } from 'selenium-webdriver'
import { preview } from 'vite'
import { ENGINES, freePort, launch, startServer, textOf } from '../webdriver/index.js'
import { RelayClient } from './relay.js'

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url))

/** Their pages. */
const APPS = {
  Leptos: 'leptos-chat/dist',
  Yew: 'yew-chat/dist',
  Dioxus: 'dioxus-chat/dist',
  'a module for scripts': 'js-module',
}

// Jokes are told without Markdown, and are 60 tokens long.
const PROMPT = 'Tell me a joke about sluice gates.'

/** Tokens per second: an answer that is soon over, and one that is still being written when Stop is clicked. */
const FAST = '2000'
const SLOW = '1'

/** How long a page is waited for, in milliseconds. */
const PATIENCE = 30_000

interface App extends AsyncDisposable {
  url: string
  relay: RelayClient
}

/** Serves an app's page in front of a relay whose model writes at this pace. */
async function serve(path: string, pace: string): Promise<App> {
  const relay = await startServer('sluicegate-relay', ['--tokens-per-second', pace])
  process.env['RELAY'] = relay.url
  const port = await freePort()
  const site = await preview({
    configFile: join(EXAMPLES, 'vite.config.js'),
    root: join(EXAMPLES, path),
    logLevel: 'error',
    preview: { host: '127.0.0.1', port, strictPort: true },
  })
  return {
    url: `http://127.0.0.1:${port}/`,
    relay: new RelayClient(relay.url),
    async [Symbol.asyncDispose]() {
      await site.close()
      await relay.stop()
    },
  }
}

/** A page, used as a person would. All apps have the same. */
class AppPage {
  readonly #driver: WebDriver

  constructor(driver: WebDriver) {
    this.#driver = driver
  }

  async ask(url: string): Promise<void> {
    await this.#driver.get(url)
    const field = await this.#driver.wait(
      async () => (await this.#driver.findElements(By.css('label input')))[0],
      PATIENCE,
      'the page has no field for the prompt',
    )
    await field!.sendKeys(PROMPT)
    await this.click('Ask')
  }

  /** Clicks a button, once it can be. */
  async click(name: string): Promise<void> {
    const button = this.#driver.findElement(By.xpath(`//button[normalize-space()="${name}"]`))
    await this.#driver.wait(until.elementIsEnabled(button), PATIENCE)
    await button.click()
  }

  text(selector: string): Promise<string> {
    return textOf(this.#driver, selector)
  }

  /** Waits for a status that matches. */
  async status(pattern: RegExp): Promise<void> {
    let status = ''
    const isThere = async () => pattern.test((status = await this.text('[role=status]')))
    await this.#driver.wait(isThere, PATIENCE).catch(() => assert.match(status, pattern))
  }

  async someText(): Promise<void> {
    const isThere = async () => (await this.text('#answer')) !== ''
    await this.#driver.wait(isThere, PATIENCE, 'no text came')
  }
}

for (const engine of ENGINES) {
  describe(`apps with the crate in ${engine}`, () => {
    let driver: WebDriver
    let page: AppPage

    before(async () => {
      driver = await launch(engine)
      page = new AppPage(driver)
    })

    after(() => driver.quit())

    for (const [name, path] of Object.entries(APPS)) {
      test(`${name} shows the whole answer`, async () => {
        await using app = await serve(path, FAST)
        const { text } = await app.relay.wholeAnswer(PROMPT)
        await page.ask(app.url)
        await page.status(/^(Done|Over: ended)\.$/)
        assert.equal(await page.text('#answer'), text)
        await driver.get('about:blank')
      })

      test(`${name} stops the answer at the relay`, async () => {
        await using app = await serve(path, SLOW)
        await page.ask(app.url)
        await page.someText()
        await page.click('Stop')
        await page.status(/^Stopped here and on the server\.$/)
        const [session, ...others] = await app.relay.sessions()
        assert.equal(session?.state, 'cancelled')
        assert.deepEqual(others, [])
        await driver.get('about:blank')
      })
    }
  })
}
