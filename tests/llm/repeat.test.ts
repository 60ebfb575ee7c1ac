// Chunks that differ from the one before in nothing but their text are not parsed anew: nobody can tell.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode } from 'sluicegate'
import { type Answer, textOf } from 'sluicegate/llm'

/** One chunk of each vendor whose text is `literal`, a JSON string as the vendor writes it. */
const CHUNKS: Record<string, (literal: string) => string> = {
  'openai-chat': (literal) =>
    `{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":${literal}},"finish_reason":null}]}`,
  'openai-responses': (literal) => `{"type":"response.output_text.delta","delta":${literal}}`,
  anthropic: (literal) =>
    `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":${literal}}}`,
  gemini: (literal) => `{"candidates":[{"content":{"parts":[{"text": ${literal} }]}}]}`,
  ollama: (literal) => `{"model":"m","message":{"content":${literal}},"done":false}`,
}

/** Texts that look like what is around them, as vendors may write them. */
const LITERALS = [
  '"a"',
  '"b"',
  '""',
  '"m"',
  '"m"',
  '"content"',
  '"\\""',
  '"\\\\"',
  '"\\",\\"role\\":\\"x"',
  '":"',
  '","',
  '"}"',
  '"\\u002c"',
  '"\\u4f60\\u597d"',
  '"你好"',
  '"\\ud83d"',
  '"\\ude00"',
  '"{\\"content\\":\\"a\\"}"',
  '"text_delta"',
  '"null"',
  '" "',
  '"\\n\\n"',
]

function read(data: readonly string[], format: string): Promise<Answer> {
  const events = data.map((one) => `data: ${one}\n\n`).join('')
  return textOf(decode(events), format as 'auto').answer()
}

for (const [format, chunk] of Object.entries(CHUNKS)) {
  test(`${format}: every text after every other`, async () => {
    for (const first of LITERALS) {
      for (const second of LITERALS) {
        const literals = [first, second, first, first, second]
        const { text } = await read(literals.map(chunk), format)
        const whole = literals.map((literal) => JSON.parse(literal) as string).join('')
        // A half without its other half can't be shown.
        assert.equal(text, whole.replace(/\p{Surrogate}/gu, '\ufffd'))
      }
    }
  })
}

test('what else changes is seen, between equal texts, too', async () => {
  const chunk = (delta: string, more: string) => `{"choices":[{"delta":{${delta}}${more}}]}`
  const answer = await read(
    [
      chunk('"content":"a"', ''),
      chunk('"content":"a"', ''),
      chunk('"content":"a","refusal":"no"', ''),
      chunk('"content":"a","content":"b"', ''),
      chunk('"content":"a"', ',"finish_reason":"stop"'),
      chunk('"content":"a"', ',"finish_reason":"length"'),
      chunk('"reasoning":"a"', ''),
      chunk('"reasoning":"a"', ''),
      chunk('"content":7', ''),
      chunk('"content":null', ''),
      chunk('"content":["a"]', ''),
      '[DONE]',
    ],
    'openai-chat',
  )
  assert.deepEqual(
    [answer.text, answer.reasoning, answer.refusal, answer.finishReason],
    ['aaabaaa', 'aa', 'no', 'length'],
  )
})

test('a tool call that repeats itself is added each time', async () => {
  const fragment = (text: string) =>
    `{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"${text}"}}]}}]}`
  const { toolCalls } = await read(['1', '1', '2'].map(fragment), 'openai-chat')
  assert.deepEqual(toolCalls, [{ id: '', name: 'f', arguments: '112' }])
})

test('an error is seen after texts', async () => {
  const chunks = ['{"response":"a","done":false}', '{"response":"b","done":false}']
  await assert.rejects(read([...chunks, '{"error":"b"}'], 'ollama'), { code: 'upstream' })
})

test('broken chunks are seen after texts', async () => {
  const chunks = ['{"response":"a","done":false}', '{"response":"b,"done":false}']
  await assert.rejects(read(chunks, 'ollama'), { code: 'parse-json' })
})
