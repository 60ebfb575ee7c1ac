/** The recipes of the site as they stand there: each client in each engine, and each backend. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { By, type WebDriver } from 'selenium-webdriver'
import { preview, type PreviewServer } from 'vite'
import { ENGINES, freePort, launch } from '../webdriver/index.js'
import { BACKENDS, type Backend } from './recipe-backends.js'

const CONFIG = fileURLToPath(new URL('../../www/recipes/vite.config.ts', import.meta.url))

const CLIENTS = {
  'plain JavaScript': 'clients/plain.html',
  Vue: 'pages/vue.html',
  React: 'pages/react.html',
  Svelte: 'pages/svelte.html',
  Solid: 'pages/solid.html',
  Angular: 'pages/angular.html',
  'TanStack Query': 'pages/query.html',
  'a worker': 'clients/with-worker.html',
  Leptos: 'pages/leptos.html',
}

const PROMPT = 'What is "it",\\ 为什么?'
const LINES = Array.from({ length: 100 }, (_, i) => `\n${i + 1} bottles`)
const ANSWER = `You asked: ${PROMPT} ${LINES.join('')}`
const TOKENS = ANSWER.split('\n')[0]!.trim().split(' ').length + LINES.length

/** How long a page is waited for, in milliseconds. */
const PATIENCE = 20_000

/** The pages of the recipes, in front of a backend. */
async function serve({ url }: Backend): Promise<{ site: PreviewServer; base: string }> {
  const port = await freePort()
  const rewrite = (path: string) => path.replace(/^\/\w+/, '')
  const site = await preview({
    configFile: CONFIG,
    logLevel: 'error',
    preview: {
      host: '127.0.0.1',
      port,
      strictPort: true,
      proxy: { '^/\\w+/chat': { target: url, rewrite } },
    },
  })
  return { site, base: `http://127.0.0.1:${port}/` }
}

/** A recipe's page, used as a person would. */
class RecipePage {
  readonly #driver: WebDriver

  constructor(driver: WebDriver) {
    this.#driver = driver
  }

  async ask(url: string): Promise<void> {
    await this.#driver.get(url)
    const field = await this.#driver.wait(
      async () => (await this.#driver.findElements(By.name('prompt')))[0],
      PATIENCE,
    )
    await field!.sendKeys(PROMPT)
    await this.#button('Ask').click()
  }

  async stop(): Promise<void> {
    await this.#button('Stop').click()
  }

  async answer(): Promise<string> {
    return this.#driver.executeScript('return document.querySelector("output").textContent.trim()')
  }

  async until(wanted: (answer: string) => boolean): Promise<string> {
    let answer = ''
    await this.#driver.wait(
      async () => wanted((answer = await this.answer())),
      PATIENCE,
      'the page did not come to what was expected',
    )
    return answer
  }

  #button(name: string) {
    return this.#driver.findElement(By.xpath(`//button[normalize-space()="${name}"]`))
  }
}

/** Reads one answer to its end and stops another, and looks at what the backend says of both. */
async function assertWorks(page: RecipePage, url: string, backend: Backend): Promise<void> {
  await page.ask(url)
  await page.until((answer) => answer === ANSWER)
  const [, whole] = await backend.printed(/: complete, (\d+) tokens\n/)
  assert.equal(Number(whole), TOKENS)

  await page.ask(url)
  await page.until((answer) => answer.includes('bottles'))
  await page.stop()
  const [, stopped] = await backend.printed(/: stopped, (\d+) tokens\n/)
  assert.ok(Number(stopped) < TOKENS, `stopped after ${stopped} tokens`)
  assert.ok(
    ANSWER.startsWith(await page.answer()),
    `not the answer's start: ${await page.answer()}`,
  )
}

for (const engine of ENGINES) {
  describe(`the clients in ${engine}`, () => {
    let page: RecipePage
    let driver: WebDriver

    before(async () => {
      driver = await launch(engine)
      page = new RecipePage(driver)
    })

    after(() => driver.quit())

    for (const [name, path] of Object.entries(CLIENTS)) {
      test(`${name} streams, and stops the backend`, async () => {
        await using backend = await BACKENDS.Express()
        const { site, base } = await serve(backend)
        try {
          await assertWorks(page, base + path, backend)
        } finally {
          await driver.get('about:blank')
          await site.close()
        }
      })
    }
  })
}

describe('the backends', () => {
  let page: RecipePage
  let driver: WebDriver

  before(async () => {
    driver = await launch('chromium')
    page = new RecipePage(driver)
  })

  after(() => driver.quit())

  for (const [name, start] of Object.entries(BACKENDS)) {
    test(`${name} streams, stops when told to, and when nobody reads`, async () => {
      await using backend = await start()
      const { site, base } = await serve(backend)
      try {
        await assertWorks(page, base + CLIENTS['plain JavaScript'], backend)
      } finally {
        await driver.get('about:blank')
        await site.close()
      }

      const sessionId = 'left'
      const leave = new AbortController()
      const response = await post(`${backend.url}/chat`, { prompt: '', sessionId }, leave.signal)
      await response.body?.getReader().read()
      leave.abort()
      const [, left] = await backend.printed(/left: stopped, (\d+) tokens\n/)
      assert.ok(Number(left) < TOKENS, `stopped after ${left} tokens`)

      const unknown = await post(`${backend.url}/chat/cancel`, { sessionId })
      assert.equal(unknown.status, 404)

      // A session's next question stops the one before, whose end leaves the next one as it is.
      const twice = { prompt: '', sessionId: 'twice' }
      const first = await post(`${backend.url}/chat`, twice)
      const second = await post(`${backend.url}/chat`, twice)
      await first.text()
      const stopped = await post(`${backend.url}/chat/cancel`, twice)
      assert.equal(stopped.status, 200)
      await second.text()
    })
  }
})

function post(url: string, body: object, signal: AbortSignal | null = null): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  })
}
