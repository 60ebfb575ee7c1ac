// Events that are read in WebAssembly, by template, read as if all were parsed: deltas, answers and errors are the
// same, whatever the events are and however they are cut.
//
// `EVENTS=100000 npm run llm -w tests` searches for longer: so many mutated events of each format.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, type EventSequence, type ServerSentEvent } from 'sluicegate'
import { type AnswerFormat, deltasOf, textOf } from 'sluicegate/llm'
import { pick, type Random, randomFrom } from './random.js'
import { eventsOf, TRANSCRIPTS } from './transcripts.js'

const EVENTS = Number(process.env['EVENTS'] ?? 2_000)

/** How many events of one stream are mutated. */
const RUN = 25

type Source = EventSequence & { findTemplate?: unknown }

/** A source of which every event is parsed. */
function slow(source: Source): Source {
  return Object.defineProperty(source, 'findTemplate', { get: () => undefined, set() {} })
}

/** Counts the events of a source that were not parsed. */
function counted(source: Source): { source: Source; count: () => number } {
  let count = 0
  const map = source.mapEvents.bind(source)
  source.mapEvents = (all, use, end) => {
    const counting: typeof use = (events) => {
      count += [events].flat().filter(({ type }) => type === '').length
      return use(events)
    }
    return map(all, counting, end)
  }
  return { source, count: () => count }
}

interface Read {
  items: unknown[]
  answer: unknown
  error: unknown
}

async function all(items: AsyncIterable<unknown> & { done: Promise<unknown> }): Promise<Read> {
  const read: Read = { items: [], answer: undefined, error: undefined }
  try {
    for await (const item of items) read.items.push(item)
    read.answer = await items.done
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    read.error = [code, message]
    await items.done.catch(() => undefined)
  }
  return read
}

/** All that can be read of a source, each time of a new one. */
async function views(open: () => Source, format: AnswerFormat): Promise<Record<string, Read>> {
  const texts = textOf(open(), format)
  const joined = textOf(open(), format)
  return {
    texts: await all(textOf(open(), format)),
    deltas: await all(deltasOf(open(), format)),
    batches: await all(Object.assign(texts.batches(), { done: texts.done })),
    answer: await all({
      done: joined.done,
      async *[Symbol.asyncIterator]() {
        yield await joined.answer()
      },
    }),
  }
}

async function compare(open: () => Source, format: AnswerFormat, where: string): Promise<void> {
  const fast = await views(open, format)
  const parsed = await views(() => slow(open()), format)
  assert.deepEqual(fast, parsed, where)
  const { texts, batches } = fast
  assert.equal(batches!.items.join(''), texts!.items.join(''), where)
}

/** Where events end. */
function endsOf(bytes: Uint8Array, isLines: boolean): number[] {
  const text = Buffer.from(bytes).toString('latin1')
  return [...text.matchAll(isLines ? /\n/g : /\r?\n\r?\n/g)].map((end) => end.index + end[0].length)
}

for (const transcript of TRANSCRIPTS) {
  const { name, bytes, format } = transcript
  test(`${name}: the same, split anywhere`, async () => {
    const ends = endsOf(bytes, name.endsWith('.ndjson'))
    const chunksAt = (at: number) => {
      // One event per chunk, but for one that is cut.
      const cuts = [...new Set([0, ...ends, at, bytes.length])].toSorted((a, b) => a - b)
      return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
    }
    await compare(() => eventsOf(transcript, chunksAt(0)), format, 'one event per chunk')
    const parsed = await all(textOf(slow(eventsOf(transcript, [bytes])), format))
    for (let at = 1; at < bytes.length; at++) {
      const read = await all(textOf(eventsOf(transcript, chunksAt(at)), format))
      assert.deepEqual(read, parsed, `split at ${at}`)
    }
    await compare(() => eventsOf(transcript, [bytes]), 'auto', 'whole')
  })
}

/** The events of a format's transcripts. */
async function eventsOfFormat(format: AnswerFormat): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = []
  for (const transcript of TRANSCRIPTS) {
    if (transcript.format !== format) continue
    for await (const event of eventsOf(transcript, [transcript.bytes])) events.push(event)
  }
  return events
}

