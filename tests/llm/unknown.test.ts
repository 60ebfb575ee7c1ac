// Members that are missing or of another type, and events that nobody knows, never throw.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStreamError, type StreamError } from 'sluicegate'
import { type Answer, textOf } from 'sluicegate/llm'
import { eventsOf, type Transcript, TRANSCRIPTS } from './transcripts.js'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const JUNK: Json[] = [null, true, 7, 'junk', [], [null], [7], {}, { type: 'junk', index: 'junk' }]

/** A JSON text's every variant with one value replaced by junk; `path` names the value. */
function* variants(line: string): Generator<{ path: string; text: string }> {
  const root = { data: JSON.parse(line) as Json }
  const stack: { parent: Record<string, Json>; path: string }[] = [{ parent: root, path: '' }]
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { parent } = top
    for (const [name, value] of Object.entries(parent)) {
      const path = `${top.path}.${name}`
      for (const junk of JUNK) {
        parent[name] = junk
        yield { path: `${path}=${JSON.stringify(junk)}`, text: JSON.stringify(root.data) }
      }
      parent[name] = value
      if (typeof value === 'object' && value !== null) {
        stack.push({ parent: value as Record<string, Json>, path })
      }
    }
  }
}

async function read(transcript: Transcript, text: string): Promise<Answer> {
  const stream = textOf(eventsOf(transcript, [new TextEncoder().encode(text)]), transcript.format)
  for await (const part of stream) assert.equal(typeof part, 'string')
  return stream.done
}

function checkTypes({ text, reasoning, refusal, toolCalls, usage, ...rest }: Answer): void {
  for (const value of [text, reasoning ?? '', refusal ?? '']) assert.equal(typeof value, 'string')
  for (const value of [rest.finishReason, rest.id, rest.model]) {
    assert.ok(value === undefined || (typeof value === 'string' && value !== ''))
  }
  for (const value of [usage?.inputTokens, usage?.outputTokens]) {
    assert.ok(value === undefined || typeof value === 'number')
  }
  for (const call of toolCalls ?? []) {
    for (const value of Object.values(call)) assert.equal(typeof value, 'string')
    assert.notEqual(call.name, '')
  }
}

for (const format of new Set(TRANSCRIPTS.map((transcript) => transcript.format))) {
  test(`${format}: nothing about a member is sure`, async () => {
    const seen = new Set<string>()
    for (const transcript of TRANSCRIPTS) {
      if (transcript.format !== format) continue
      const lines = new TextDecoder().decode(transcript.bytes).split('\n')
      for (const [at, line] of lines.entries()) {
        const [, field = '', json = ''] = /^(data: |)(\{.*\})\r?$/.exec(line) ?? []
        if (json === '' || json === '{"broken') continue
        const kind = /"type":"[^"]*"/.exec(json)?.[0] ?? ''
        for (const { path, text } of variants(json)) {
          if (seen.has(kind + path)) continue
          seen.add(kind + path)
          const changed = lines.with(at, field + text).join('\n')
          try {
            checkTypes(await read(transcript, changed))
          } catch (error) {
            // A transcript of an error, or junk where an error would be.
            const isMeant = isStreamError(error) && (error as StreamError).code === 'upstream'
            if (!isMeant) throw new Error(`${transcript.name}: ${path}`, { cause: error })
          }
        }
      }
    }
    assert.ok(seen.size > 50, `${seen.size} variants`)
  })
}

for (const transcript of TRANSCRIPTS) {
  if (transcript.expected.error || transcript.name.endsWith('.ndjson')) continue
  test(`${transcript.name}: events that nobody knows change nothing`, async () => {
    const unknown = [
      'event: new_event\ndata: {"type":"new_event","text":"no","delta":{"text":"no"}}\n\n',
      'event: heartbeat\ndata: 2026-11-21T09:00:00Z\n\n',
      'event: empty\ndata\n\n',
      ': comment\n\n',
    ].join('')
    const plain = new TextDecoder().decode(transcript.bytes)
    const known = plain.replaceAll('\r\n', '\n').split(/(?<=\n\n)/)
    const mixed = known.map((event) => unknown + event).join('')
    assert.deepEqual(await read(transcript, mixed), await read(transcript, plain))
  })
}
