// Streams as the users of other projects met them: cases/real-streams.json, and our own of the same
// kinds in cases/streams and cases/gateways.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decode, isStreamError } from 'sluicegate'
import { type Answer, type AnswerFormat, deltasOf, textOf } from 'sluicegate/llm'
import { GATEWAYS } from './cases/gateways/index.js'
import { MORE_STREAMS } from './cases/streams/index.js'

/** A stream, and what its answer has to be. Members that `expect` lacks are free. */
export interface StreamCase {
  name: string
  format: AnswerFormat
  body: string
  expect: Partial<Omit<Answer, 'usage'>> & {
    /** Whether it fails, or the code that it fails with. */
    fails?: boolean | string
    /** What the error's message says among other things. */
    says?: string
    /** Each text handed out is well-formed Unicode by itself. */
    wellFormed?: boolean
    inputTokens?: number | undefined
    outputTokens?: number | undefined
    /** There are no figures. */
    usage?: undefined
  }
}

const { cases } = JSON.parse(
  readFileSync(new URL('cases/real-streams.json', import.meta.url), 'utf8'),
) as { cases: StreamCase[] }

function* bytewise(bytes: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < bytes.length; i++) yield bytes.subarray(i, i + 1)
}

/** How a body can be cut into chunks, and how its answer can be read. */
const WAYS: Record<string, (body: string, format: AnswerFormat) => Promise<[string[], Answer]>> = {
  'textOf, whole': async (body, format) => {
    const stream = textOf(decode(body), format)
    const texts = []
    for await (const text of stream) texts.push(text)
    return [texts, await stream.done]
  },
  'textOf, byte by byte': async (body, format) => {
    const stream = textOf(decode(bytewise(new TextEncoder().encode(body))), format)
    const texts = []
    for await (const text of stream) texts.push(text)
    return [texts, await stream.answer()]
  },
  'frames of deltas': async (body, format) => {
    const stream = deltasOf(decode(body), format)
    const texts: string[] = []
    const fragments: string[] = []
    for await (const frame of stream.frames()) {
      for (const delta of frame) {
        if (delta.type === 'text') texts.push(delta.text)
        if (delta.type !== 'tool-call') continue
        const { index, fragment, call } = delta
        // They may replace those before them.
        const isAll = fragment === call.arguments
        fragments[index] = isAll ? fragment : fragments[index] + fragment
        assert.equal(call.arguments, fragments[index])
      }
    }
    const answer = await stream.done
    const { toolCalls = [] } = answer
    assert.deepEqual(
      fragments.map((fragment) => fragment || '{}'),
      toolCalls.map((call) => call.arguments),
    )
    return [texts, answer]
  },
  'a source that is not ours': async (body, format) => {
    const events = decode(body)
    const stream = textOf(
      {
        next: () => events.next(),
        return: () => events.return(),
        frames: () => events.frames(),
      },
      format,
    )
    return [[], await stream.answer()]
  },
}

async function check(
  { body, format, expect }: StreamCase,
  read: (typeof WAYS)[string],
): Promise<void> {
  const { fails, says, wellFormed, inputTokens, outputTokens, ...members } = expect
  if (fails) {
    await assert.rejects(read(body, format), (error: Error) => {
      assert.ok(isStreamError(error), String(error))
      if (fails !== true) assert.equal(error.code, fails, String(error))
      if (says !== undefined) assert.ok(error.message.includes(says), error.message)
      return true
    })
    return
  }
  const [texts, answer] = await read(body, format)
  for (const [name, value] of Object.entries(members)) {
    assert.deepEqual(answer[name as keyof Answer], value, name)
  }
  if (texts.length > 0) assert.equal(texts.join(''), answer.text)
  if (wellFormed) for (const text of texts) assert.equal(encodeURI(text) !== '', true)
  if ('inputTokens' in expect) assert.equal(answer.usage?.inputTokens, inputTokens)
  if ('outputTokens' in expect) assert.equal(answer.usage?.outputTokens, outputTokens)
}

for (const [way, read] of Object.entries(WAYS)) {
  for (const one of [...cases, ...MORE_STREAMS, ...GATEWAYS]) {
    // What made no event can't be known of events that are not ours.
    if (way === 'a source that is not ours' && !one.body.includes('data:')) continue
    test(`${one.name} (${one.format}): ${way}`, () => check(one, read))
  }
}
