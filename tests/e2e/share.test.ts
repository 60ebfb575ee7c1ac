/** Streams that tabs share, in real tabs of each engine. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, describe, test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { WebDriver } from 'selenium-webdriver'
import { WebSocket } from 'undici'
import { type Engine, ENGINES, launch } from '../webdriver/index.js'
import { titled } from '../readme/blocks.js'
import { Source } from './share-source.js'

/** How long something may take that is to come, in milliseconds. */
const PATIENCE = 120_000

/** Milliseconds: twice what it takes to replace an owner that does not run. */
const LONG_LOOP = 40_000

/** Schedules at once, and how often. With 50 at once, Firefox takes more than twice as long. */
const AT_ONCE = 25
const ROUNDS = 4
const EVENTS = 1_000

let script = ''
/** Who waits for an answer does not run. */
let blocked: (() => void)[] = []

/** The connections of the examples in docs/sharing.md, and their pages. */
const events = new Set<ServerResponse>()
const examples = new Map<string, string>()

const server = createServer((request, response) => {
  if (request.url === '/events') {
    events.add(response.writeHead(200, { 'content-type': 'text/event-stream' }))
    response.write(':\n\n')
    response.on('close', () => events.delete(response))
    return
  }
  const example = examples.get(request.url ?? '')
  if (example !== undefined) {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(example)
    return
  }
  if (request.url === '/blocked') {
    blocked.push(() => response.end())
    return
  }
  const isScript = request.url === '/page.js'
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
  response.end(
    isScript
      ? script
      : '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  )
})

before(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('share-page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  script = outputFiles[0]!.text
  for (const [index, title] of EXAMPLES.entries()) examples.set(`/${index}`, await exampleOf(title))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

after(() => {
  server.closeAllConnections()
  server.close()
})

const EXAMPLES = ['sharing: a stream', 'sharing: EventSource']

async function exampleOf(title: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: titled(title), resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  const page = '<script>var shown = [], userId = 1, show = (data) => shown.push(data)</script>'
  return `<!doctype html>${page}<script type="module">${outputFiles[0]!.text}</script>`
}

interface Taken {
  ids: number[]
  type?: string
}

/** The tabs of a browser. */
class Tabs {
  readonly driver: WebDriver
  readonly #handles = new Map<string, string>()
  #count = 0

  /** The browser keeps the tab that it started with, this one. */
  readonly #first: string

  constructor(driver: WebDriver, first: string) {
    this.driver = driver
    this.#first = first
  }

  get names(): string[] {
    return [...this.#handles.keys()]
  }

  async open(): Promise<string> {
    const name = `tab${this.#count + 1}`
    await this.openPage(`?tab=${name}`)
    await until(async () => this.driver.executeScript('return typeof tab === "object"'))
    return name
  }

  async openPage(path: string): Promise<string> {
    const name = `tab${++this.#count}`
    await this.driver.switchTo().newWindow('tab')
    this.#handles.set(name, await this.driver.getWindowHandle())
    const { port } = server.address() as AddressInfo
    await this.driver.get(`http://127.0.0.1:${port}/${path}`)
    return name
  }

  async call<T>(name: string, method: string, ...args: unknown[]): Promise<T> {
    await this.select(name)
    return this.driver.executeScript(`return tab.${method}(...arguments)`, ...args)
  }

  async select(name: string): Promise<void> {
    await this.driver.switchTo().window(this.#handles.get(name)!)
  }

  async close(name: string): Promise<void> {
    await this.select(name)
    await this.driver.close()
    await this.driver.switchTo().window(this.#first)
    this.forget(name)
  }

  forget(name: string): void {
    this.#handles.delete(name)
  }

  /** What has come in a tab, once there is so much. */
  async taken(name: string, { url }: Source, last: number): Promise<number[]> {
    let ids: number[] = []
    await until(
      async () => {
        const all = await this.call<Record<string, Taken>>(name, 'taken')
        ids = all[url]!.ids
        return ids.at(-1) === last
      },
      () => `${name} has ${ids.length} events up to ${ids.at(-1)}, not ${last}`,
    )
    return ids
  }
}

async function until(
  holds: () => boolean | Promise<boolean>,
  explain: () => string = String.bind(undefined, holds),
): Promise<void> {
  const end = Date.now() + PATIENCE
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(explain())
    await delay(20)
  }
}

const numbers = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, k) => first + k)

for (const engine of ENGINES.filter(
  (one) => !process.env['ENGINE'] || one === process.env['ENGINE'],
)) {
  describe(engine, () => {
    let driver: WebDriver
    let tabs: Tabs

    before(async () => {
      // A process for each tab, since one of them crashes.
      driver = await launch(engine, engine === 'chromium' ? ['--renderer-process-limit=50'] : [])
      await driver.manage().setTimeouts({ script: PATIENCE, pageLoad: PATIENCE })
      tabs = new Tabs(driver, await driver.getWindowHandle())
    })

    after(() => driver.quit())

    afterEach(async () => {
      for (const name of tabs.names) await tabs.close(name)
    })

    test('ten tabs, one connection; the owner is closed, frozen and crashes', async (context) => {
      const source = await Source.start(context)
      for (let count = 0; count < 10; count++) {
        const name = await tabs.open()
        await tabs.call(name, 'join', source.url)
        await until(
          async () => (await tabs.call(name, 'state', source.url)) === 'open',
          () => `${name} has not joined`,
        )
        source.advance(1)
        await tabs.taken(name, source, count + 1)
      }
      assert.equal(source.connections.length, 1)
      const joined = new Map<string, number>()
      for (const [index, name] of tabs.names.entries()) joined.set(name, index + 1)

      /** All get what comes now, once and in order. */
      async function allGet(last: number, names = tabs.names): Promise<void> {
        for (const name of names) {
          assert.deepEqual(await tabs.taken(name, source, last), numbers(joined.get(name)!, last))
        }
      }
      const owner = () => source.open[0]?.tab ?? ''
      let last = 10
      /** There is another owner. */
      async function takenOver(before: string): Promise<void> {
        await until(
          () => source.open.some(({ tab }) => tab !== before),
          () => `${before} is still the owner`,
        )
        source.advance(5)
        last += 5
      }

      await allGet(last)
      const closed = owner()
      await tabs.close(closed)
      await takenOver(closed)
      await allGet(last)

      const frozen = owner()
      const thaw = await freeze(engine, tabs, frozen)
      source.advance(5)
      last += 5
      await takenOver(frozen)
      await allGet(
        last,
        tabs.names.filter((name) => name !== frozen),
      )
      await thaw()
      source.advance(1)
      await allGet(++last)
      // It has caught up with a connection of its own.
      source.advance(1)
      await allGet(++last)
      await until(() => source.open.length === 1)

      if (engine === 'chromium') {
        const crashed = owner()
        await crash(tabs, crashed)
        await takenOver(crashed)
        await allGet(last)
      }
      await until(
        () => source.open.length === 1,
        () => JSON.stringify(source.connections),
      )

      for (const name of tabs.names.slice(1)) await tabs.close(name)
      await takenOverOrNot(source, tabs.names[0]!)
      await tabs.close(tabs.names[0]!)
      await until(
        () => source.open.length === 0,
        () => 'the last tab left the connection open',
      )
    })

    test('seven tabs with an EventSource each, over HTTP/1.1', async (context) => {
      const source = await Source.start(context)
      for (let count = 0; count < 7; count++) {
        const name = await tabs.open()
        await tabs.call(name, 'listen', source.url)
        await until(async () => (await tabs.call<string[]>(name, 'lines', source.url)).length === 1)
      }
      source.advance(3)
      const [owner] = tabs.names
      for (const name of tabs.names) {
        await until(
          async () => (await tabs.call<string[]>(name, 'lines', source.url)).at(-1) === '3',
        )
        const lines = await tabs.call<string[]>(name, 'lines', source.url)
        assert.deepEqual(lines, ['open 1', '1', '2', '3'])
      }
      assert.equal(source.connections.length, 1)
      // The site is not blocked.
      await driver.executeAsyncScript('fetch("/").then(() => arguments[arguments.length - 1]())')
      source.cut()
      await until(() => source.connections.length === 2)
      source.advance(1)
      await tabs.close(owner!)
      await until(() => source.connections.length === 3)
      source.advance(1)
      for (const name of tabs.names) {
        await until(
          async () => (await tabs.call<string[]>(name, 'lines', source.url)).at(-1) === '5',
        )
        const lines = await tabs.call<string[]>(name, 'lines', source.url)
        assert.deepEqual(lines, ['open 1', '1', '2', '3', 'error 0', 'open 1', '4', '5'])
      }
      for (const name of tabs.names) await tabs.close(name)
      await until(() => source.open.length === 0)
    })

    for (const [index, title] of EXAMPLES.entries()) {
      test(`the example of docs/sharing.md, ${title}`, async () => {
        for (let count = 0; count < 2; count++) await tabs.openPage(String(index))
        for (const name of tabs.names) {
          await tabs.select(name)
          await until(() => {
            // It may not have joined before the first one.
            for (const response of events) response.write('data: hello\n\n')
            return driver.executeScript('return shown[0] === "hello"')
          })
        }
        assert.equal(events.size, 1)
      })
    }

    for (let round = 0; round < ROUNDS; round++) {
      const seed = Number(process.env['SEED'] ?? 1 + Math.floor(Math.random() * 2 ** 30))
      test(`${AT_ONCE} random schedules of tabs that open and close`, async (context) => {
        context.diagnostic(`seed ${seed}`)
        await playSchedules(tabs, seed, context)
      })
    }
  })
}

/** The last tab has the connection, which it may have had all the time. */
async function takenOverOrNot(source: Source, name: string): Promise<void> {
  await until(
    () => source.open.some(({ tab }) => tab === name),
    () => `${name} has no connection`,
  )
}

/** Keeps a tab from running. Returns what lets it run again. */
async function freeze(engine: Engine, tabs: Tabs, name: string): Promise<() => Promise<void>> {
  if (engine === 'chromium') {
    const send = await devTools(tabs, name)
    await send('Page.setWebLifecycleState', { state: 'frozen' })
    return () => send('Page.setWebLifecycleState', { state: 'active' })
  }
  if (engine === 'firefox') {
    // Others run while a request blocks.
    await tabs.call(name, 'loop', LONG_LOOP)
    return () => Promise.resolve()
  }
  const answered = async (): Promise<void> => {
    await until(
      () => blocked.length > 0,
      () => `${name} does not ask`,
    )
    for (const answer of blocked) answer()
    blocked = []
  }
  await tabs.call(name, 'block', '/blocked')
  // WebKit's driver can't leave a tab that is blocked.
  await tabs.select(tabs.names.find((other) => other !== name)!)
  await answered()
  await until(
    () => blocked.length > 0,
    () => `${name} does not block`,
  )
  return answered
}

/** Crashes the process of a tab. */
async function crash(tabs: Tabs, name: string): Promise<void> {
  const send = await devTools(tabs, name)
  await tabs.select(tabs.names.find((other) => other !== name)!)
  // There is no answer.
  void send('Page.crash')
  tabs.forget(name)
}

/** Chromium's DevTools of a tab. */
async function devTools(
  tabs: Tabs,
  name: string,
): Promise<(method: string, params?: object) => Promise<void>> {
  const capabilities = await tabs.driver.getCapabilities()
  const { debuggerAddress } = capabilities.get('goog:chromeOptions') as { debuggerAddress: string }
  const list = (await (await fetch(`http://${debuggerAddress}/json/list`)).json()) as {
    url: string
    webSocketDebuggerUrl: string
  }[]
  const target = list.find(({ url }) => url.endsWith(`?tab=${name}`))
  assert.ok(target)
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  let id = 0
  return (method, params = {}) => {
    const answered = new Promise<void>((resolve) =>
      socket.addEventListener('message', () => resolve(), { once: true }),
    )
    socket.send(JSON.stringify({ id: ++id, method, params }))
    return answered
  }
}

/** Plays schedules at once: each is a stream that tabs join and leave while whole tabs open and close. */
async function playSchedules(tabs: Tabs, seed: number, context: TestContext): Promise<void> {
  let state = seed
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const sources = await Promise.all(Array.from({ length: AT_ONCE }, () => Source.start(context)))
  const urls = sources.map(({ url }) => url)
  /** By tab and stream. */
  const taken = new Map<string, Record<string, Taken>>()

  async function open(): Promise<void> {
    const name = await tabs.open()
    await tabs.call(name, 'joinAll', urls, Math.floor(random() * 2 ** 30) + 1)
  }
  async function look(name: string): Promise<void> {
    taken.set(name, await tabs.call(name, 'taken'))
  }

  await open()
  await open()
  const beats = setInterval(() => {
    for (const source of sources) {
      if (source.connections.length === 0 || source.isDone) continue
      const count = random() < 0.3 ? Math.floor(random() * 20) : 0
      source.produce(count, EVENTS)
      if (random() < 0.005) source.cut()
    }
  }, 5)
  try {
    for (let step = 0; step < 8; step++) {
      if (tabs.names.length < 2 || (tabs.names.length < 4 && random() < 0.5)) {
        await open()
      } else {
        const name = tabs.names[Math.floor(random() * tabs.names.length)]!
        await look(name)
        await tabs.close(name)
      }
    }
    await until(() => sources.every((source) => source.isDone || source.connections.length === 0))
    for (const name of tabs.names) {
      await until(
        async () => {
          await look(name)
          return Object.values(taken.get(name)!).every(({ type }) => type !== undefined)
        },
        () =>
          `${name}: ${JSON.stringify(Object.entries(taken.get(name)!).filter(([, { type }]) => !type))}`,
      )
    }
  } finally {
    clearInterval(beats)
  }
  let streamsOfTabs = 0
  for (const [name, byStream] of taken) {
    for (const [url, { ids, type }] of Object.entries(byStream)) {
      const [first = 1] = ids
      assert.deepEqual(ids, numbers(first, first + ids.length - 1), `${name}, ${url}, seed ${seed}`)
      if (type === 'done' && ids.length > 0)
        assert.equal(ids.at(-1), EVENTS, `${name}, seed ${seed}`)
      if (ids.length > 0) streamsOfTabs++
    }
  }
  // How many events they saw depends on how late a slow machine lets them join.
  assert.ok(streamsOfTabs > AT_ONCE, `only ${streamsOfTabs} streams in all tabs`)
  for (const name of tabs.names) await tabs.close(name)
}
