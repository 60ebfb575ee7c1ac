import { decode, openStream, type ServerSentEvent } from 'sluicegate'
import { fromStream } from 'sluicegate/rxjs'
import { config, defer, firstValueFrom, map, type Observable, take, toArray } from 'rxjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Backend } from './server.js'

let backend: Backend
beforeAll(async () => {
  backend = await Backend.start()
})
afterAll(() => backend.stop())

const data = (events: Observable<ServerSentEvent>) =>
  firstValueFrom(
    events.pipe(
      map(({ data }) => data),
      toArray(),
    ),
  )

test('emits all events, and completes', async () => {
  expect(await data(fromStream(openStream(`${backend.url}/`, { retry: false })))).toEqual([
    'żółć',
    '漢字 😀',
  ])
})

test('takes views, and what decode() returns', async () => {
  const numbers = fromStream(decode('data: 1\n\ndata: 2\n\n').json<number>())
  expect(await firstValueFrom(numbers.pipe(toArray()))).toEqual([1, 2])
  const batches = fromStream(decode('data: 1\n\ndata: 2\n\n').batches())
  expect(await firstValueFrom(batches.pipe(map(({ length }) => length)))).toBe(2)
})

test('fails with the error of the stream', async () => {
  const error = await data(fromStream(openStream(`${backend.url}/error`))).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code: 'http', status: 422 })
})

test('unsubscribing leaves a quiet stream at once', async () => {
  const stream = openStream(`${backend.url}/held`)
  const seen: string[] = []
  const subscription = fromStream(stream).subscribe(({ data }) => seen.push(data))
  await expect.poll(() => seen).toEqual(['held'])
  subscription.unsubscribe()
  expect(stream.state).toBe('closed')
  expect((await stream.closed).type).toBe('closed')
})

test('unsubscribing amid a batch drops the rest of it, and tells the backend if `cancel.on` says so', async () => {
  const stream = openStream(`${backend.url}/`, {
    retry: false,
    cancel: { url: `${backend.url}/stop-rxjs`, on: ['return'] },
  })
  expect(await data(fromStream(stream).pipe(take(1)))).toEqual(['żółć'])
  expect(await stream.closed).toEqual({ type: 'cancelled', notified: true, dropped: 1 })
  expect(backend.received.filter(({ path }) => path === '/stop-rxjs')).toHaveLength(1)
})

test('defer() opens a stream for each subscriber', async () => {
  const events = defer(() => fromStream(openStream(`${backend.url}/each`, { retry: false })))
  expect(await Promise.all([data(events), data(events)])).toEqual([
    ['żółć', '漢字 😀'],
    ['żółć', '漢字 😀'],
  ])
  expect(backend.received.filter(({ path }) => path === '/each')).toHaveLength(2)
})

test("what a subscriber throws is RxJS's to report, and ends nothing", async () => {
  const stream = openStream(`${backend.url}/`, { retry: false })
  const reported = new Promise((resolve) => {
    config.onUnhandledError = resolve
  })
  const seen: string[] = []
  fromStream(stream).subscribe(({ data }) => {
    seen.push(data)
    if (seen.length === 1) throw new Error('the subscriber')
  })
  expect(await reported).toMatchObject({ message: 'the subscriber' })
  config.onUnhandledError = null
  await expect.poll(() => seen).toHaveLength(2)
})
