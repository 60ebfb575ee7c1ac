import { useEventStream, type UseEventStreamOptions } from 'sluicegate/vue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type App,
  createApp,
  defineComponent,
  effectScope,
  h,
  KeepAlive,
  nextTick,
  onMounted,
  ref,
  shallowRef,
  Suspense,
} from 'vue'
import { backend } from '../support/server.js'
import { until } from '../support/until.js'

const server = backend()
const POST: UseEventStreamOptions = { method: 'POST', body: { prompt: 'hi' } }

const warnings: string[] = []
beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation((...args) => warnings.push(args.join(' ')))
})

let app: App | undefined
afterEach(() => {
  app?.unmount()
  app = undefined
  vi.restoreAllMocks()
  expect(warnings.splice(0)).toEqual([])
})

const paths = () => server.exchanges.map(({ path }) => path)

describe.each([['POST', POST] as const, ['GET', {}] as const])(
  '<KeepAlive> of a %s',
  (_, options) => {
    const isShown = ref(true)
    const url = shallowRef('')
    let stream: ReturnType<typeof useEventStream>

    function open(more: UseEventStreamOptions = {}): void {
      isShown.value = true
      url.value = `${server.url}1`
      const Stream = defineComponent(() => {
        stream = useEventStream(url, { ...options, ...more })
        return () => stream.text.value
      })
      app = createApp(() => h(KeepAlive, () => (isShown.value ? h(Stream) : null)))
      app.mount(document.createElement('div'))
    }

    async function show(now: boolean): Promise<void> {
      isShown.value = now
      await nextTick()
    }

    test('lets the stream go on, and sends nothing when it is activated again', async () => {
      open()
      const exchange = (await server.exchange(0)).open()
      for (const part of ['a', 'b', 'c']) {
        await show(false)
        exchange.send([part])
        await until(() => stream.text.value.endsWith(part))
        await show(true)
      }
      exchange.end()
      await until(() => stream.status.value !== 'open')
      await show(false)
      await show(true)
      expect(stream.text.value).toBe('abc')
      expect(paths()).toEqual(['1'])
    })

    test('opens a new URL once it is activated again, an old one not again', async () => {
      open()
      ;(await server.exchange(0)).open()
      await show(false)
      url.value = `${server.url}2`
      await nextTick()
      url.value = `${server.url}1`
      await nextTick()
      await show(true)
      await show(false)
      url.value = `${server.url}3`
      await nextTick()
      expect(paths()).toEqual(['1'])
      await show(true)
      expect((await server.exchange(1)).path).toBe('3')
      expect(paths()).toEqual(['1', '3'])
    })

    test('that is unmounted ends the stream, also while it is deactivated', async () => {
      open()
      const exchange = (await server.exchange(0)).open()
      await show(false)
      app!.unmount()
      await until(() => exchange.isOver)
      expect(paths()).toEqual(['1'])
    })
  },
)

/** Mounts a component under a `<Suspense>`. */
function mountSuspended(setup: () => Promise<() => string>): HTMLElement {
  const place = document.createElement('div')
  const Page = defineComponent({ setup })
  app = createApp(() => h(Suspense, null, { default: () => h(Page), fallback: () => '…' }))
  app.mount(place)
  return place
}

const EXPERIMENTAL = /<Suspense> is an experimental feature/
const UNSTOPPED =
  /^\[Vue warn\]: useEventStream\(\) was called outside of setup\(\) and of an effect scope, such as after an `await`: nothing will stop the stream/

describe('an async setup()', () => {
  beforeEach(() => {
    vi.spyOn(console, 'info').mockImplementation((...args) => {
      expect(args.join(' ')).toMatch(EXPERIMENTAL)
    })
  })

  test('may call it before its first `await`: one request, which ends with the component', async () => {
    let go!: () => void
    const ready = new Promise<void>((resolve) => (go = resolve))
    const place = mountSuspended(async () => {
      const { text } = useEventStream(server.url, POST)
      await ready
      return () => text.value
    })
    await nextTick()
    expect(paths()).toEqual([])
    go()
    const exchange = (await server.exchange(0)).open()
    exchange.send(['a'])
    await until(() => place.textContent === 'a')
    app!.unmount()
    await until(() => exchange.isOver)
    expect(paths()).toEqual([''])
  })

  test('is warned when it calls it after an `await`', async () => {
    let cancel!: () => unknown
    mountSuspended(async () => {
      await Promise.resolve()
      const stream = useEventStream(server.url, POST)
      cancel = stream.cancel
      return () => stream.text.value
    })
    await server.exchange(0)
    expect(warnings.splice(0)).toEqual([expect.stringMatching(UNSTOPPED)])
    await cancel()
  })
})

describe('elsewhere', () => {
  test('outside of any component it is warned', async () => {
    const { cancel } = useEventStream(server.url, POST)
    expect(warnings.splice(0)).toEqual([expect.stringMatching(UNSTOPPED)])
    await cancel()
  })

  test('in an effect scope it is not', async () => {
    const scope = effectScope()
    scope.run(() => useEventStream(server.url, POST))
    const exchange = await server.exchange(0)
    scope.stop()
    await until(() => exchange.isOver)
  })

  test('in a mounted hook it opens the stream, which ends with the component', async () => {
    app = createApp(
      defineComponent(() => {
        onMounted(() => void useEventStream(server.url, POST))
        return () => 'page'
      }),
    )
    app.mount(document.createElement('div'))
    const exchange = await server.exchange(0)
    app.unmount()
    await until(() => exchange.isOver)
    expect(paths()).toEqual([''])
  })
})
