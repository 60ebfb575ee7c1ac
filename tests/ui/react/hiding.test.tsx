import * as React from 'react'
import { type ReactNode, StrictMode, Suspense } from 'react'
import { afterEach, describe, expect, test } from 'vitest'
import type { Mounted } from '../support/mounted.js'
import { backend } from '../support/server.js'
import { until } from '../support/until.js'
import { type Cover, mountUnder } from './mount.js'

const server = backend()

let stream: (Mounted & { cover(isHidden: boolean): Promise<void> }) | undefined
afterEach(() => stream?.unmount())

/** What hides a component without unmounting it, and for how long. */
const COVERS: Record<string, Cover> = {
  'a suspended <Suspense>': (child, isHidden) => (
    <Suspense fallback="…">
      {child}
      {isHidden && <Never />}
    </Suspense>
  ),
}
// From React 19.2 on.
if ('Activity' in React) {
  const { Activity } = React
  COVERS['a hidden <Activity>'] = (child, isHidden) => (
    <Activity mode={isHidden ? 'hidden' : 'visible'}>{child}</Activity>
  )
  COVERS['a hidden <Activity> in StrictMode'] = (child, isHidden) => (
    <StrictMode>
      <Activity mode={isHidden ? 'hidden' : 'visible'}>{child}</Activity>
    </StrictMode>
  )
}

const forever = new Promise<void>(() => undefined)

/** Suspends as React's own data sources do. */
function Never(): ReactNode {
  throw forever
}

const POST = { method: 'POST', body: { prompt: 'hi' } }

/** Waits until a request that is sent now has come, and with it all that were sent before. */
async function requests(): Promise<string[]> {
  const isLast = ({ path, isOver }: { path: string; isOver: boolean }) => path === 'last' && !isOver
  const last = fetch(`${server.url}last`)
  await until(() => server.exchanges.some(isLast))
  server.exchanges.find(isLast)!.end()
  await last
  await until(() => !server.exchanges.some(isLast))
  return server.exchanges.map(({ path }) => path).filter((path) => path !== 'last')
}

describe.each(Object.entries(COVERS))('%s', (_, cover) => {
  const open = async (options = {}) => (stream = await mountUnder(cover, server.url, options))

  describe.each([['POST', POST] as const, ['GET', {}] as const])('of a %s', (_, options) => {
    test('lets the stream go on, and shows it again without another request', async () => {
      const { cover } = await open(options)
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a'], 1)
      await until(() => stream!.now.text === 'a')
      for (const [index, part] of ['b', 'c', 'd'].entries()) {
        await cover(true)
        exchange.send([part], index + 2)
        await cover(false)
        await until(() => stream!.now.text.endsWith(part))
      }
      expect(stream!.now).toMatchObject({ text: 'abcd', status: 'open' })
      expect(await requests()).toEqual([''])
    })

    test('sends nothing after the end', async () => {
      const { cover } = await open({ ...options, done: '[DONE]' })
      ;(await server.exchange(0)).open().send(['a', '[DONE]'])
      await until(() => stream!.now.status === 'done')
      await cover(true)
      await cover(false)
      expect(await requests()).toEqual([''])
      expect(stream!.now).toMatchObject({ text: 'a', status: 'done' })
    })

    test('sends nothing after a Stop or a failure', async () => {
      const { cover } = await open({ ...options, retry: false })
      ;(await server.exchange(0)).open().send(['a'])
      await until(() => stream!.now.text === 'a')
      await stream!.cancel()
      await cover(true)
      await cover(false)
      expect(stream!.now).toMatchObject({ text: 'a', status: 'cancelled' })
      stream!.start()
      ;(await server.exchange(1)).drop()
      await until(() => stream!.now.status === 'error')
      await cover(true)
      await cover(false)
      expect(await requests()).toEqual(['', ''])
    })
  })

  test('sends nothing for other options, and shows what came while it was hidden', async () => {
    const { cover, update } = await open(POST)
    const exchange = (await server.exchange(0)).open()
    exchange.send(['a'])
    await until(() => stream!.now.text === 'a')
    await cover(true)
    await update(server.url, { ...POST, body: { prompt: 'other' } })
    exchange.send(['b'])
    exchange.end()
    await until(() => exchange.isOver)
    await cover(false)
    await until(() => stream!.now.status === 'done')
    expect(stream!.now.text).toBe('ab')
    expect(await requests()).toEqual([''])
  })

  test('lets start() and cancel() work', async () => {
    const { cover } = await open({ ...POST, immediate: false })
    await cover(true)
    stream!.start()
    const exchange = (await server.exchange(0)).open()
    exchange.send(['a'])
    await cover(false)
    await until(() => stream!.now.text === 'a')
    await cover(true)
    await stream!.cancel()
    await until(() => exchange.isOver)
    await cover(false)
    await until(() => stream!.now.status === 'cancelled')
    expect(await requests()).toEqual([''])
  })

  test.each([false, true])(
    'that is removed while it is hidden: %s, ends the stream',
    async (is) => {
      const { cover } = await open(POST)
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a'])
      await until(() => stream!.now.text === 'a')
      await cover(true)
      if (!is) await cover(false)
      stream!.unmount()
      await until(() => exchange.isOver)
      expect(await requests()).toEqual([''])
    },
  )
})

describe.runIf('Activity' in React)('a new URL', () => {
  test('that an <Activity> got while it was hidden is opened once it is shown', async () => {
    stream = await mountUnder(COVERS['a hidden <Activity>']!, `${server.url}1`, POST)
    ;(await server.exchange(0)).open().send(['a'])
    await until(() => stream!.now.text === 'a')
    await stream.cover(true)
    await stream.update(`${server.url}2`)
    expect(await requests()).toEqual(['1'])
    await stream.cover(false)
    await until(() => server.exchanges.some(({ path }) => path === '2'))
    expect(await requests()).toEqual(['1', '2'])
  })

  test('an <Activity> that is hidden from the start opens nothing until it is shown', async () => {
    stream = await mountUnder(COVERS['a hidden <Activity>']!, server.url, POST, true)
    expect(await requests()).toEqual([])
    await stream.cover(false)
    await until(() => server.exchanges.some(({ path }) => path === ''))
    expect(await requests()).toEqual([''])
  })
})