const NAMES = ['error', 'type', 'text', 'code', 'status', 'usage', 'content', 'id', 'index', 'x']
const VALUES = [
  'null',
  '""',
  '"error"',
  '"stop"',
  '"é\\u00e9\\n🦀"',
  '"\\ud83e\\udd80"',
  '"\\ud83e"',
  '"\\udd80x"',
  '"\\x"',
  '"\t"',
  '0',
  '1',
  '01',
  '-1',
  '2.5',
  '1e3',
  'true',
  '[]',
  '{}',
  '["a"]',
  '{"text":"a"}',
  '[{"type":"text","text":"a"}]',
]
const TYPES = ['message', 'error', 'ping', 'response.output_text.delta', 'content_block_delta']
const WORDS = ['Hi', ' there', '\\n', '\\"', '\\\\', '你好', '\\ud83e\\udd80', 'stop', 'text', ' ']

/** A token of JSON that is a value: not a member's name. */
const VALUE = /("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|null|true|false)(?=\s*[,}\]])/g

function mutate({ type, data }: ServerSentEvent, random: Random): [type: string, data: string] {
  const values = [...data.matchAll(VALUE)]
  const replaced = (with_: string) => {
    const value = values[random(values.length || 1)]
    if (!value) return data
    return data.slice(0, value.index) + with_ + data.slice(value.index + value[0].length)
  }
  switch (random(12)) {
    case 0:
    case 1:
      return [type, replaced(`"${pick(random, WORDS)}"`)]
    case 2:
      return [type, replaced(`${random(1000)}`)]
    case 3:
      return [type, replaced(pick(random, VALUES))]
    case 4: {
      const member = `"${pick(random, NAMES)}":${pick(random, VALUES)},`
      const opened = [...data.matchAll(/\{(?=")/g)].map((match) => match.index + 1)
      const at = opened[random(opened.length || 1)] ?? 0
      return [type, data.slice(0, at) + member + data.slice(at)]
    }
    case 5: {
      const at = random(data.length)
      return [
        type,
        data.slice(0, at) + pick(random, ['', '"', '\\', ' ', ',', '}']) + data.slice(at + 1),
      ]
    }
    case 6:
      return [pick(random, TYPES), data]
    default:
      return [type, data]
  }
}

function block(type: string, data: string, isLines: boolean): string {
  const line = data.replace(/[\r\n]/g, ' ')
  return isLines ? `${line}\n` : `${type === 'message' ? '' : `event: ${type}\n`}data: ${line}\n\n`
}

const FORMATS = [...new Set(TRANSCRIPTS.map(({ format }) => format))]

for (const format of FORMATS) {
  test(`${format}: the same, events mutated`, async () => {
    const random = randomFrom(format.length)
    const others = await eventsOfFormat(format)
    const isLines = format === 'ollama'
    const seeds: ServerSentEvent[] = []
    let fast = 0
    for (const event of others) {
      const repeated = Array.from({ length: 3 }, () => block(event.type, event.data, isLines))
      const { source, count } = counted(decode(repeated, { format: isLines ? 'ndjson' : 'sse' }))
      await all(textOf(source, format))
      if (count() > 0) seeds.push(event)
    }
    // Of the relay's events the text is all there is.
    assert.equal(seeds.length > 0, format !== 'relay')
    if (seeds.length === 0) seeds.push(...others)
    for (let left = EVENTS; left > 0; left -= RUN) {
      // What teaches the template comes first, and again.
      const seed = pick(random, seeds)
      const blocks = [block(seed.type, seed.data, isLines)]
      for (let i = 0; i < RUN; i++) {
        const [type, data] = mutate(random(20) > 0 ? seed : pick(random, others), random)
        blocks.push(block(type, data, isLines))
      }
      const chunks: string[] = []
      while (blocks.length > 0) chunks.push(blocks.splice(0, 1 + random(3)).join(''))
      const open = () => decode(chunks, { format: isLines ? 'ndjson' : 'sse' }) as Source
      const where = JSON.stringify(chunks)
      const view = pick(random, [textOf, deltasOf])
      const { source, count } = counted(open())
      const read = await all(view(source, format))
      assert.deepEqual(read, await all(view(slow(open()), format)), where)
      fast += count()
      const answers = [open(), slow(open())].map((it) => {
        return textOf(it, format)
          .answer()
          .catch((error: Error) => [error.message])
      })
      assert.deepEqual(await answers[0], await answers[1], where)
    }
    if (format !== 'relay') assert.ok(fast > EVENTS / 40, `${fast} events by template`)
  })
}
