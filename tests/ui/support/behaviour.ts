import { isStreamError } from 'sluicegate'
import { textReader } from 'sluicegate/llm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Mount, Mounted } from './mounted.js'
import { backend } from './server.js'
import { until } from './until.js'

/** What `useEventStream` is to do in every framework. */
export function testBehaviour(mount: Mount): void {
  const server = backend()
  let mounted: Mounted | undefined

  const open: Mount = async (url, options) => (mounted = await mount(url, options))

  afterEach(() => {
    mounted?.unmount()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  const statuses = () => mounted!.renders.map(({ status }) => status)
  const isStatus = (status: string) => () => mounted!.now.status === status

  describe('a stream', () => {
    test('shows its events, the newest of them, their text and where it is', async () => {
      const stream = await open(server.url, { retry: false })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['Hello', ' world'], 1)
      await until(() => stream.now.text === 'Hello world')
      expect(stream.now.events).toEqual([
        { type: 'message', data: 'Hello', lastEventId: '1' },
        { type: 'message', data: ' world', lastEventId: '2' },
      ])
      expect(stream.now.last).toBe(stream.now.events[1])
      expect(stream.now.status).toBe('open')
      exchange.end()
      await until(isStatus('done'))
      expect(stream.now.error).toBeUndefined()
      expect(stream.now.stats).toMatchObject({ events: 2, attempts: 1 })
      expect([...new Set(statuses())]).toEqual(['idle', 'connecting', 'open', 'done'])
    })

    test('is open before its first event', async () => {
      await open(server.url)
      ;(await server.exchange(0)).open()
      await until(isStatus('open'))
    })

    test('keeps what is a message apart from what has a type', async () => {
      const stream = await open(server.url)
      ;(await server.exchange(0)).open().write('event: ping\ndata: {}\n\ndata: text\n\n')
      await until(() => stream.now.last?.data === 'text')
      expect(stream.now.text).toBe('text')
      expect(stream.now.events).toHaveLength(2)
    })

    /** What `text` may return beside a text, and what is shown. */
    const texts: [name: string, returned: unknown, shown: string][] = [
      ['a number', 0, '00'],
      ['false', false, ''],
      ['nothing', undefined, ''],
      ['null', null, ''],
      ['a part with a text', { text: 'x' }, 'xx'],
      ['a part with a number', { text: 1 }, '11'],
      ['a part without a text', { text: null }, ''],
    ]
    test.each(texts)('its option `text` may return %s', async (_name, returned, shown) => {
      const stream = await open(server.url, { retry: false, text: () => returned as string })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a', 'b'])
      exchange.end()
      await until(isStatus('done'))
      expect(stream.now.text).toBe(shown)
    })

    test('options that are `null` are none', async () => {
      const none = { text: null, maxEvents: null, immediate: null, remember: null }
      const stream = await open(server.url, { ...none, retry: false } as object)
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a'])
      exchange.end()
      await until(isStatus('done'))
      expect(stream.now.text).toBe('a')
    })

    test('keeps the newest `maxEvents` events', async () => {
      const stream = await open(server.url, { maxEvents: 2 })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a', 'b', 'c'])
      await until(() => stream.now.text === 'abc')
      exchange.send(['d'])
      await until(() => stream.now.text === 'abcd')
      expect(stream.now.events.map(({ data }) => data)).toEqual(['c', 'd'])
    })

    test('resumes after a break', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const stream = await open(server.url)
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a', 'b'], 1)
      await until(() => stream.now.text === 'ab')
      exchange.drop()
      await until(isStatus('waiting'))
      expect(stream.now.text).toBe('ab')
      vi.runOnlyPendingTimers()
      const next = await server.exchange(1)
      await until(isStatus('connecting'))
      expect(next.headers['last-event-id']).toBe('2')
      next.open().send(['c'], 3)
      await until(() => stream.now.text === 'abc')
      expect(stream.now.status).toBe('open')
      expect(stream.now.events.map(({ lastEventId }) => lastEventId)).toEqual(['1', '2', '3'])
    })

    test('that fails says why, and keeps what came', async () => {
      const stream = await open(server.url, { retry: false })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a'])
      await until(() => stream.now.text === 'a')
      exchange.drop()
      await until(isStatus('error'))
      expect(stream.now.error).toMatchObject({ name: 'StreamError', code: 'network' })
      expect(stream.now.text).toBe('a')
      stream.start()
      await until(isStatus('connecting'))
      expect(stream.now).toMatchObject({ text: '', events: [], last: undefined, error: undefined })
    })

    test('that is refused says with which status', async () => {
      const stream = await open(server.url, { retry: false })
      ;(await server.exchange(0)).end(404)
      await until(isStatus('error'))
      expect(stream.now.error).toMatchObject({ code: 'http', status: 404 })
    })

    test('that ends without its marker is no whole answer', async () => {
      const stream = await open(server.url, { done: '[DONE]', retry: false })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a'])
      exchange.end()
      await until(isStatus('error'))
      expect(stream.now.error?.message).toBe(
        'the response ended before the `done` marker: the answer is cut short',
      )
      expect(stream.now.text).toBe('a')
    })

    test('ends with the signal, whose reason it tells', async () => {
      const controller = new AbortController()
      const stream = await open(server.url, { signal: controller.signal })
      await server.exchange(0)
      controller.abort('enough')
      await until(isStatus('cancelled'))
      expect(stream.now.error).toMatchObject({ message: 'enough', cause: 'enough' })
    })
  })

  describe('rendering', () => {
    /** Counts the events that have been read, shown or not. */
    function counter() {
      const seen: string[] = []
      const text = ({ data }: { data: string }) => {
        seen.push(data)
        return data
      }
      return { seen, text }
    }

    const FRAMES = ['requestAnimationFrame', 'cancelAnimationFrame', 'setTimeout', 'clearTimeout']

    function holdFrames(): void {
      vi.useFakeTimers({ toFake: FRAMES as 'setTimeout'[] })
    }

    test('happens once a frame, however many events come', async () => {
      const { seen, text } = counter()
      const stream = await open(server.url, { text })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['first'])
      await until(() => stream.now.text === 'first' && stream.now.status === 'open')
      holdFrames()
      const before = stream.renders.length
      for (let count = 2; count <= 30; count++) {
        exchange.send(['.'])
        await until(() => seen.length === count)
      }
      expect(stream.renders.length).toBe(before)
      vi.advanceTimersToNextFrame()
      await until(() => stream.renders.length > before)
      expect(stream.now.events).toHaveLength(30)
      expect(stream.renders.length).toBe(before + 1)
    })

    test('goes on where no frames come, as in a hidden page', async () => {
      vi.stubGlobal('requestAnimationFrame', () => 1)
      vi.stubGlobal('cancelAnimationFrame', () => undefined)
      const stream = await open(server.url, { retry: false })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a'])
      await until(() => stream.now.text === 'a')
      exchange.end()
      await until(isStatus('done'))
    })

    test('shows nothing of an earlier run after a new start', async () => {
      const { seen, text } = counter()
      const stream = await open(server.url, { text })
      const first = (await server.exchange(0)).open()
      await until(isStatus('open'))
      holdFrames()
      first.send(['late'])
      await until(() => seen.length === 1)
      stream.start()
      vi.advanceTimersToNextFrame()
      vi.useRealTimers()
      const second = (await server.exchange(1)).open()
      await until(() => first.isOver)
      second.send(['new'])
      await until(() => stream.now.text === 'new')
      expect(stream.renders.some(({ text }) => text.includes('late'))).toBe(false)
      expect(stream.renders.some(({ status }) => status === 'cancelled')).toBe(false)
    })

    test('shows with a cancellation what had come by then', async () => {
      const { seen, text } = counter()
      const stream = await open(server.url, { text })
      const exchange = (await server.exchange(0)).open()
      await until(isStatus('open'))
      holdFrames()
      exchange.send(['partial'])
      await until(() => seen.length === 1)
      void stream.cancel()
      await until(isStatus('cancelled'))
      expect(stream.now.text).toBe('partial')
    })
  })

  describe('an answer that is remembered', () => {
    const options = () => ({
      method: 'POST',
      body: {},
      remember: 'a1',
      done: '[DONE]',
      resume: { url: `${server.url}resume` },
    })

    afterEach(() => vi.unstubAllGlobals())

    for (const immediate of [true, false]) {
      test(`is gone on with by the next component, with immediate: ${immediate}`, async () => {
        vi.stubGlobal('sessionStorage', memoryStorage())
        const first = await open(server.url, { ...options(), immediate })
        if (!immediate) first.start()
        ;(await server.exchange(0)).open().send(['Hel'], 1)
        await until(() => first.now.text === 'Hel')
        first.unmount()
        await until(() => server.exchanges[0]!.isOver)
        const second = await open(server.url, { ...options(), immediate })
        const exchange = await server.exchange(1)
        expect(exchange).toMatchObject({ method: 'GET', path: 'resume' })
        expect(exchange.headers['last-event-id']).toBe('1')
        exchange.open().send(['lo', '[DONE]'])
        await until(isStatus('done'))
        expect(second.now.text).toBe('lo')
        second.unmount()
        // It is at its end: the next component begins anew, if it is to.
        await open(server.url, { ...options(), immediate })
        if (immediate) expect((await server.exchange(2)).method).toBe('POST')
        else expect(server.exchanges).toHaveLength(2)
      })
    }

    test.each([
      ['at its end', '[DONE]', 'done'],
      ['after an error that is final', '{"error":{"type":"invalid_request_error"}}', 'error'],
    ])('is forgotten %s, as `textReader` finds it', async (_, last, status) => {
      const storage = memoryStorage()
      vi.stubGlobal('sessionStorage', storage)
      const { done: _done, ...others } = options()
      const stream = await open(server.url, { ...others, text: textReader('openai-chat') })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['{"choices":[{"delta":{"content":"Hi"}}]}'], 1)
      await until(() => stream.now.text === 'Hi')
      exchange.send([last])
      await until(isStatus(status))
      stream.unmount()
      expect(storage.getItem('sluicegate:a1')).toBeNull()
    })

    test.each([
      ['is kept by an abort', [], true],
      ['is forgotten by an abort that stops the backend', ['abort'], false],
    ] as const)('%s', async (_, on, isKept) => {
      const storage = memoryStorage()
      vi.stubGlobal('sessionStorage', storage)
      const controller = new AbortController()
      const stream = await open(server.url, {
        ...options(),
        signal: controller.signal,
        cancel: { url: `${server.url}stop`, on },
      })
      ;(await server.exchange(0)).open().send(['Hi'], 1)
      await until(() => stream.now.text === 'Hi')
      controller.abort()
      await until(isStatus('cancelled'))
      expect(storage.getItem('sluicegate:a1') !== null).toBe(isKept)
    })
  })

  describe('start()', () => {
    test('is the only one to send a request if `immediate` is false', async () => {
      const stream = await open(server.url, { immediate: false })
      await stream.update(`${server.url}other`)
      expect(stream.now.status).toBe('idle')
      stream.start()
      expect((await server.exchange(0)).path).toBe('other')
      expect(server.exchanges).toHaveLength(1)
    })

    test('reads the options anew, and puts its own before them for one run', async () => {
      const stream = await open(server.url, { immediate: false, method: 'POST', body: { n: 1 } })
      await stream.update(server.url, { immediate: false, method: 'POST', body: { n: 2 } })
      stream.start({ headers: { 'x-run': 'one' } })
      expect(await server.exchange(0)).toMatchObject({ method: 'POST', body: '{"n":2}' })
      stream.start({ body: { n: 3 } })
      expect((await server.exchange(1)).body).toBe('{"n":3}')
      stream.start()
      expect((await server.exchange(2)).body).toBe('{"n":2}')
      expect(server.exchanges.map(({ headers }) => headers['x-run'])).toEqual([
        'one',
        undefined,
        undefined,
      ])
    })

    test('happens anew when the URL changes, not when an option does', async () => {
      const stream = await open(`${server.url}1`)
      const first = (await server.exchange(0)).open()
      first.send(['one'])
      await until(() => stream.now.text === 'one')
      await stream.update(`${server.url}1`, { headers: { 'x-changed': 'yes' } })
      first.send([' more'])
      await until(() => stream.now.text === 'one more')
      await stream.update(`${server.url}2`, { headers: { 'x-changed': 'yes' } })
      const second = await server.exchange(1)
      expect(second).toMatchObject({ path: '2', headers: { 'x-changed': 'yes' } })
      await until(() => first.isOver)
      second.open().send(['two'])
      await until(() => stream.now.text === 'two')
      expect(server.exchanges).toHaveLength(2)
    })
  })

  describe('cancel()', () => {
    test('keeps the partial answer, tells the backend once and reports that', async () => {
      const cancel = { url: `${server.url}stop`, body: { id: 7 } }
      const stream = await open(`${server.url}go`, { cancel })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['par', 'tial'])
      await until(() => stream.now.text === 'partial')
      const results = Promise.all([stream.cancel(), stream.cancel()])
      const stop = await server.exchange(1)
      expect(stop).toMatchObject({ method: 'POST', path: 'stop', body: '{"id":7}' })
      await until(isStatus('cancelled'))
      stop.end(202)
      const result = { aborted: true, notified: true, status: 202 }
      expect(await results).toEqual([result, result])
      expect(stream.now).toMatchObject({ text: 'partial', error: undefined })
      expect(stream.now.events).toHaveLength(2)
      await until(() => exchange.isOver)
      expect(server.exchanges).toHaveLength(2)
    })

    test('does nothing before a start and after the end', async () => {
      const stream = await open(server.url, { immediate: false, retry: false })
      expect(await stream.cancel()).toEqual({ aborted: false, notified: false })
      expect(stream.now.status).toBe('idle')
      stream.start()
      ;(await server.exchange(0)).open().end()
      await until(isStatus('done'))
      expect(await stream.cancel()).toEqual({ aborted: false, notified: false })
      expect(stream.now.status).toBe('done')
    })
  })

  describe('the component that goes away', () => {
    test('closes the stream and tells nobody', async () => {
      const stream = await open(server.url, { cancel: { url: `${server.url}stop` } })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a'])
      await until(() => stream.now.text === 'a')
      stream.unmount()
      await until(() => exchange.isOver)
      // What would have been sent with the end of the connection comes before this.
      const other = fetch(`${server.url}other`)
      ;(await server.exchange(1)).end()
      await other
      expect(server.exchanges.map(({ path }) => path)).toEqual(['', 'other'])
    })

    test("tells the backend if `cancel.on` has 'return'", async () => {
      const cancel = { url: `${server.url}stop`, on: ['return'] } as const
      const stream = await open(server.url, { cancel })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a'])
      await until(() => stream.now.text === 'a')
      stream.unmount()
      expect((await server.exchange(1)).path).toBe('stop')
      await until(() => exchange.isOver)
    })

    test('starts no other stream', async () => {
      const stream = await open(server.url, { immediate: false })
      stream.unmount()
      await new Promise((resolve) => requestAnimationFrame(resolve))
      stream.start()
      expect(stream.now.status).toBe('idle')
      expect(await stream.cancel()).toEqual({ aborted: false, notified: false })
      expect(server.exchanges).toHaveLength(0)
    })
  })

  describe('the option `text`', () => {
    test('makes the text of the events', async () => {
      const text = ({ data }: { data: string }) => (JSON.parse(data) as { t?: string }).t
      const stream = await open(server.url, { text })
      ;(await server.exchange(0)).open().send(['{"t":"a"}', '{}', '{"t":"b"}'])
      await until(() => stream.now.events.length === 3)
      expect(stream.now.text).toBe('ab')
    })

    test('ends the stream with what it throws, and no other request is sent', async () => {
      const failure = new Error('no such text')
      const text = ({ data }: { data: string }) => {
        if (data === 'b') throw failure
        return data
      }
      const stream = await open(server.url, { text })
      const exchange = (await server.exchange(0)).open()
      exchange.send(['a', 'b', 'c'])
      await until(isStatus('error'))
      expect(stream.now.error).toBe(failure)
      expect(stream.now.text).toBe('a')
      expect(stream.now.last?.data).toBe('b')
      await until(() => exchange.isOver)
      expect(server.exchanges).toHaveLength(1)
    })

    test("takes sluicegate/llm's reader, whose marker ends each run", async () => {
      const chunk = (content: string) => JSON.stringify({ choices: [{ delta: { content } }] })
      const stream = await open(server.url, { text: textReader() })
      ;(await server.exchange(0)).open().send([chunk('Hi'), chunk('!'), '[DONE]', 'more'])
      await until(isStatus('done'))
      expect(stream.now.text).toBe('Hi!')
      // The format of the first answer is not that of the second.
      stream.start()
      ;(await server.exchange(1)).open().send(['plain', '[DONE]'])
      await until(() => stream.now.text === 'plain' && stream.now.status === 'done')
    })

    test("shows the vendor's error", async () => {
      const stream = await open(server.url, { text: textReader('openai-chat') })
      const error = { error: { type: 'server_error', message: 'overloaded' } }
      ;(await server.exchange(0)).open().send([JSON.stringify(error)])
      await until(isStatus('error'))
      expect(isStreamError(stream.now.error)).toBe(true)
      expect(stream.now.error).toMatchObject({ code: 'upstream', retryable: true })
    })
  })

  describe('bad options', () => {
    test.each([
      [
        { text: 'auto' as never },
        '`text` must be a function of an event, or what `textReader` of sluicegate/llm returns',
      ],
      [{ maxEvents: -1 }, '`maxEvents` must be a number of events, 0 or more, not -1'],
      [{ onOpen: 'log' as never }, /onOpen.* must be a function/],
      [{ fetch: 'get' as never }, /fetch.* must be a function/],
    ])('%j are an error', async (options, message) => {
      const stream = await open(server.url, options)
      await until(isStatus('error'))
      expect(stream.now.error).toMatchObject({ name: 'StreamError', code: 'invalid-options' })
      expect(stream.now.error?.message).toMatch(message)
      expect(server.exchanges).toHaveLength(0)
    })

    test('a `text` that returns a promise is one: it would be left out', async () => {
      const stream = await open(server.url, { text: (async () => 'a') as never })
      ;(await server.exchange(0)).open().send(['a'])
      await until(isStatus('error'))
      expect(stream.now.error).toMatchObject({
        code: 'invalid-options',
        message: '`text` must not return a promise',
      })
    })

    test('a URL that is not known yet is one, until it is', async () => {
      const stream = await open(undefined as never, { retry: false })
      await until(isStatus('error'))
      expect(stream.now.error).toMatchObject({
        code: 'invalid-options',
        message: 'the URL must be a string, a URL or a Request',
      })
      await stream.update(server.url)
      ;(await server.exchange(0)).open().send(['a'])
      await until(() => stream.now.text === 'a')
    })
  })
}

/** The storage of a tab. */
function memoryStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const items = new Map<string, string>()
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => items.set(name, value),
    removeItem: (name) => items.delete(name),
  }
}
