/** Third-party servers (better-sse, sse-starlette), read by a page. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { WebDriver } from 'selenium-webdriver'
import { launch, type Server, startServer } from '../webdriver/index.js'
import { Reader, readingPage } from './reader.js'
import { eventData, type Job, LAST, SERVERS } from './servers.js'

/** How long something is waited for, in milliseconds. */
const PATIENCE = 20_000

let page: Awaited<ReturnType<typeof readingPage>>
let site: Server
let driver: WebDriver

before(async () => {
  page = await readingPage()
  site = await startServer('sluicegate-test-server', ['--site', page.folder])
  driver = await launch('chromium')
})

after(async () => {
  await driver?.quit()
  await site?.stop()
  await page?.[Symbol.asyncDispose]()
})

for (const [name, start] of Object.entries(SERVERS)) {
  describe(name, () => {
    let server: Awaited<ReturnType<typeof start>>

    before(async () => {
      server = await start()
      await driver.get(`${site.url}/site/index.html`)
    })

    after(() => server?.[Symbol.asyncDispose]())

    const jobWhere = async (id: string, matches: (job: Job) => boolean): Promise<Job> => {
      const deadline = performance.now() + PATIENCE
      for (;;) {
        const job = (await (await fetch(`${server.url}/jobs/${id}`)).json()) as Job
        if (matches(job)) return job
        assert.ok(performance.now() < deadline, `it stays so: ${JSON.stringify(job)}`)
        await delay(20)
      }
    }

    test('a stream that the server ends twice is resumed by Last-Event-ID', async () => {
      const reader = await Reader.open(driver, `${server.url}/events`, { done: '"[DONE]"' })
      const { events, retries, ended } = await reader.untilOver()
      const expected = Array.from({ length: LAST }, (_, i) => {
        const n = i + 1
        return [n % 2 === 0 ? 'even' : 'message', JSON.stringify(eventData(n)), `${n}`]
      })
      assert.deepEqual(events, expected)
      assert.equal(retries.length, 2)
      assert.equal(ended, 'done')
    })

    test('a POST streams, and cancel() reaches its endpoint', async () => {
      const body = { id: 'stopped', prompt: 'żółć "漢字"' }
      const reader = await Reader.open(driver, `${server.url}/chat`, {
        method: 'POST',
        body,
        cancel: { url: `${server.url}/cancel`, body: { id: body.id } },
      })
      const { events } = await reader.until((reading) => reading.events.length > 5)
      events.forEach((event, i) => assert.deepEqual(event, ['token', `{"n":${i + 1}}`, event[2]]))
      assert.deepEqual(await reader.cancel(), { aborted: true, notified: true, status: 202 })
      assert.equal((await reader.untilOver()).ended, 'cancelled')
      const job = await jobWhere(body.id, ({ open, told }) => told && !open)
      assert.equal(job.prompt, body.prompt)
    })

    test('cancel() without an endpoint is a disconnection', async () => {
      const body = { id: 'left', prompt: '' }
      const reader = await Reader.open(driver, `${server.url}/chat`, { method: 'POST', body })
      await reader.until((reading) => reading.events.length > 5)
      assert.deepEqual(await reader.cancel(), { aborted: true, notified: false })
      await jobWhere(body.id, ({ open, told }) => !told && !open)
    })
  })
}
