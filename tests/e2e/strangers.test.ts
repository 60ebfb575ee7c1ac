/** Pages of strangers at a relay without tokens, in a real browser: they can neither use it nor read from it. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { WebDriver } from 'selenium-webdriver'
import { launch, type Server, startServer } from '../webdriver/index.js'
import { callPage } from './page-at-relay.js'
import { RelayClient } from './relay.js'
import type { Loot } from './strangers-page.js'

/** All that a relay may be asked for by GET is there; an answer takes about a minute. */
const FLAGS = ['--legacy-get', '--tutorial', '--weather', '--tokens-per-second', '4']

const VICTIM = { userId: 'ann', sessionId: 's1' }

let strangers: HttpServer
let driver: WebDriver
/** What the stranger's page runs. */
let script: string

before(async () => {
  const entry = fileURLToPath(new URL('strangers-page.ts', import.meta.url))
  const built = await build({ entryPoints: [entry], bundle: true, format: 'iife', write: false })
  script = built.outputFiles[0]?.text ?? ''
  strangers = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>hello</title>')
  }).listen(0, '127.0.0.1')
  await once(strangers, 'listening')
  // What an attacker's DNS would do: a name of theirs is this machine.
  driver = await launch('chromium', ['--host-resolver-rules=MAP attacker.test 127.0.0.1'])
  await driver.manage().setTimeouts({ script: 60_000 })
})

after(async () => {
  await driver?.quit()
  strangers.close()
})

const portOf = (url: string) => new URL(url).port
const strangersPort = () => (strangers.address() as AddressInfo).port

async function attackFrom(url: string, relay: string): Promise<Loot> {
  await driver.get(url)
  await driver.executeScript(script)
  return callPage<Loot>(driver, 'attack', relay)
}

/** Ann, who has a session and a client connected. */
class Victim {
  readonly #abort = new AbortController()
  readonly #ended: Promise<string>[] = []
  readonly #relay: Server

  constructor(relay: Server) {
    this.#relay = relay
  }

  async begin() {
    const { signal } = this.#abort
    const chat = fetch(`${this.#relay.url}/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...VICTIM, prompt: 'Tell me how a sluice gate works.' }),
      signal,
    })
    for (const response of [
      await chat,
      await fetch(`${this.#relay.url}/api/sse/connect/c1`, { signal }),
    ]) {
      assert.equal(response.status, 200)
      this.#ended.push(response.text().catch(String))
    }
  }

  /** Nothing was asked, stopped or taken over. */
  async isWell() {
    const sessions = await new RelayClient(this.#relay.url).sessions()
    assert.deepEqual(
      sessions.map(({ sessionId, state }) => [sessionId, state]),
      [['s1', 'live']],
    )
    const still = Symbol('still open')
    const settled = await Promise.race([...this.#ended, Promise.resolve(still)])
    assert.equal(settled, still)
    const metrics = await (await fetch(`${this.#relay.url}/metrics`)).text()
    assert.match(metrics, /^sluicegate_clients 1$/m)
    assert.match(metrics, /^sluicegate_sessions_live 1$/m)
  }

  async leave() {
    this.#abort.abort()
    await Promise.all(this.#ended)
  }
}

describe('a relay without tokens', () => {
  let relay: Server
  let victim: Victim

  beforeEach(async () => {
    await victim?.leave()
    await relay?.stop()
    relay = await startServer('sluicegate-relay', FLAGS)
    victim = new Victim(relay)
    await victim.begin()
  })

  after(async () => {
    await victim?.leave()
    await relay?.stop()
  })

  for (const [kind, host] of [
    ['another site', 'attacker.test'],
    ['another port of this machine', '127.0.0.1'],
  ]) {
    test(`a page of ${kind} does and reads nothing`, async () => {
      const loot = await attackFrom(`http://${host}:${strangersPort()}/`, relay.url)
      assert.equal(Object.keys(loot).length, 19)
      assert.deepEqual(new Set(Object.values(loot)), new Set(['']), JSON.stringify(loot))
      await victim.isWell()
    })
  }

  test('a page whose name was bound to this machine does and reads nothing', async () => {
    // To the browser the relay is of the same origin as the page.
    const origin = `http://attacker.test:${portOf(relay.url)}`
    const loot = await attackFrom(`${origin}/`, origin)
    assert.match(await driver.getPageSource(), /unknown-host/)
    assert.deepEqual(new Set(Object.values(loot)), new Set(['']), JSON.stringify(loot))
    await victim.isWell()
  })

  test('a page of its own does all of it, by each name of this machine', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::ffff:127.0.0.1]']) {
      const origin = `http://${host}:${portOf(relay.url)}`
      await driver.get(`${origin}/healthz`)
      const list = await driver.executeAsyncScript<string>(
        `const done = arguments[0]; fetch('/sessions').then((answer) => answer.text()).then(String, String).then(done)`,
      )
      assert.match(list, /"sessionId":"s1"/, host)
    }
    const { url } = relay
    const loot = await attackFrom(`${url}/healthz`, url)
    const read = Object.keys(loot).filter((name) => loot[name] !== '')
    for (const name of ['list by fetch()', 'stop by fetch()', 'the tutorial by EventSource']) {
      assert.ok(read.includes(name), `${name}: ${JSON.stringify(loot)}`)
    }
    await assert.rejects(victim.isWell())
  })
})

test('an allowed origin is allowed with its scheme and port only', async () => {
  const origin = `http://attacker.test:${strangersPort()}`
  const list = async (allowed: string) => {
    const relay = await startServer('sluicegate-relay', ['--allow-origin', allowed])
    await driver.get(origin)
    const answer = await driver.executeAsyncScript<string>(
      `const [url, done] = arguments; fetch(url).then((answer) => answer.text()).then(String, String).then(done)`,
      `${relay.url}/sessions`,
    )
    await relay.stop()
    return answer
  }
  assert.equal(await list(origin), '[]')
  for (const other of [origin.replace('http:', 'https:'), 'http://attacker.test']) {
    assert.match(await list(other), /TypeError/, other)
  }
})
