// A GET that is asked again where its response ends: for ever only if something was understood.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { openStream } from 'sluicegate'
import { textOf } from 'sluicegate/llm'

const TEXT = 'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n'

/** A stream whose bodies are these, one per request and then the last one again. */
async function read(...bodies: string[]) {
  let requests = 0
  const server = createServer((_, response) => {
    const body = bodies[Math.min(requests++, bodies.length - 1)]!
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`retry: 1\n${body}`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const stream = textOf(openStream(url))
  const answer = await stream.answer().catch((error: unknown) => error)
  server.closeAllConnections()
  server.close()
  return { requests, answer: answer as { code?: string; message?: string; text?: string } }
}

for (const body of [
  'event: token\ndata: Hi\n\n',
  'data: {"foo":1}\n\n',
  ': ok\n\nevent: token\ndata: {"t":"Hi"}\n\nevent: end\ndata: {}\n\n',
]) {
  test(`${JSON.stringify(body)} again and again fails`, async () => {
    const { requests, answer } = await read(body)
    assert.equal(answer.code, 'unknown-format')
    assert.match(answer.message!, /nothing in the response was understood/)
    assert.equal(requests, 3)
  })
}

for (const body of [
  ': ok\n\n',
  'data: {"type":"ping"}\n\n',
  'event: ping\ndata: 1\n\n',
  'data: \n\n',
]) {
  test(`${JSON.stringify(body)} three times is no failure`, async () => {
    const { requests, answer } = await read(body, body, body, `${TEXT}data: [DONE]\n\n`)
    assert.equal(answer.text, 'Hi')
    assert.equal(requests, 4)
  })
}

test('what is understood once is asked again', async () => {
  const { requests, answer } = await read(
    'event: status\ndata: queued\n\n',
    TEXT,
    TEXT,
    TEXT,
    `${TEXT}data: [DONE]\n\n`,
  )
  assert.equal(answer.text, 'HiHiHiHi')
  assert.equal(requests, 5)
})
