/** The recipes of docs/backends.md over a reload, and in two tabs, in each engine. */

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { By, type WebDriver } from 'selenium-webdriver'
import { type BackendName, BACKENDS } from '../vendors/backends/index.js'
import { recipesPlugin } from '../vendors/recipes.js'
import { startVendors, type Vendors } from '../vendors/server.js'
import type { Space } from '../vendors/space.js'
import { ENGINES, launch } from '../webdriver/index.js'
import type { Answer } from './backend-page.js'
import { callPage, folderWithPage, startRelayWithPage } from './page-at-relay.js'
import { RelayClient } from './relay.js'

/** How long something is waited for, in milliseconds. */
const PATIENCE = 30_000

const NAMES = (Object.keys(BACKENDS) as BackendName[]).filter(
  (name) => !['dify', 'coze'].includes(name),
)

/** What the page asks. */
const PROMPT = 'What is a sluice gate?'

const PAGE = new URL('backend-page.ts', import.meta.url)

let site: string
let vendors: Vendors

before(async () => {
  site = await folderWithPage(PAGE, [recipesPlugin])
  vendors = await startVendors({ site })
})

after(async () => {
  await vendors?.[Symbol.asyncDispose]()
  await rm(site, { recursive: true })
})

/** A relay whose site is the page. */
async function startRelay(tokensPerSecond: string) {
  const flags = ['--tokens-per-second', tokensPerSecond]
  const relay = await startRelayWithPage(PAGE, flags, [recipesPlugin])
  return { url: relay.url, [Symbol.asyncDispose]: () => relay.stop() }
}

for (const engine of ENGINES) {
  describe(engine, () => {
    let driver: WebDriver

    before(async () => {
      driver = await launch(engine)
      await driver.manage().setTimeouts({ script: PATIENCE })
    })

    after(() => driver.quit())

    /** Asks a backend whose model waits in the middle of the answer, and reads up to there. */
    async function ask(name: BackendName): Promise<Space> {
      const { space, base } = vendors.open(name, { hold: 60 })
      const other = vendors.url.replace('127.0.0.1', 'localhost')
      // llama.cpp allows no DELETE to pages of other origins.
      const origin = name === 'llama-cpp' ? vendors.url : other
      await askAt(`${origin}/site/index.html`, name, base)
      await until(({ text }) => text.length > 300)
      return space
    }

    async function askAt(page: string, backend: string, base: string): Promise<void> {
      await driver.get(`${page}?${new URLSearchParams({ backend, base })}`)
      await ready()
      await callPage(driver, 'ask')
    }

    async function ready(): Promise<void> {
      await driver.wait(() => driver.executeScript<boolean>('return "look" in window'), PATIENCE)
    }

    /** Resolves once the page's answer is as wanted. */
    async function until(wanted: (answer: Answer) => boolean): Promise<Answer> {
      const deadline = performance.now() + PATIENCE
      for (;;) {
        const answer = await callPage<Answer | null>(driver, 'look')
        if (answer && wanted(answer)) return answer
        if (performance.now() > deadline) throw new Error(`it stays so: ${JSON.stringify(answer)}`)
        await delay(20)
      }
    }

    const untilOver = () => until(({ type }) => type !== undefined)

    /** Goes to another tab of the page, which has a copy of its `sessionStorage`. Resolves to the first one. */
    async function duplicate(): Promise<string> {
      const first = await driver.getWindowHandle()
      const before = await driver.getAllWindowHandles()
      await driver.findElement(By.css('a')).click()
      const second = await driver.wait(
        async () => (await driver.getAllWindowHandles()).find((tab) => !before.includes(tab)),
        PATIENCE,
      )
      await driver.switchTo().window(second!)
      await ready()
      return first
    }

    test('our relay: an answer is whole', async () => {
      await using relay = await startRelay('500')
      await askAt(relay.url, 'relay', relay.url)
      const { text } = await untilOver()
      assert.equal(text, (await new RelayClient(relay.url).wholeAnswer(PROMPT)).text)
    })

    test('our relay: after a reload, the answer goes on, and can be stopped', async () => {
      await using relay = await startRelay('2')
      await askAt(relay.url, 'relay', relay.url)
      await until(({ text }) => text.length > 0)
      await driver.navigate().refresh()
      await ready()
      assert.equal((await until(({ text }) => text.length > 0)).isResumed, true)
      assert.equal((await callPage<{ notified: boolean }>(driver, 'cancel')).notified, true)
      const sessions = await new RelayClient(relay.url).sessions()
      assert.deepEqual(
        sessions.map(({ state }) => state),
        ['cancelled'],
      )
    })

    for (const name of NAMES) {
      test(`${name}: after a reload, the answer is there as a whole, asked for once`, async () => {
        const space = await ask(name)
        await driver.navigate().refresh()
        await ready()
        assert.equal((await until(({ text }) => text.length > 300)).isResumed, true)
        space.release()
        assert.equal((await untilOver()).text, space.expected.text)
        assert.equal(space.log.posts, 1)

        const count = space.log.requests.length
        await driver.navigate().refresh()
        await ready()
        assert.equal(await callPage(driver, 'look'), null)
        assert.equal(space.log.requests.length, count)
      })

      test(`${name}: two tabs read one answer, and one of them stops it for both`, async () => {
        const space = await ask(name)
        const first = await duplicate()
        const { isResumed, text } = await until(({ text }) => text.length > 300)
        assert.equal(isResumed, true)
        const { notified } = await callPage<{ notified: boolean }>(driver, 'cancel')
        assert.equal(notified, true)
        await driver.close()
        await driver.switchTo().window(first)
        // The readers of vLLM get no end when an answer is cancelled.
        const other = await (name === 'vllm' ? until(() => true) : untilOver())
        for (const part of [text, other.text]) assert.ok(space.expected.text.startsWith(part))
        const { posts, requests, jobs } = space.log
        assert.equal(posts, 1)
        assert.equal(requests.filter(({ kind }) => kind === 'cancel').length, 1)
        assert.equal(jobs[0]?.state, 'cancelled')
      })
    }

    test('two tabs read one answer to its end', async () => {
      const space = await ask('openai')
      const first = await duplicate()
      await until(({ text }) => text.length > 300)
      space.release()
      assert.equal((await untilOver()).text, space.expected.text)
      await driver.close()
      await driver.switchTo().window(first)
      assert.equal((await untilOver()).text, space.expected.text)
      assert.equal(space.log.posts, 1)
    })
  })
}
