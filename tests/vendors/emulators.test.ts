// What the emulators promise to the tests that use them: their plans, their logs, and the rules of each vendor.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { BackendName } from './backends/index.js'
import type { Fault, Plan } from './plan.js'
import { startVendors, type Vendors } from './server.js'
import type { Expected, Log } from './space.js'

let vendors: Vendors

before(async () => {
  vendors = await startVendors()
})

after(() => vendors[Symbol.asyncDispose]())

const json = (body: object, headers: object = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

const CHAT = json({ id: 'chat' })

/** A backend opened by the control route, as a page does it. */
async function open(backend: BackendName, plan: Plan = {}) {
  const response = await fetch(`${vendors.url}/spaces`, json({ backend, plan }))
  if (!response.ok) throw new Error(await response.text())
  const { base, ...expected } = (await response.json()) as Expected & { base: string }
  const log = async () => (await (await fetch(`${base}/~log`)).json()) as Log
  const seen = () => fetch(`${base}/~seen`, json({}))
  return { base, expected, log, seen, release: () => fetch(`${base}/~release`, json({})) }
}

/** Reads a body as far as it comes, or until there is enough; `seen` is called once `place` bytes are there. */
async function read(
  response: Response,
  most = Infinity,
  place = Infinity,
  seen?: () => Promise<unknown>,
): Promise<{ size: number; error?: unknown }> {
  let size = 0
  const reader = response.body!.getReader()
  try {
    if (place === 0) await seen?.()
    while (size < most) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.length
      if (size === place) await seen?.()
    }
  } catch (error) {
    return { size, error }
  }
  await reader.cancel()
  return { size }
}

