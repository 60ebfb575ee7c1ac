import { StrictMode, Suspense, useEffect, useLayoutEffect, version } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { useEventStream } from 'sluicegate/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Mounted } from '../support/mounted.js'
import { backend } from '../support/server.js'
import { until } from '../support/until.js'
import { mountIn } from './mount.js'

const server = backend()

/** What React itself complains about, such as a mismatch between server and page. */
const complaints: unknown[][] = []
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation((...args) => complaints.push(args))
})
afterEach(() => {
  vi.restoreAllMocks()
  expect(complaints.splice(0)).toEqual([])
})

test('the version is the one of this project', () => {
  expect(version).toMatch(new RegExp(`^${process.env['PEER']}\\.`))
})

describe('in StrictMode', () => {
  let stream: Mounted
  afterEach(() => stream.unmount())

  const open = async (options = {}) =>
    (stream = await mountIn((child) => <StrictMode>{child}</StrictMode>, server.url, options))

  test('a mount sends one request, and its stream shows', async () => {
    let calls = 0
    await open({ fetch: (...args: Parameters<typeof fetch>) => (calls++, fetch(...args)) })
    const exchange = (await server.exchange(0)).open()
    exchange.send(['a'])
    await until(() => stream.now.text === 'a')
    exchange.send(['b'])
    await until(() => stream.now.text === 'ab')
    expect(calls).toBe(1)
    expect(server.exchanges).toHaveLength(1)
  })

  test('a mount tells the backend of nothing that it did not ask for', async () => {
    const cancel = { url: `${server.url}stop`, on: ['return', 'unsent'] } as const
    await open({ cancel })
    ;(await server.exchange(0)).open().send(['a'])
    await until(() => stream.now.text === 'a')
    expect(server.exchanges.map(({ path }) => path)).toEqual([''])
  })

  test('start() works, and so does an unmount', async () => {
    await open({ immediate: false })
    stream.start()
    const exchange = (await server.exchange(0)).open()
    exchange.send(['a'])
    await until(() => stream.now.text === 'a')
    stream.unmount()
    await until(() => exchange.isOver)
    expect(server.exchanges).toHaveLength(1)
  })
})

test("StrictMode sends one request for a start() of the app's own effect, too", async () => {
  function Page(): string {
    const { text, start } = useEventStream(server.url, { immediate: false })
    useEffect(() => start(), [start])
    return text
  }
  const place = document.createElement('div')
  const root = createRoot(place)
  root.render(
    <StrictMode>
      <Page />
    </StrictMode>,
  )
  ;(await server.exchange(0)).open().send(['a'])
  await until(() => place.textContent === 'a')
  expect(server.exchanges).toHaveLength(1)
  root.unmount()
})

test('start and cancel stay the same functions', async () => {
  const seen = new Set<unknown>()
  function Page(): string {
    const { start, cancel, text } = useEventStream(server.url)
    useLayoutEffect(() => void seen.add(start).add(cancel))
    return text
  }
  const place = document.createElement('div')
  const root = createRoot(place)
  root.render(<Page />)
  ;(await server.exchange(0)).open().send(['a'])
  await until(() => place.textContent === 'a')
  root.unmount()
  expect(seen.size).toBe(2)
})

test('a render that comes to nothing sends nothing', async () => {
  let isReady = false
  let wake!: () => void
  const ready = new Promise<void>((resolve) => (wake = resolve))
  function Page(): string {
    const { text } = useEventStream(server.url)
    // As React's own data sources do.
    if (!isReady) throw ready
    return text
  }
  const place = document.createElement('div')
  const root = createRoot(place)
  root.render(
    <Suspense fallback="…">
      <Page />
    </Suspense>,
  )
  await until(() => place.textContent === '…')
  const other = fetch(`${server.url}other`)
  ;(await server.exchange(0)).end()
  await other
  isReady = true
  wake()
  const exchange = await server.exchange(1)
  exchange.open().send(['a'])
  await until(() => place.textContent === 'a')
  expect(server.exchanges.map(({ path }) => path)).toEqual(['other', ''])
  root.unmount()
})

test('a page rendered on a server is taken over without a mismatch, and streams', async () => {
  function Page() {
    const { status, text } = useEventStream(server.url)
    return (
      <p>
        {status}: {text}
      </p>
    )
  }
  const html = renderToString(<Page />)
  expect(html).toContain('idle')
  const place = document.createElement('div')
  place.innerHTML = html
  const root = hydrateRoot(place, <Page />)
  ;(await server.exchange(0)).open().send(['a'])
  await until(() => place.textContent === 'open: a')
  expect(server.exchanges).toHaveLength(1)
  root.unmount()
})
