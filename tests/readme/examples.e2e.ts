/** The examples of the README and of docs/, run in browsers. */

import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { WebDriver } from 'selenium-webdriver'
import { ENGINES, launch } from '../webdriver/index.js'
import { LIBRARIES, makePages, movingServer, QUESTION, questions, TOKENS } from './moving.js'
import { EXAMPLES } from './runnable.js'
import { type Outcome, prepareExamples, runningServer } from './running.js'

/** How long a page may take to show what it has to, in milliseconds. */
const PATIENCE = 20_000

/** How long all examples together may take. */
const LONG_PATIENCE = 120_000

const SERVERS = [movingServer, runningServer]

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

before(async () => {
  await Promise.all([makePages(), prepareExamples()])
  for (const server of SERVERS) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }
})

after(() => {
  for (const server of SERVERS) {
    server.closeAllConnections()
    server.close()
  }
})

test('docs/migrating.md moves from four libraries', () => assert.equal(LIBRARIES.length, 4))

for (const engine of ENGINES) {
  describe(engine, () => {
    let driver: WebDriver

    before(async () => {
      driver = await launch(engine)
    })

    after(() => driver.quit())

    for (const library of LIBRARIES) {
      for (const when of ['before', 'after']) {
        test(`${when} moving from ${library}`, async () => {
          questions.length = 0
          await driver.get(`${urlOf(movingServer)}/${encodeURIComponent(`${when} ${library}`)}`)
          const shown = () => driver.executeScript<string[]>('return shown')
          await driver.wait(async () => (await shown()).length >= TOKENS.length, PATIENCE)
          assert.deepEqual(await shown(), TOKENS)
          const asked = questions.map((body) => JSON.parse(body) as unknown)
          assert.deepEqual(asked, library === 'EventSource' ? [] : [{ question: QUESTION }])
        })
      }
    }

    test('all other examples', async () => {
      await driver.get(urlOf(runningServer))
      const results = () => driver.executeScript<Outcome[] | null>('return window.results ?? null')
      const where = () => driver.executeScript<string>('return window.current ?? ""')
      await driver
        .wait(async () => (await results()) !== null, LONG_PATIENCE)
        .catch(async () => assert.fail(`${await where()} does not end`))
      const outcomes = (await results())!
      assert.equal(outcomes.length, EXAMPLES.length)
      assert.deepEqual(
        outcomes.filter(({ problems }) => problems.length > 0),
        [],
      )
    })
  })
}