describe('a planned fault', () => {
  const PLACES: [name: string, place: (expected: Expected) => number][] = [
    ['before the first byte', () => 0],
    ['in the middle of an event', ({ events }) => events[50]! + 7],
    ['between two events', ({ events }) => events[50]!],
    ['in the middle of a character', ({ characters }) => characters[50]!],
    ['before the last byte', ({ bytes }) => bytes - 1],
  ]

  for (const [name, placeIn] of PLACES) {
    test(`breaks the answer ${name}, and the answer that resumes it`, async () => {
      const place = placeIn((await open('ai-sdk')).expected)
      const faults: Fault[] = [{ cut: place, seen: true }, { end: place }, { reset: place }]
      const { base, expected, log, seen } = await open('ai-sdk', { faults })
      const start = await fetch(`${base}/api/chat`, CHAT)
      const cut = await read(start, Infinity, place, seen)
      assert.equal(cut.size, place)
      assert.ok(cut.error)
      assert.deepEqual(await read(await fetch(`${base}/api/chat/chat/stream`)), { size: place })
      const reset = await read(await fetch(`${base}/api/chat/chat/stream`))
      assert.ok(reset.error && reset.size <= place)
      const rest = await read(await fetch(`${base}/api/chat/chat/stream`))
      assert.deepEqual(rest, { size: expected.bytes })
      const { posts, requests, jobs } = await log()
      assert.equal(posts, 1)
      const ends = requests.map(({ kind, status, bytes, end }) => [kind, status, bytes, end])
      assert.deepEqual(ends, [
        ['start', 200, place, 'cut'],
        ['resume', 200, place, 'end'],
        ['resume', 200, place, 'reset'],
        ['resume', 200, expected.bytes, 'complete'],
      ])
      assert.deepEqual(
        jobs.map(({ state, text }) => [state, text]),
        [['completed', expected.text]],
      )
    })
  }

  test('counts in bytes of the whole answer, also where only the rest is sent', async () => {
    const { events, bytes } = (await open('openai')).expected
    const faults: Fault[] = [
      { cut: events[20]! },
      { cut: events[40]! + 3, seen: true },
      { cut: events[40]! },
    ]
    const { base, log, seen } = await open('openai', { faults })
    const url = `${base}/v1/responses`
    await read(await fetch(url, json({ stream: true, background: true })))
    const { jobs } = await log()
    const resume = async (after: number) => {
      const response = await fetch(`${url}/${jobs[0]!.id}?stream=true&starting_after=${after}`)
      return (await read(response, Infinity, events[40]! + 3 - events[20]!, seen)).size
    }
    assert.equal(await resume(19), events[40]! + 3 - events[20]!)
    // The place is before what is asked for.
    assert.equal(await resume(59), 0)
    assert.equal(await resume(39), bytes - events[40]!)
    const cursors = (await log()).requests.map(({ cursor }) => cursor)
    assert.deepEqual(cursors, [undefined, '19', '59', '39'])
  })

  test('stalls until the client leaves', async () => {
    const place = (await open('coze')).expected.events[10]!
    const { base, log } = await open('coze', { faults: [{ stall: place }] })
    const leave = new AbortController()
    const response = await fetch(`${base}/v3/chat`, { ...CHAT, signal: leave.signal })
    const reader = response.body!.getReader()
    for (let size = 0; size < place;) size += (await reader.read()).value!.length
    const more = reader.read()
    assert.equal((await log()).requests[0]!.end, undefined)
    leave.abort()
    await assert.rejects(more)
  })

  const REFUSALS: [fault: Fault, status: number, type: string | null][] = [
    [{ refuse: 204 }, 204, null],
    [{ refuse: 404 }, 404, 'application/json'],
    [{ refuse: 409 }, 409, 'application/json'],
    [{ refuse: 410 }, 410, 'application/json'],
    [{ refuse: 503 }, 503, 'application/json'],
    [{ page: true }, 200, 'text/html'],
  ]
  for (const [fault, status, type] of REFUSALS) {
    test(`answers ${status} ${type}`, async () => {
      const { base, expected, log } = await open('ai-sdk', { faults: [{ end: 9 }, fault, fault] })
      await read(await fetch(`${base}/api/chat`, CHAT))
      for (let count = 0; count < 2; count++) {
        const refused = await fetch(`${base}/api/chat/chat/stream`)
        assert.deepEqual([refused.status, refused.headers.get('content-type')], [status, type])
        await refused.text()
      }
      assert.equal((await log()).jobs[0]!.state, 'running')
      const { size } = await read(await fetch(`${base}/api/chat/chat/stream`))
      assert.equal(size, expected.bytes)
    })
  }

  test('refuses a start before any model works', async () => {
    const { base, log } = await open('dify', { faults: [{ refuse: 503 }] })
    const url = `${base}/v1/chat-messages`
    assert.equal((await fetch(url, json({ user: 'ann' }))).status, 503)
    assert.deepEqual((await log()).jobs, [])
    await read(await fetch(url, json({ user: 'ann' })))
    assert.deepEqual([(await log()).posts, (await log()).jobs.length], [1, 1])
  })

  const BAD: [plan: unknown, message: RegExp][] = [
    [{ faults: [{ cut: 1e9 }] }, /the answer has \d+ bytes, so that it can't break at 1000000000/],
    [{ faults: [{ cut: -1 }] }, /can't break at -1/],
    [{ faults: [{ cut: 1, reset: 2 }] }, /a fault is one of reset, cut/],
    [{ faults: [{ brake: 1 }] }, /a fault is one of reset, cut/],
    [{ pace: -1 }, /pace is a number, not -1/],
    [{ speed: 1 }, /a plan has no speed/],
  ]
  for (const [plan, message] of BAD) {
    test(`${JSON.stringify(plan)} is none`, () =>
      assert.rejects(open('coze', plan as Plan), { message }))
  }
})

test('a model works at its pace whether it is read or not, and waits where it is held', async () => {
  const { space, base } = vendors.open('openai', { events: 50, pace: 1, hold: 30 })
  const request = json({ stream: true, background: true })
  await read(await fetch(`${base}/v1/responses`, request), 1)
  const { requests, jobs } = await space.until(
    ({ jobs: [job], requests: [start] }) => job?.events === 30 && start?.end === 'left',
  )
  assert.deepEqual([jobs[0]?.state, requests[0]?.kind], ['running', 'start'])
  space.release()
  const done = await space.until(({ jobs: [job] }) => job?.state === 'completed')
  assert.equal(done.jobs[0]?.text, space.expected.text)
})

describe('an answer that is not in the background ends with its reader', () => {
  const REQUESTS: [BackendName, path: string, body: object][] = [
    ['openai', '/v1/responses', { stream: true }],
    ['vllm', '/v1/responses', { stream: true }],
    ['gemini', '/v1beta/interactions', { stream: true }],
    ['langgraph', '/threads/t/runs/stream', { on_disconnect: 'cancel' }],
    ['llama-cpp', '/v1/chat/completions', { stream: true }],
  ]
  for (const [name, path, body] of REQUESTS) {
    test(name, async () => {
      const { space, base } = vendors.open(name, { hold: 30 })
      await read(await fetch(base + path, json(body)), 1)
      const { jobs } = await space.until(({ jobs: [job] }) => job?.state === 'left')
      space.release()
      assert.equal(jobs[0]?.events, 30)
    })
  }
})

describe("a vendor's own rules", () => {
  const BACKGROUND = json({ stream: true, background: true })

  test('OpenAI: cancelling twice is no error, an answer in the foreground is', async () => {
    const { base, log } = await open('openai', { hold: 9 })
    const url = `${base}/v1/responses`
    await read(await fetch(url, BACKGROUND), 1)
    const [job] = (await log()).jobs
    for (let count = 0; count < 2; count++) {
      const cancelled = await fetch(`${url}/${job!.id}/cancel`, { method: 'POST' })
      assert.equal(((await cancelled.json()) as { status: string }).status, 'cancelled')
    }
    const leave = new AbortController()
    await fetch(url, { ...json({ stream: true }), signal: leave.signal })
    const other = (await log()).jobs[1]!.id
    assert.equal((await fetch(`${url}/${other}/cancel`, { method: 'POST' })).status, 400)
    assert.equal((await fetch(`${url}/${other}?stream=true`)).status, 400)
    assert.equal((await fetch(`${url}/resp_unknown?stream=true`)).status, 404)
    leave.abort()
  })

  test('vLLM: an answer that is done can not be cancelled, and readers of a cancelled one wait', async () => {
    const { base, log, release } = await open('vllm', { hold: 9 })
    const url = `${base}/v1/responses`
    await read(await fetch(url, BACKGROUND), 1)
    const cancel = (id: string) => fetch(`${url}/${id}/cancel`, { method: 'POST' })
    const [job] = (await log()).jobs
    assert.equal((await cancel(job!.id)).status, 200)
    assert.equal((await cancel(job!.id)).status, 400)
    const leave = new AbortController()
    const { signal } = leave
    const response = await fetch(`${url}/${job!.id}?stream=true&starting_after=8`, { signal })
    const waiting = response.body!.getReader().read()
    await release()
    leave.abort()
    await assert.rejects(waiting)
  })

  test('LangGraph: without an id only what is still to come, and nothing twice that was not kept', async () => {
    for (const [stream_resumable, id, size] of [
      [true, undefined, 0],
      [true, '-1', 9],
      [true, '1764000000000-4', 4],
      [false, '1764000000000-4', 0],
    ] as const) {
      const { space, base } = vendors.open('langgraph', { hold: 9 })
      const response = await fetch(`${base}/threads/t/runs/stream`, json({ stream_resumable }))
      await read(response, 1)
      const location = base + response.headers.get('location')
      const { events, bytes } = space.expected
      const left = stream_resumable ? bytes - events[9]! : undefined
      const resumed = await fetch(location, { headers: id ? { 'last-event-id': id } : {} })
      space.release()
      const rest = await read(resumed)
      const before = events[9]! - events[9 - size]!
      if (left !== undefined) assert.equal(rest.size, before + left)
      else assert.ok(rest.size > 0 && rest.size < bytes - events[9]!)
    }
  })

  test('llama.cpp: a conversation has one answer, and forgets it when it is stopped', async () => {
    const { base, log } = await open('llama-cpp', { hold: 9 })
    const ask = () => fetch(`${base}/v1/chat/completions`, json({}, { 'x-conversation-id': 'a b' }))
    const first = await ask()
    await read(await ask(), 1)
    await read(first)
    assert.deepEqual(
      (await log()).jobs.map(({ state }) => state),
      ['cancelled', 'running'],
    )
    const url = `${base}/v1/stream?conv_id=a%20b`
    await read(await fetch(url), 1)
    for (let count = 0; count < 2; count++) {
      assert.equal((await fetch(url, { method: 'DELETE' })).status, 204)
      assert.equal((await fetch(url)).status, 404)
    }
    assert.equal((await fetch(`${base}/v1/stream`)).status, 400)
    assert.equal((await fetch(`${url}&from=x`)).status, 404)
  })

  test('Dify: nobody stops an answer of somebody else', async () => {
    const { base, log, release } = await open('dify', { hold: 9 })
    const reading = fetch(`${base}/v1/chat-messages`, json({ user: 'ann' }))
    await read(await reading, 1)
    const stop = (body: object) => fetch(`${base}/v1/chat-messages/task-1/stop`, json(body))
    assert.equal((await stop({})).status, 400)
    assert.equal((await stop({ user: 'eve' })).status, 200)
    assert.equal((await log()).jobs[0]?.state, 'running')
    assert.equal((await stop({ user: 'ann' })).status, 200)
    await release()
    assert.equal((await log()).jobs[0]?.state, 'cancelled')
  })

  test('Coze: a chat is found by both of its ids', async () => {
    const { base, log } = await open('coze', { hold: 9 })
    await read(await fetch(`${base}/v3/chat`, json({})), 1)
    const cancel = async (conversation_id: string) => {
      const body = { conversation_id, chat_id: 'chat-1' }
      return (
        (await (await fetch(`${base}/v3/chat/cancel`, json(body))).json()) as { code: number }
      ).code
    }
    assert.equal(await cancel('another'), 4000)
    assert.equal(await cancel('conversation-of-chat-1'), 0)
    assert.equal((await log()).jobs[0]?.state, 'cancelled')
  })

  test('a page may do what the vendor allows: llama.cpp no DELETE, LangGraph shows no Location', async () => {
    const preflight = async (name: BackendName, path: string) => {
      const origin = 'http://page.test'
      const asked = { 'access-control-request-headers': 'content-type,last-event-id' }
      const { base } = await open(name)
      return fetch(base + path, { method: 'OPTIONS', headers: { origin, ...asked } })
    }
    const allowed = async (name: BackendName, path: string, kind: string) =>
      (await preflight(name, path)).headers.get(`access-control-allow-${kind}`)
    assert.equal(await allowed('llama-cpp', '/v1/stream', 'methods'), 'GET, POST')
    assert.equal(await allowed('llama-cpp', '/v1/stream', 'headers'), '*')
    assert.equal(await allowed('openai', '/v1/responses', 'origin'), '*')
    assert.equal(await allowed('gemini', '/v1beta/interactions', 'origin'), 'http://page.test')
    assert.match(
      (await allowed('langgraph', '/threads/t/runs/stream', 'headers')) ?? '',
      /last-event-id/,
    )
    const { base } = await open('langgraph')
    const headers = { origin: 'http://page.test' }
    const response = await fetch(`${base}/threads/t/runs/stream`, json({}, headers))
    await read(response)
    const exposed = response.headers.get('access-control-expose-headers') ?? ''
    assert.match(exposed, /content-location/)
    assert.doesNotMatch(exposed, /(^|, )location/)
  })
})
