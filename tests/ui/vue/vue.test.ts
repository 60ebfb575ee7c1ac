import { createDecoder, decode, openStream } from 'sluicegate'
import { textOf } from 'sluicegate/llm'
import { useEventStream, type UseEventStreamOptions } from 'sluicegate/vue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { renderToString } from 'vue/server-renderer'
import {
  createApp,
  createSSRApp,
  defineComponent,
  effectScope,
  h,
  isProxy,
  isReactive,
  KeepAlive,
  nextTick,
  reactive,
  ref,
  shallowRef,
  Suspense,
  version,
  watch,
} from 'vue'
import { backend } from '../support/server.js'
import { until } from '../support/until.js'
import StreamView from './StreamView.vue'

const server = backend()

/** What Vue itself complains about, such as a mismatch between server and page. */
const complaints: unknown[][] = []
beforeEach(() => {
  for (const level of ['warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((...args) => complaints.push(args))
  }
})
afterEach(() => {
  vi.restoreAllMocks()
  expect(complaints.splice(0)).toEqual([])
})

test('the version is the one of this project', () => {
  expect(version).toMatch(new RegExp(`^${process.env['PEER']}\\.`))
})

test('no proxies are around events and errors, and the refs are no deep ones', async () => {
  const scope = effectScope()
  const { events, last, stats } = scope.run(() => useEventStream(server.url))!
  ;(await server.exchange(0)).open().send(['a'])
  await until(() => events.value.length === 1)
  expect(isReactive(events.value) || isProxy(events.value[0])).toBe(false)
  expect(isProxy(last.value) || isProxy(stats.value)).toBe(false)
  scope.stop()
})

test('a stream that is put into reactive() works', async () => {
  const state = reactive({ stream: openStream(server.url, { retry: false }) })
  const kept = ref(state.stream)
  const exchange = (await server.exchange(0)).open()
  exchange.send(['a'])
  expect(await state.stream.next()).toMatchObject({ value: { data: 'a' } })
  expect(kept.value.state).toBe('open')
  expect(await kept.value.cancel()).toEqual({ aborted: true, notified: false })
})

test('so do a text stream and a decoder', async () => {
  const chat = textOf(decode('data: a\n\n'))
  const state = reactive({ chat, decoder: await createDecoder() })
  expect(await state.chat.answer()).toMatchObject({ text: 'a' })
  expect(state.decoder.push(new TextEncoder().encode('data: b\n\n'))).toHaveLength(1)
  state.decoder.free()
})

describe('an effect scope outside of components', () => {
  test('starts at once, and stops with it', async () => {
    const scope = effectScope()
    const { status, text } = scope.run(() => useEventStream(server.url))!
    expect(status.value).toBe('connecting')
    const exchange = (await server.exchange(0)).open()
    exchange.send(['a'])
    await until(() => text.value === 'a')
    scope.stop()
    expect(status.value).toBe('cancelled')
    expect(text.value).toBe('a')
    await until(() => exchange.isOver)
    expect(server.exchanges).toHaveLength(1)
  })

  test('shows a synchronous watcher nothing of the end of a run that a start leaves', async () => {
    const scope = effectScope()
    const seen: string[] = []
    const { status, text, start } = scope.run(() => {
      const stream = useEventStream(server.url)
      watch(stream.status, (now) => seen.push(now), { flush: 'sync' })
      return stream
    })!
    ;(await server.exchange(0)).open().send(['a'])
    await until(() => text.value === 'a' && status.value === 'open')
    start()
    expect(seen).toEqual(['open', 'connecting'])
    scope.stop()
  })

  test('takes getters, and follows what `immediate` becomes', async () => {
    const page = ref(1)
    const immediate = ref(false)
    const scope = effectScope()
    const { status } = scope.run(() =>
      useEventStream(
        () => `${server.url}${page.value}`,
        () => ({ immediate: immediate.value, headers: { 'x-page': String(page.value) } }),
      ),
    )!
    page.value = 2
    await nextTick()
    expect(status.value).toBe('idle')
    immediate.value = true
    expect(await server.exchange(0)).toMatchObject({ path: '2', headers: { 'x-page': '2' } })
    page.value = 3
    expect(await server.exchange(1)).toMatchObject({ path: '3', headers: { 'x-page': '3' } })
    scope.stop()
  })
})

describe('an effect scope of its own, as of a store', () => {
  let store: ReturnType<typeof useEventStream> | undefined
  let scope = effectScope(true)
  const room = ref('a')

  beforeEach(() => {
    store = undefined
    scope = effectScope(true)
    room.value = 'a'
  })
  afterEach(() => scope.stop())

  const useStore = () =>
    (store ??= scope.run(() => useEventStream(() => `${server.url}${room.value}`))!)
  const View = defineComponent(() => {
    const { text } = useStore()
    return () => h('p', text.value)
  })

  /** A page that shows this component, until it shows another. */
  function showing(first: object) {
    const shown = shallowRef(first)
    const place = document.createElement('div')
    const app = createApp(() => h(KeepAlive, null, { default: () => h(shown.value) }))
    app.mount(place)
    return { app, place, shown }
  }

  test('follows its URL after the component that was first to use it', async () => {
    const app = createApp(View)
    app.mount(document.createElement('div'))
    ;(await server.exchange(0)).open().send(['one'])
    await until(() => store!.text.value === 'one')
    app.unmount()
    expect(store!.status.value).toBe('open')
    room.value = 'b'
    expect((await server.exchange(1)).path).toBe('b')
  })

  test('follows its URL while that component is deactivated', async () => {
    const { app, place, shown } = showing(View)
    await server.exchange(0)
    shown.value = defineComponent(() => {
      const { text } = useStore()
      return () => h('b', text.value)
    })
    await nextTick()
    room.value = 'b'
    const exchange = await server.exchange(1)
    expect(exchange.path).toBe('b')
    exchange.open().send(['two'])
    await until(() => place.innerHTML === '<b>two</b>')
    app.unmount()
  })

  test('starts though that component is never mounted', async () => {
    const Pending = defineComponent({
      async setup() {
        useStore()
        await new Promise(() => undefined)
      },
    })
    const app = createApp(() => h(Suspense, null, { default: () => h(Pending) }))
    app.mount(document.createElement('div'))
    app.unmount()
    expect((await server.exchange(0)).path).toBe('a')
  })

  test('that is stopped at once starts nothing', async () => {
    const app = createApp(View)
    app.mount(document.createElement('div'))
    scope.stop()
    const other = fetch(`${server.url}other`)
    ;(await server.exchange(0)).end()
    await other
    expect(server.exchanges.map(({ path }) => path)).toEqual(['other'])
    app.unmount()
  })

  test('takes over what a server rendered without a mismatch', async () => {
    const Page = defineComponent(() => {
      const { status } = useStore()
      return () => h('p', status.value)
    })
    const place = document.createElement('div')
    place.innerHTML = '<p>idle</p>'
    const app = createSSRApp(Page)
    app.mount(place)
    await server.exchange(0)
    await until(() => place.textContent === 'connecting')
    app.unmount()
  })
})

test('options may be in a deep ref', async () => {
  const controller = new AbortController()
  const options = ref<UseEventStreamOptions>({
    method: 'POST',
    body: { messages: [{ role: 'user' }] },
    headers: new Headers({ 'x-deep': 'yes' }),
    signal: controller.signal,
    cancel: { url: `${server.url}stop`, body: { ids: [1] }, on: ['abort'] },
  })
  const scope = effectScope()
  const { status } = scope.run(() => useEventStream(server.url, options))!
  const exchange = await server.exchange(0)
  expect(exchange).toMatchObject({ method: 'POST', body: '{"messages":[{"role":"user"}]}' })
  expect(exchange.headers['x-deep']).toBe('yes')
  controller.abort()
  expect(await server.exchange(1)).toMatchObject({ path: 'stop', body: '{"ids":[1]}' })
  await until(() => status.value === 'cancelled')
  scope.stop()
})

test('a template uses the refs', async () => {
  const place = document.createElement('div')
  const app = createApp(StreamView, { url: server.url, options: { retry: false } })
  app.mount(place)
  const exchange = (await server.exchange(0)).open()
  exchange.send(['a', 'b'], 1)
  await until(() => place.textContent!.includes('open: ab'))
  expect(place.querySelectorAll('li')).toHaveLength(2)
  expect(place.querySelector('footer')!.textContent).toMatch(/^b, \d+ bytes/)
  place.querySelectorAll('button')[1]!.click()
  await until(() => place.textContent!.includes('cancelled: ab'))
  place.querySelectorAll('button')[0]!.click()
  await until(() => place.textContent!.includes('connecting: '))
  app.unmount()
})

test('a page rendered on a server is taken over without a mismatch, and streams', async () => {
  const Page = defineComponent(() => {
    const { status, text } = useEventStream(server.url)
    return () => h('p', `${status.value}: ${text.value}`)
  })
  const html = await renderToString(createSSRApp(Page))
  expect(html).toBe('<p>idle: </p>')
  expect(server.exchanges).toHaveLength(0)
  const place = document.createElement('div')
  place.innerHTML = html
  const app = createSSRApp(Page)
  app.mount(place)
  ;(await server.exchange(0)).open().send(['a'])
  await until(() => place.textContent === 'open: a')
  app.unmount()
})
