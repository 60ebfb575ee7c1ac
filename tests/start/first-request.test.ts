// The first request leaves before the WebAssembly module is there. Each test has a package of its own, and provides
// the module when it wants to.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type * as Slim from 'sluicegate/slim'

const MODULE = readFileSync(new URL('../../pkg/dist/sluicegate.wasm', import.meta.url))

let server: Server
let origin: string
/** Methods and paths, as they came. */
let requests: string[] = []

before(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    request.resume()
    if (request.url!.startsWith('/cancel')) return response.end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: one\n\n')
    if (request.url!.startsWith('/held')) return
    return response.end('data: two\n\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

after(() => {
  server.closeAllConnections()
  server.close()
})

let count = 0

/** A fresh package, whose module is there once `provide` is called. */
async function fresh() {
  requests = []
  const slim = (await import(
    new URL(`../../pkg/dist/slim.js?${count++}`, import.meta.url).href
  )) as typeof Slim
  let provide!: (module: BufferSource) => void
  slim.init(new Promise<BufferSource>((resolve) => (provide = resolve)))
  /** What `fetch` got, and what came of it. */
  const calls: { url: string; init: RequestInit; response: Promise<Response> }[] = []
  const spy = (url: unknown, init: RequestInit = {}) => {
    const response = fetch(String(url), init)
    response.catch(() => undefined)
    calls.push({ url: String(url), init, response })
    return response
  }
  return { ...slim, provide: () => provide(MODULE), provideBytes: provide, calls, fetch: spy }
}

async function dataOf(stream: AsyncIterable<{ data: string }>): Promise<string[]> {
  const all: string[] = []
  for await (const { data } of stream) all.push(data)
  return all
}

describe('the first request', () => {
  it('is sent before openStream() returns, behind the functions of headers and body', async () => {
    const { openStream, provide, fetch } = await fresh()
    const order: string[] = []
    const stream = openStream(`${origin}/`, {
      method: 'POST',
      headers: () => (order.push('headers'), {}),
      body: () => (order.push('body'), 'x'),
      fetch: (...request) => (order.push('fetch'), fetch(...request)),
    })
    order.push('returned')
    assert.deepEqual(order, ['headers', 'body', 'fetch', 'returned'])
    provide()
    assert.deepEqual(await dataOf(stream), ['one', 'two'])
    // The next one finds the module.
    const again = openStream(`${origin}/`, {
      fetch: (...request) => (order.push('again'), fetch(...request)),
    })
    assert.equal(order.at(-1), 'again')
    again.close()
  })

  it('waits for what these functions promise', async () => {
    const { openStream, provide, calls, fetch } = await fresh()
    const stream = openStream(`${origin}/`, {
      fetch,
      retry: false,
      headers: async () => ({ 'x-token': '1' }),
    })
    assert.equal(calls.length, 0)
    await turn()
    assert.deepEqual((calls[0]!.init.headers as Record<string, string>)['x-token'], '1')
    provide()
    assert.deepEqual(await dataOf(stream), ['one', 'two'])
    assert.equal(calls.length, 1)
  })

  it('may be answered before the module is there', async () => {
    const { openStream, provide, calls, fetch } = await fresh()
    const stream = openStream(`${origin}/`, { fetch, retry: false })
    const data = dataOf(stream)
    await calls[0]!.response
    assert.equal(stream.state, 'connecting')
    provide()
    assert.deepEqual(await data, ['one', 'two'])
    assert.equal(stream.stats.attempts, 1)
  })

  it('is repeated by the policy if it fails meanwhile', async () => {
    const { openStream, provide, fetch } = await fresh()
    const retries: string[] = []
    let attempts = 0
    const stream = openStream(`${origin}/`, {
      fetch: (...request) => {
        if (attempts++ > 0) return fetch(...request)
        return Promise.reject(new TypeError('no network'))
      },
      done: 'two',
      retry: { initialDelay: 0, minDelay: 0 },
      onRetry: ({ error }) => void retries.push(error.code),
    })
    await turn()
    assert.deepEqual([attempts, retries], [1, []])
    provide()
    assert.deepEqual(await dataOf(stream), ['one'])
    assert.deepEqual([attempts, retries], [2, ['network']])
  })

  it('is the resuming one where the job is known', async () => {
    const { openStream, provide, calls, fetch } = await fresh()
    const stream = openStream(`${origin}/first`, {
      fetch,
      job: 'j1',
      done: 'two',
      resume: { url: ({ job }) => `${origin}/resumed/${job}` },
    })
    assert.deepEqual(
      calls.map(({ url }) => url),
      [`${origin}/resumed/j1`],
    )
    provide()
    assert.deepEqual(await dataOf(stream), ['one'])
  })

  for (const stop of ['cancel', 'close', 'return', 'abort'] as const) {
    it(`is aborted at once by ${stop}`, async () => {
      const { openStream, provide, calls, fetch } = await fresh()
      const controller = new AbortController()
      const stream = openStream(`${origin}/held`, {
        fetch,
        signal: controller.signal,
        cancel: { url: `${origin}/cancel` },
      })
      const next = stream.next()
      const cancelled = stop === 'cancel' ? stream.cancel() : undefined
      if (stop === 'close') stream.close()
      if (stop === 'return') void stream.return()
      if (stop === 'abort') controller.abort(new Error('enough'))
      assert.equal(calls[0]!.init.signal!.aborted, true)
      assert.equal(stream.state, 'closed')
      provide()
      if (stop === 'abort') await assert.rejects(next, /enough/)
      else assert.deepEqual(await next, { done: true, value: undefined })
      const type = { cancel: 'cancelled', close: 'closed', return: 'closed', abort: 'aborted' }[
        stop
      ]
      assert.equal((await stream.closed).type, type)
      // It was sent, so that the backend may be at work.
      const notified = stop === 'cancel'
      if (notified) assert.deepEqual(await cancelled, { aborted: true, notified, status: 200 })
      assert.equal(requests.includes('POST /cancel'), notified)
    })
  }

  it('is not sent for a signal that was aborted before', async () => {
    const { openStream, provide, calls, fetch } = await fresh()
    const stream = openStream(`${origin}/`, { fetch, signal: AbortSignal.abort('no') })
    provide()
    assert.equal((await stream.closed).type, 'aborted')
    assert.equal(calls.length, 0)
  })

  it('stays open for a cancel that waits for the job', async () => {
    const { openStream, provide, calls, fetch } = await fresh()
    const stream = openStream(`${origin}/held`, {
      fetch,
      job: ({ data }) => data,
      cancel: { url: ({ job }) => `${origin}/cancel/${job}` },
    })
    const cancelled = stream.cancel()
    assert.equal(calls[0]!.init.signal!.aborted, false)
    provide()
    assert.deepEqual(await cancelled, { aborted: true, notified: true, status: 200 })
    assert.deepEqual(requests, ['GET /held', 'POST /cancel/one'])
  })

  it('is aborted by a module that does not compile, and is then no longer sent', async () => {
    const { openStream, provideBytes, calls, fetch } = await fresh()
    const stream = openStream(`${origin}/held`, { fetch })
    const cancelled = openStream(`${origin}/held`, { fetch })
    const report = cancelled.cancel()
    provideBytes(new Uint8Array([1, 2, 3]))
    await assert.rejects(dataOf(stream), { code: 'unsupported' })
    assert.equal((await stream.closed).type, 'failed')
    assert.equal(stream.state, 'closed')
    assert.equal(calls[0]!.init.signal!.aborted, true)
    assert.deepEqual(await report, { aborted: false, notified: false })
    const next = openStream(`${origin}/held`, { fetch })
    await assert.rejects(dataOf(next), { code: 'unsupported' })
    assert.equal(calls.length, 2)
  })

  it('is not sent by wrong options', async () => {
    const { openStream, calls, fetch } = await fresh()
    const stream = openStream(`${origin}/`, { fetch, idleTimeout: -1 })
    assert.equal(stream.state, 'closed')
    await assert.rejects(dataOf(stream), { code: 'invalid-options' })
    assert.equal(calls.length, 0)
  })

  it('needs no module that preload() has compiled', async () => {
    const { openStream, preload, provide, fetch } = await fresh()
    provide()
    await preload()
    assert.deepEqual(await dataOf(openStream(`${origin}/`, { fetch, retry: false })), [
      'one',
      'two',
    ])
  })
})
