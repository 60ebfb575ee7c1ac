/** Streams through nginx with HTTP/2, as it is deployed in front of the relay: what a page is told when it fails. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WebDriver } from 'selenium-webdriver'
import { ENGINES, freePort, launch, type Server, startServer } from '../webdriver/index.js'
import { type Nginx, startNginx } from './nginx.js'
import { callPage } from './page-at-relay.js'
import { Reader, readingPage } from './reader.js'
import { RelayClient } from './relay.js'

const PROMPT = 'Tell me a joke about sluice gates.'

const FIRST = 'id: 1\ndata: first\n\n'
const SECOND = { steps: [{ send: 'id: 2\ndata: second\n\ndata: [DONE]\n\n' }] }

const FAST = { done: '[DONE]', retry: { minDelay: 0, initialDelay: 10, maxDelay: 50 } }

/** How long nginx waits for what is behind it, in seconds. */
const READ_TIMEOUT = 1

for (const engine of ENGINES) {
  describe(`nginx, in ${engine}`, () => {
    let driver: WebDriver
    let page: Awaited<ReturnType<typeof readingPage>>

    before(async () => {
      page = await readingPage()
      driver = await launch(engine)
    })

    after(async () => {
      await driver?.quit()
      await page?.[Symbol.asyncDispose]()
    })

    describe('in front of the relay', () => {
      let relay: Server
      let nginx: Nginx

      before(async () => {
        const port = await freePort()
        const origin = ['--allow-origin', `https://127.0.0.1:${port}`]
        const pace = ['--tokens-per-second', '100']
        relay = await startServer('sluicegate-relay', ['--site', page.folder, ...origin, ...pace])
        nginx = await startNginx({ port, servers: [relay.url], tls: true })
        await driver.get(nginx.url)
      })

      after(async () => {
        await driver.get('about:blank')
        await nginx?.stop()
        await relay?.stop()
      })

      const ask = (sessionId: string) =>
        Reader.open(driver, '/chat', {
          method: 'POST',
          body: { prompt: PROMPT, userId: 'ann', sessionId },
          cancel: { url: '/chat/cancel', body: { userId: 'ann', sessionId } },
        })

      test('an answer goes on while nginx is reloaded, and the next one comes by a new worker', async () => {
        const answer = new RelayClient(relay.url).wholeAnswer(PROMPT)
        const reader = await ask('reloaded')
        await reader.until(({ events }) => events.length > 3)
        nginx.reload()
        // Of the new workers, if it has to be another connection.
        const next = await ask('after the reload')
        const whole = await answer
        for (const { ended, events, retries } of [
          await reader.untilOver(),
          await next.untilOver(),
        ]) {
          assert.equal(ended, 'ended')
          assert.deepEqual(retries, [])
          const tokens = events.filter(([type]) => type === 'message').map(([, data]) => data)
          assert.equal(tokens.join(''), whole.text)
        }
        if (engine !== 'webkit') assert.equal(await callPage(driver, 'protocolOf', '/chat'), 'h2')
      })

      test('cancel() reaches the relay', async () => {
        const reader = await ask('stopped')
        await reader.until(({ events }) => events.length > 3)
        const result = await reader.cancel()
        assert.deepEqual(result, { aborted: true, notified: true, status: 200 })
        await new RelayClient(relay.url).sessionWhere(
          ({ sessionId, state }) => sessionId === 'stopped' && state === 'cancelled',
        )
      })
    })

    describe('in front of a server with faults', () => {
      let server: Server
      let nginx: Nginx

      before(async () => {
        server = await startServer('sluicegate-test-server', ['--site', page.folder])
        const port = await freePort()
        const servers = [server.url]
        nginx = await startNginx({ port, servers, tls: true, readTimeout: READ_TIMEOUT })
        await driver.get(`${nginx.url}/site/index.html`)
      })

      after(async () => {
        await driver.get('about:blank')
        await nginx?.stop()
        await server?.stop()
      })

      async function script(...attempts: object[]): Promise<string> {
        const body = JSON.stringify({ attempts })
        const answer = await fetch(`${server.url}/scripts`, { method: 'POST', body })
        return ((await answer.json()) as { id: string }).id
      }

      async function lastEventIds(id: string): Promise<unknown[]> {
        const answer = await fetch(`${server.url}/scripts/${id}/log`)
        const log = (await answer.json()) as { requests: { headers: Record<string, string> }[] }
        return log.requests.map(({ headers }) => headers['last-event-id'])
      }

      // WebKitGTK does not see that a stream of HTTP/2 was reset.
      for (const [name, end] of [
        ['silent for too long', { stall: true }],
        ['gone', { close: true }],
      ] as const) {
        test(
          `what is behind nginx is ${name} inside an event`,
          { skip: engine === 'webkit' },
          async () => {
            const first = [{ send: `${FIRST}id: 2\ndata: sec` }, { waitFor: 'read' }, end]
            const id = await script({ steps: first }, SECOND)
            const reader = await Reader.open(driver, `/s/${id}`, FAST)
            await reader.until(({ events }) => events.length === 1)
            await fetch(`${server.url}/scripts/${id}/signal/read`, { method: 'POST' })
            const { events, retries, ended } = await reader.untilOver()
            assert.deepEqual(
              events.map(([, data]) => data),
              ['first', 'second'],
            )
            assert.deepEqual(retries, [{ code: 'network' }])
            assert.equal(ended, 'done')
            assert.deepEqual(await lastEventIds(id), [undefined, '1'])
          },
        )
      }

      test('what is behind nginx does not answer: 504, and again', async () => {
        const id = await script({ headersDelay: 'never' }, SECOND)
        const reader = await Reader.open(driver, `/s/${id}`, FAST)
        const { events, retries, ended } = await reader.untilOver()
        assert.deepEqual(
          events.map(([, data]) => data),
          ['second'],
        )
        assert.deepEqual(
          retries.map(({ code, status }) => [code, status]),
          [['http', 504]],
        )
        assert.match(retries[0]?.body ?? '', /504 Gateway Time-out/)
        assert.equal(ended, 'done')
      })

      test('nothing is behind nginx: 502, and again until there is something', async () => {
        const port = new URL(server.url).port
        await server.stop()
        const reader = await Reader.open(driver, '/numbered/again?events=3&fault=none', FAST)
        await reader.until(({ retries }) => retries.length > 1)
        // A POST is not sent again unasked: it fails with the page that nginx sent.
        const post = await Reader.open(driver, '/s/1', { method: 'POST' })
        const { error, ended } = await post.untilOver()
        assert.deepEqual([ended, error?.code, error?.status], ['failed', 'http', 502])
        assert.match(error?.body ?? '', /502 Bad Gateway/)

        server = await startServer('sluicegate-test-server', [
          '--port',
          port,
          '--site',
          page.folder,
        ])
        const { events, retries } = await reader.untilOver()
        assert.deepEqual(
          events.map(([, , id]) => id),
          ['1', '2', '3'],
        )
        assert.deepEqual(
          new Set(retries.map(({ code, status }) => `${code} ${status}`)),
          new Set(['http 502']),
        )
      })
    })
  })
}
