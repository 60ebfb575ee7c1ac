// Every vendor's frames give the exact answer, wherever the network cuts them.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { isStreamError, type StreamError } from 'sluicegate'
import { type Answer, type Delta, deltasOf, textOf, type UpstreamProblem } from 'sluicegate/llm'
import { eventsOf, type Expected, type Transcript, TRANSCRIPTS } from './transcripts.js'

interface Read {
  texts: string[]
  answer: Answer | undefined
  error: unknown
}

async function read(
  transcript: Transcript,
  chunks: Iterable<Uint8Array>,
  format = transcript.format,
): Promise<Read> {
  const stream = textOf(eventsOf(transcript, chunks), format)
  const texts: string[] = []
  let error: unknown
  try {
    for await (const text of stream) texts.push(text)
  } catch (thrown) {
    error = thrown
  }
  const answer = await stream.done.catch((reason: unknown) => {
    assert.equal(reason, error, '`done` rejects with what the iterator throws')
    return undefined
  })
  return { texts, answer, error }
}

function check({ texts, answer, error }: Read, expected: Expected, where: string): void {
  assert.equal(texts.join(''), expected.text, where)
  assert.ok(!texts.includes(''), where)
  if (expected.error) {
    const [type, message, retryable] = expected.error
    assert.ok(isStreamError(error), `${where}: ${String(error)}`)
    const { code, cause, message: whole } = error as StreamError
    const problem = cause as UpstreamProblem
    const what = type === undefined ? message : `${type}: ${message}`
    assert.equal(code, 'upstream', where)
    assert.equal(whole, `the model's API sent an error in the stream: ${what}`, where)
    assert.deepEqual([problem.type, problem.message], [type, message], where)
    assert.equal((error as StreamError).retryable, retryable, where)
    assert.equal(answer, undefined, where)
    return
  }
  assert.equal(error, undefined, where)
  assert.ok(answer, where)
  const { usage, ...rest } = answer
  const { usage: tokens, ...wanted } = expected
  assert.deepEqual(rest, wanted, where)
  assert.deepEqual(usage && [usage.inputTokens, usage.outputTokens], tokens, where)
}

function* bytewise(bytes: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < bytes.length; i++) yield bytes.subarray(i, i + 1)
}

test('every transcript on disk is expected to give something', () => {
  const folder = new URL('transcripts/', import.meta.url)
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => /\.(sse|ndjson)$/.test(file))
  assert.deepEqual(files.toSorted(), TRANSCRIPTS.map(({ name }) => name).toSorted())
})

for (const transcript of TRANSCRIPTS) {
  const { name, bytes, expected } = transcript

  test(`${name}: the exact text, split anywhere`, async () => {
    for (let at = 0; at <= bytes.length; at++) {
      const halves = [bytes.subarray(0, at), bytes.subarray(at)]
      check(await read(transcript, halves), expected, `split at ${at}`)
    }
    check(await read(transcript, bytewise(bytes)), expected, 'byte by byte')
  })

  test(`${name}: recognized`, async () => {
    check(await read(transcript, [bytes], 'auto'), expected, 'whole')
    check(await read(transcript, bytewise(bytes), 'auto'), expected, 'byte by byte')
  })

  test(`${name}: the deltas add up to the answer`, async () => {
    const stream = deltasOf(eventsOf(transcript, [bytes]), 'auto')
    const deltas: Delta[] = []
    const reading = (async () => {
      for await (const delta of stream) deltas.push(delta)
    })()
    if (expected.error) await assert.rejects(reading, { code: 'upstream' })
    else await reading
    const all = (type: Delta['type']) =>
      deltas.map((delta) => (delta.type === type && 'text' in delta ? delta.text : '')).join('')
    assert.equal(all('text'), expected.text)
    assert.equal(all('reasoning'), expected.reasoning ?? '')
    assert.equal(all('refusal'), expected.refusal ?? '')
    const calls: { fragments: string; last?: unknown }[] = []
    for (const delta of deltas) {
      if (delta.type !== 'tool-call') continue
      const call = (calls[delta.index] ??= { fragments: '' })
      call.fragments += delta.fragment
      call.last = delta.call
      assert.equal(delta.call.arguments, call.fragments)
    }
    const assembled = calls.map(({ fragments, last }) => ({
      ...(last as object),
      arguments: fragments || '{}',
    }))
    assert.deepEqual(assembled, expected.toolCalls ?? [])
  })
}
