/** The example with the AI SDK, Next.js and resumable-stream, where Stop and resume both work, in each engine. */

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { WebDriver } from 'selenium-webdriver'
import { HAS_NEWER_NODE } from '../../consumers/workshop.js'
import { randomFrom } from '../../llm/random.js'
import { ENGINES, launch } from '../../webdriver/index.js'
import { type NextApp, startNextApp, type Work } from './app.js'
import { NextPage, type Shown } from './page.js'

const RESETS = 30

/** How long the model is waited for, and the time between two looks at its work, in milliseconds. */
const PATIENCE = 120_000
const LOOK = 20

/** No test waits for longer. */
const limits = { timeout: 240_000 }

const WHOLE = 'onFinish: {"isAbort":false,"isDisconnect":false,"isError":false}'
const STOPPED = 'onFinish: {"isAbort":true,"isDisconnect":false,"isError":false}'
const LOST = 'onFinish: {"isAbort":false,"isDisconnect":true,"isError":true}'
const FAILED = 'onFinish: {"isAbort":false,"isDisconnect":false,"isError":true}'

const prompt = (words: number, pace: number) => `Write ${words} words, one every ${pace} ms.`

const skip = HAS_NEWER_NODE ? false : 'the AI SDK wants a newer Node than there is'

describe('the AI SDK in Next.js', { skip }, () => {
  let app: NextApp
  let chats = 0
  const newChat = () => `chat-${++chats}`

  before(async () => {
    app = await startNextApp()
  })

  after(() => app?.stop())

  async function workUntil(chat: string, wanted: (work: Work) => boolean): Promise<Work> {
    const deadline = performance.now() + PATIENCE
    for (;;) {
      const work = await app.work(chat)
      if (wanted(work)) return work
      if (performance.now() > deadline) throw new Error(`the model: ${JSON.stringify(work)}`)
      await delay(LOOK)
    }
  }

  /** Asks as the page does. */
  const ask = (chat: string, text: string, answer: string) =>
    fetch(`${app.proxy.url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id: chat,
        answer,
        message: { id: 'question', role: 'user', parts: [{ type: 'text', text }] },
      }),
    })

  const post = (path: string) => fetch(app.proxy.url + path, { method: 'POST' })

  test('Stop ends the work of the model in another process', limits, async (t) => {
    const more: number[] = []
    for (let i = 0; i < 5; i++) {
      const chat = newChat()
      const response = await ask(chat, prompt(1000, 10), chat)
      const { words } = await workUntil(chat, (work) => work.words > 20)
      const { status } = await post(`/api/chat/${chat}/stop`)
      assert.equal(status, 200)
      assert.match(await response.text(), /{"type":"abort".*}\n\ndata: \[DONE\]\n\n$/)
      const work = await workUntil(chat, ({ end }) => end !== '')
      assert.equal(work.end, 'stopped')
      more.push(work.words - words)
    }
    t.diagnostic(`words after Stop, one every 10 ms: ${more}`)
    // The fastest: what else the machine has to do is not the app's.
    assert.ok(Math.min(...more) <= 10, `${more}`)
  })

  test('a Stop that is faster than its question stops it', limits, async () => {
    const chat = newChat()
    const { status } = await post(`/api/chat/${chat}/stop?answer=${chat}`)
    assert.equal(status, 202)
    const response = await ask(chat, prompt(1000, 10), chat)
    assert.match(await response.text(), /{"type":"abort"/)
    assert.equal((await app.work(chat)).words, 0)
  })

  test('204 says that nothing is under way', limits, async () => {
    const chat = newChat()
    const stream = `${app.proxy.url}/api/chat/${chat}/stream`
    assert.equal((await fetch(stream)).status, 204)
    const whole = await (await ask(chat, prompt(10, 1), chat)).text()
    assert.equal((await fetch(stream)).status, 204)
    assert.equal(await (await fetch(`${stream}?answer=${chat}`)).text(), whole)
  })

  for (const engine of ENGINES) {
    describe(engine, () => {
      let driver: WebDriver
      let page: NextPage

      before(async () => {
        driver = await launch(engine)
        page = new NextPage(driver)
      })

      after(() => driver?.quit())

      afterEach(async () => {
        app.proxy.isDown = false
        app.proxy.refusal = undefined
        await driver.get('about:blank')
      })

      async function openAndAsk(text: string, url = app.proxy.url): Promise<string> {
        const chat = newChat()
        await page.open(url, chat)
        await page.ask(text)
        return chat
      }

      const isWhole = ({ status, text }: Shown) => status === 'ready' && text !== ''

      /** What an answer of so many words shows that nothing happens to. */
      async function uninterrupted(words: number): Promise<Shown> {
        await openAndAsk(prompt(words, 1))
        return page.until(isWhole)
      }

      /** Asserts that the model wrote an answer once, and to its end. */
      async function assertWrittenOnce(chat: string): Promise<void> {
        const { answers, end } = await app.work(chat)
        assert.deepEqual({ answers, end }, { answers: 1, end: 'finished' })
      }

      test(`an answer survives ${RESETS} resets`, limits, async () => {
        const words = 400
        const calm = await uninterrupted(words)
        const random = randomFrom(ENGINES.indexOf(engine))
        const size = 60 * words
        const places = Array.from({ length: RESETS }, () => random(size)).toSorted((a, b) => a - b)

        const chat = newChat()
        await page.open(app.proxy.url, chat)
        let next = app.proxy.breakAt(places[0]!)
        await page.ask(prompt(words, 20))
        for (let i = 0; i < RESETS; i++) {
          const broken = await next
          const { thought, text } = writtenBy(broken.text)
          await page.until((shown) => shown.thought === thought && shown.text === text)
          if (i + 1 < RESETS) next = app.proxy.breakAt(places[i + 1]!)
          broken.reset()
        }
        const shown = await page.until(isWhole)
        assert.deepEqual(shown.parts, calm.parts)
        assert.deepEqual(shown.log, [WHOLE])
        await assertWrittenOnce(chat)
      })

      for (const isReloaded of [false, true]) {
        const when = isReloaded ? ' after a reload' : ''
        test(`Stop stops the model${when}, and is reported`, limits, async () => {
          const chat = await openAndAsk(prompt(2000, 20))
          await page.until(({ text }) => text !== '')
          if (isReloaded) {
            await page.reload()
            await page.until(({ text }) => text !== '')
          }
          await page.stop()
          const { log, text } = await page.until(
            (shown) => shown.status === 'ready' && shown.log.length === 2,
          )
          const cancelled = 'cancel: {"aborted":true,"notified":true,"status":200}'
          assert.deepEqual(log.toSorted(), [cancelled, STOPPED])
          const { words, end } = await workUntil(chat, (work) => work.end !== '')
          assert.equal(end, 'stopped')
          // What was sent is kept, and nothing was written since.
          await page.reload()
          const kept = await page.until(isWhole)
          assert.ok(kept.text.startsWith(text), kept.text)
          assert.ok(wordsOf(kept.thought) + wordsOf(kept.text) <= words, kept.text)
          assert.equal((await app.work(chat)).words, words)
        })
      }

      test('a reload resumes', limits, async () => {
        const calm = await uninterrupted(150)
        const chat = await openAndAsk(prompt(150, 20))
        await page.until(({ text }) => text !== '')
        await page.reload()
        const shown = await page.until(isWhole)
        assert.deepEqual([shown.roles, shown.parts], [calm.roles, calm.parts])
        await assertWrittenOnce(chat)
        await page.reload()
        const again = await page.until(isWhole)
        assert.deepEqual([again.roles, again.parts], [calm.roles, calm.parts])
      })

      test('another page of the app stops nothing, and the way back resumes', limits, async () => {
        const calm = await uninterrupted(150)
        const chat = await openAndAsk(prompt(150, 20))
        await page.until(({ text }) => text !== '')
        await page.leave()
        await page.back()
        const shown = await page.until(isWhole)
        assert.deepEqual([shown.roles, shown.parts], [calm.roles, calm.parts])
        await assertWrittenOnce(chat)
      })

      test('StrictMode stops nothing', limits, async () => {
        const calm = await uninterrupted(150)
        const chat = await openAndAsk(prompt(150, 20), app.development)
        assert.ok(await page.isStrict())
        await page.until(({ text }) => text !== '')
        await page.reload()
        const shown = await page.until(isWhole)
        assert.deepEqual([shown.roles, shown.parts], [calm.roles, calm.parts])
        await assertWrittenOnce(chat)
      })

      test(
        'a connection that cannot be resumed is a disconnect; the model goes on',
        limits,
        async () => {
          const calm = await uninterrupted(50)
          const breaking = app.proxy.breakAt(2000)
          const chat = await openAndAsk(prompt(50, 20))
          const broken = await breaking
          app.proxy.isDown = true
          broken.reset()
          const { log } = await page.until(({ status }) => status === 'error')
          assert.equal(log.length, 2)
          assert.ok(log.includes(LOST), `${log}`)
          assert.match(log.join('\n'), /^onError: TypeError: network error: /m)
          await workUntil(chat, ({ end }) => end !== '')
          app.proxy.isDown = false
          await page.reload()
          const { parts } = await page.until(isWhole)
          assert.deepEqual(parts, calm.parts)
          await assertWrittenOnce(chat)
        },
      )

      test('an answer that the server refuses is an error', limits, async () => {
        app.proxy.refusal = 'Ask again tomorrow.'
        const chat = await openAndAsk(prompt(10, 1))
        const { log } = await page.until(({ status }) => status === 'error')
        assert.deepEqual(log.toSorted(), ['onError: Error: Ask again tomorrow.', FAILED])
        assert.equal((await app.work(chat)).answers, 0)
      })
    })
  }
})

/** What the events of an answer that are whole say. */
function writtenBy(events: string): { thought: string; text: string } {
  const parts = events
    .split('\n\n')
    .slice(0, -1)
    .map((event) => JSON.parse(event.slice('data: '.length)) as { type: string; delta?: string })
  const of = (type: string) =>
    parts
      .filter((part) => part.type === type)
      .map(({ delta }) => delta)
      .join('')
  return { thought: of('reasoning-delta'), text: of('text-delta') }
}

const wordsOf = (text: string): number => text.match(/\d+ \S+\s+/g)?.length ?? 0
