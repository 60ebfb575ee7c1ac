import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Backend } from './server.js'

let backend: Backend
beforeAll(async () => {
  backend = await Backend.start()
})
afterAll(() => backend.stop())

/** Runs a script in a Node that was robbed first. Resolves to what it prints, as JSON. */
async function run(rob: string, script: string): Promise<unknown> {
  // Node makes its own `Headers` on demand, of what would be missing then.
  const code = `void Headers; ${rob}
    const { openStream, decode } = await import('sluicegate')
    await import('sluicegate/compat')
    const { get } = await import('node:http')
    const print = (value) => console.log(JSON.stringify(value))
    const origin = ${JSON.stringify(backend.url)}
    ${script}`
  const options = { cwd: import.meta.dirname }
  const node = promisify(execFile)
  const { stdout } = await node('node', ['--input-type=module', '-e', code], options)
  return JSON.parse(stdout)
}

/** Not Node's own `fetch`, which needs what is missing. */
const STREAM = `
  const fetch = (url) => new Promise((resolve) => get(url, (body) => {
    const headers = new Map(Object.entries(body.headers))
    resolve({ status: body.statusCode, headers, body })
  }))
  const seen = []
  for await (const { data } of openStream(origin + '/', { retry: false, fetch })) seen.push(data)
  print(seen)`

/** The script that robs, and what is missing then. */
const MISSING: [names: string, rob: string][] = [
  ['FinalizationRegistry', 'delete globalThis.FinalizationRegistry; delete globalThis.Request'],
  [
    'AbortController',
    'for (const name of ["AbortController", "AbortSignal", "Request"]) delete globalThis[name]',
  ],
  ['Request', 'delete globalThis.Request'],
  ['performance', 'delete globalThis.performance; delete globalThis.Request'],
  ['DOMException', 'delete globalThis.DOMException'],
  ['URL.canParse', 'delete URL.canParse'],
  // What apps for React Native stand in with.
  ['removeEventListener', 'globalThis.addEventListener = () => {}'],
  [
    'all encodings but UTF-8',
    `globalThis.TextDecoder = class extends TextDecoder {
      constructor(label = 'utf-8', options) {
        if (!/^utf-?8$/i.test(label)) throw new RangeError('unknown encoding: ' + label)
        super(label, options)
      }
    }`,
  ],
]

for (const [name, rob] of MISSING) {
  test(`without ${name}: streams all the same`, async () => {
    expect(await run(rob, STREAM)).toEqual(['żółć', '漢字 😀'])
  })
}

/** What some hosts' `fetch` refuses, as their `Request` shows. */
const REFUSED: [what: string, member: string][] = [
  // Cloudflare's Workers of an old compatibility date.
  ['a cache mode', 'cache'],
  // The globals of jsdom under Node 24.
  ['the signals there are', 'signal'],
]

for (const [what, member] of REFUSED) {
  test(`where requests refuse ${what}: streams without`, async () => {
    const rob = `const refuse = (init) => { if (init?.${member}) throw new TypeError('not taken') }
      globalThis.Request = class extends Request { constructor(url, init) { refuse(init); super(url, init) } }
      const inner = fetch
      globalThis.fetch = async (url, init) => { refuse(init); return inner(url, init) }`
    const script = `
      const { createFetch } = await import('sluicegate/fetch')
      const seen = []
      for await (const { data } of openStream(origin + '/', { retry: false })) seen.push(data)
      seen.push(await (await createFetch()(origin + '/breaks')).text())
      print(seen)`
    const bytes = 'retry: 1\nid: 1\ndata: a\n\ndata: b\n\n'
    expect(await run(rob, script)).toEqual(['żółć', '漢字 😀', bytes])
  })
}

test('where requests refuse credentials, as in workers at the edge: the drop-in for EventSource', async () => {
  const rob = `globalThis.Request = class extends Request {
      constructor(url, init) {
        if (init?.credentials) throw new Error("The 'credentials' field is not implemented.")
        super(url, init)
      }
    }`
  const script = `
    const { EventSource } = await import('sluicegate/eventsource')
    const source = new EventSource(origin + '/held')
    const { data } = await new Promise((resolve, reject) => {
      source.onmessage = resolve
      source.onerror = ({ error }) => reject(error)
    })
    source.close()
    print(data)`
  expect(await run(rob, script)).toBe('held')
})

/** Frames as tests stand in for them. */
const FRAMES: [what: string, rob: string][] = [
  ['are there at once', 'globalThis.requestAnimationFrame = (callback) => callback(0)'],
  [
    'can’t be cancelled',
    'globalThis.requestAnimationFrame = (callback) => setTimeout(callback, 1)',
  ],
]

