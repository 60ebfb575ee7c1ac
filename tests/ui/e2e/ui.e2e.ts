// useEventStream in pages of Vue and React, against the test server, in each engine.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { WebDriver } from 'selenium-webdriver'
import { ENGINES, launch, type Server, startServer } from '../../webdriver/index.js'
import { TestServer } from './backend.js'
import type { PageRequest } from './page.js'
import { buildSite, PAGES } from './site.js'
import { View } from './view.js'

/** How long a page without animation frames waits before it changes, in milliseconds. */
const LONGEST_FRAME = 100

/** Those that end an attempt at once. */
const FAULTS = 'reset,close,half-utf8,truncated,end,status'

let site: string
let server: Server
let backend: TestServer

before(async () => {
  site = await mkdtemp(join(tmpdir(), 'sluicegate-ui-'))
  await buildSite(site)
  server = await startServer('sluicegate-test-server', ['--site', site])
  backend = new TestServer(server.url)
})

after(async () => {
  await server.stop()
  await rm(site, { recursive: true })
})

for (const engine of ENGINES) {
  describe(engine, () => {
    let driver: WebDriver
    let view: View

    before(async () => {
      driver = await launch(engine)
      view = new View(driver)
    })

    after(() => driver.quit())

    for (const { name } of PAGES) {
      describe(name, () => {
        const open = (url: string, options: PageRequest['options']) =>
          view.open(`${server.url}/site/${name}.html`, { url, options })

        test('a mount sends one request, which leaving the route ends', async () => {
          const path = `/open/${backend.freshKey()}`
          await open(path, {})
          await view.until(({ count }) => count === 1)
          await view.click('leave')
          await view.waitForAway()
          let counters: Record<string, number>
          do counters = await backend.get(`${path}/counters`)
          while (counters['open'] !== 0)
          assert.deepEqual(counters, { requests: 1, open: 0, clientClosed: 1 })
        })

        test('a stream shows whole, once an animation frame at most', async () => {
          const parts = Array.from({ length: 200 }, (_, index) => `${index} `)
          const steps = parts.flatMap((part) => [{ send: `data: ${part}\n\n` }, { delay: 2 }])
          const script = await backend.script([{ send: ':\n\n' }, { waitFor: 'go' }, ...steps])
          await open(`/s/${script}`, { retry: false, immediate: false })
          await view.click('start')
          await view.until(({ status }) => status === 'open')
          const before = await view.pace()
          await backend.signal(script, 'go')
          const { text, count } = await view.until(({ status }) => status === 'done')
          assert.deepEqual([text, count], [parts.join(''), parts.length])
          const after = await view.pace()
          const updates = after.updates - before.updates
          const frames = after.frames - before.frames
          const elapsed = after.elapsed - before.elapsed
          const most = frames + elapsed / LONGEST_FRAME + 1
          assert.ok(updates > 1, `${updates} updates`)
          assert.ok(updates <= most, `${updates} updates in ${frames} frames, ${elapsed} ms`)
        })

        test('Stop keeps the text, and stops the server', async () => {
          const sink = `/sink/${backend.freshKey()}`
          const script = await backend.script([{ send: 'data: partial\n\n' }, { stall: true }])
          await open(`/s/${script}`, { method: 'POST', cancel: { url: sink, body: { id: 7 } } })
          await view.until(({ text }) => text === 'partial')
          await view.click('stop')
          const [told] = await backend.requestsWhere(sink, ({ length }) => length > 0)
          assert.deepEqual([told?.method, told?.body], ['POST', '{"id":7}'])
          const [entry, ...more] = await backend.requestsWhere(
            `/scripts/${script}`,
            ([first]) => first!.outcome !== 'open',
          )
          assert.deepEqual([entry?.outcome, more], ['client-closed', []])
          assert.deepEqual(await view.shown(), { status: 'cancelled', count: 1, text: 'partial' })
          assert.equal((await backend.requests(sink)).length, 1)
        })

        test('a stream that breaks again and again shows the text of one that does not', async () => {
          const texts: string[] = []
          for (const fault of ['none', FAULTS]) {
            const key = backend.freshKey()
            const url = `/numbered/${key}?seed=7&events=300&fault=${fault}`
            await open(url, { done: '[DONE]', retry: { initialDelay: 1, minDelay: 1 } })
            const { count, text } = await view.until(({ status }) => status === 'done')
            assert.equal(count, 300)
            const { attempts } = await backend.get<{ attempts: unknown[] }>(`/numbered/${key}/log`)
            assert.equal(attempts.length > 1, fault !== 'none', `${attempts.length} attempts`)
            texts.push(text)
          }
          assert.equal(texts[1], texts[0])
          assert.ok(texts[0]!.endsWith('event 300 żółć 漢字 😀'))
        })

        for (const on of [[], ['return']] as const) {
          const told = on.length > 0
          test(`a route change amid a stream ${told ? 'cancels' : 'tells nothing'} on the server with on: ${JSON.stringify(on)}`, async () => {
            const sink = `/sink/${backend.freshKey()}`
            const script = await backend.script([{ send: 'data: partial\n\n' }, { stall: true }])
            await open(`/s/${script}`, { method: 'POST', cancel: { url: sink, on } })
            await view.until(({ text }) => text === 'partial')
            await view.click('leave')
            await view.waitForAway()
            const isOver = await backend.requestsWhere(
              `/scripts/${script}`,
              ([first]) => first!.outcome !== 'open',
            )
            assert.deepEqual(
              isOver.map(({ outcome }) => outcome),
              ['client-closed'],
            )
            const count = told ? 1 : 0
            const requests = await backend.requestsWhere(sink, ({ length }) => length >= count)
            assert.equal(requests.length, count)
          })
        }
      })
    }
  })
}
