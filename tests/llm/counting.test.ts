// Events that are read by template count as all others do: for `stats`, `lastEventId`, `dropped`, acknowledgements, markers
// and resuming.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EventStream, openStream, type OpenOptions } from 'sluicegate'
import { textOf } from 'sluicegate/llm'

const token = (text: string, id = '') =>
  `${id}data: {"choices":[{"index":0,"delta":{"content":"${text}"}}],"x":"${text}"}\n\n`
const DONE = 'data: [DONE]\n\n'

const CHUNKS: Record<string, string[]> = {
  'without ids': [token('a'), token('b'), token('c') + token('d') + token('') + token('e'), DONE],
  'with ids': [
    token('a', 'id: 1\n'),
    token('b', 'id: 2\n'),
    token('c') + token('d', 'id: 4\n') + token('e') + token('f', 'id\n') + 'id: 9\n\n' + token('g'),
    `${token('h')}event: new\n${token('i')}${token('j')}${DONE}`,
  ],
  'an end without a marker': [token('a'), token('b'), token('c') + token('d')],
}

/** A stream of these chunks; the bodies after the first are what a resumed request gets. */
function open(bodies: string[][], options: OpenOptions, isSlow: boolean): EventStream {
  let next = 0
  const stream = openStream('http://127.0.0.1/', {
    retry: { initialDelay: 0, minDelay: 0, maxAttempts: 1 },
    ...options,
    fetch: async () => {
      const chunks = (bodies[next++] ?? []).map((chunk) => new TextEncoder().encode(chunk))
      const body = new ReadableStream({
        pull(controller) {
          const chunk = chunks.shift()
          if (chunk) controller.enqueue(chunk)
          else if (next < bodies.length) controller.error(new Error('reset'))
          else controller.close()
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  if (!isSlow) return stream
  return Object.defineProperty(stream, 'findTemplate', { get: () => undefined, set() {} })
}

/** What there is to see while so many texts are taken, and behind them. */
async function seen(stream: EventStream, texts: number): Promise<unknown[]> {
  const read = textOf(stream)
  const steps: unknown[] = []
  for (let count = 0; count < texts; count++) {
    const { done, value } = await read.next().catch((error: Error) => {
      return { done: true, value: error.message }
    })
    steps.push([value, stream.lastEventId, stream.stats.events])
    if (done) break
  }
  await read.return()
  const { type, dropped } = await stream.closed
  steps.push([type, dropped, stream.lastEventId, stream.stats.events])
  return steps
}

for (const [name, chunks] of Object.entries(CHUNKS)) {
  test(`${name}: the same counts at every place to leave`, async () => {
    for (const options of [
      {},
      { retry: false },
      { done: '[DONE]' },
      { done: token('d').slice(6, -2) },
    ]) {
      for (let texts = 0; texts < 12; texts++) {
        const fast = await seen(open([chunks], options, false), texts)
        assert.deepEqual(fast, await seen(open([chunks], options, true), texts), `${texts}`)
      }
    }
  })
}

test('a stream that is resumed goes on with its templates', async () => {
  const bodies = [CHUNKS['with ids']!.slice(0, 3), [token('x') + token('y'), token('z') + DONE]]
  const options = { retry: { initialDelay: 0, minDelay: 0 } }
  const fast = await seen(open(bodies, options, false), 20)
  assert.deepEqual(fast, await seen(open(bodies, options, true), 20))
  assert.ok(JSON.stringify(fast).includes('"z"'))
})