for (const [what, rob] of FRAMES) {
  test(`where animation frames ${what}: frames() all the same`, async () => {
    const script = `
      const seen = []
      for await (const events of openStream(origin + '/', { retry: false }).frames()) seen.push(events.length)
      print(seen)`
    expect(await run(rob, script)).toEqual([2])
  })
}

/** Clocks that measure nothing. */
const CLOCKS = ['{ now: () => Date.now() }', 'undefined']

for (const clock of CLOCKS) {
  test(`with \`debug\` and ${clock} as performance: streams all the same`, async () => {
    const rob = `Object.defineProperty(globalThis, 'performance', { value: ${clock} })
      delete globalThis.Request`
    expect(await run(rob, STREAM.replace('retry: false', 'retry: false, debug: true'))).toEqual([
      'żółć',
      '漢字 😀',
    ])
  })
}

/** What of the drop-in for `EventSource` needs what some hosts lack. */
const LACKS: [what: string, rob: string][] = [
  [
    'setImmediate and MessageChannel, as workers at the edge',
    'delete globalThis.setImmediate; delete globalThis.MessageChannel',
  ],
  ['MessageEvent, as React Native', 'delete globalThis.MessageEvent'],
  ['a location', 'globalThis.location = null; globalThis.document = null'],
]

for (const [what, rob] of LACKS) {
  test(`without ${what}: the drop-in for EventSource`, async () => {
    const script = `
      const { EventSource } = await import('sluicegate/eventsource')
      const source = new EventSource(origin + '/held')
      const event = await new Promise((resolve, reject) => {
        source.onmessage = resolve
        source.onerror = ({ error }) => reject(error)
      })
      source.close()
      const bytes = new Response('data: piped\\n\\n').body
      const piped = EventSource.fromReadableStream(bytes)
      const { data } = await new Promise((resolve) => (piped.onmessage = resolve))
      print([event.type, event.data, event.origin === origin, data])`
    expect(await run(rob, script)).toEqual(['message', 'held', true, 'piped'])
  })
}

for (const name of ['TextEncoder', 'Event', 'EventTarget']) {
  test(`without ${name}: the drop-in for EventSource can be imported`, async () => {
    const script = `
      const { EventSource } = await import('sluicegate/eventsource')
      let error
      try {
        new EventSource(origin + '/').close()
      } catch (thrown) {
        error = thrown
      }
      print([typeof EventSource, error?.code, error?.message])`
    const message = `this host has no ${name}: load a polyfill before sluicegate, or use openStream()`
    const expected =
      name === 'EventTarget' ? ['function', 'unsupported', message] : ['function', null, null]
    expect(await run(`delete globalThis.${name}`, script)).toEqual(expected)
  })
}

test('without all encodings but UTF-8: each text is decoded as it should be', async () => {
  const rob = MISSING.at(-1)![1]
  // ASCII, two bytes a character, and long texts of three, which come as UTF-16.
  const script = `
    const texts = ['ascii', 'żółć', '漢字'.repeat(20_000), '漢'.repeat(10) + '😀', '\\uFEFF漢漢漢漢']
    const seen = []
    for (const text of texts) {
      for await (const { data } of decode('data: ' + text + '\\n\\n')) seen.push(data === text)
    }
    print(seen)`
  expect(await run(rob, script)).toEqual([true, true, true, true, true])
})

test('without TextDecoder and TextEncoder: an error that says so, once a stream is opened', async () => {
  const rob = 'delete globalThis.TextDecoder; delete globalThis.TextEncoder'
  const script = `
    const { type, error } = await openStream(origin + '/').closed
    print([type, error.code, error.message])`
  expect(await run(rob, script)).toEqual([
    'failed',
    'unsupported',
    'this runtime has no TextDecoder for UTF-8: load a polyfill before sluicegate',
  ])
})

test('without fetch: an error that says so', async () => {
  const script = `
    const { error } = await openStream(origin + '/').closed
    print([error.code, error.message])`
  expect(await run('delete globalThis.fetch', script)).toEqual([
    'invalid-options',
    'this runtime has no fetch: pass one as the option `fetch`',
  ])
})

test('without DOMException: an abort is an AbortError', async () => {
  const script = `
    const signal = { aborted: true, addEventListener() {} }
    const { type, error } = await openStream(origin + '/', { signal }).closed
    print([type, error.name, error instanceof Error])`
  expect(await run('delete globalThis.DOMException', script)).toEqual([
    'aborted',
    'AbortError',
    true,
  ])
})
