import { jsonSchema, simulateReadableStream, tool } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { saveWork } from './work'

type Answer = Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream']
type Part = Answer extends ReadableStream<infer P> ? P : never

const WORDS = [
  'Water',
  'waits',
  'behind',
  'the',
  'gate.',
  '水门',
  'opens;',
  'Schütz',
  '😀',
  'and\n',
]

export const tools = {
  level: tool({
    description: 'Returns the water level at a gate.',
    inputSchema: jsonSchema<{ gate: string }>({
      type: 'object',
      properties: { gate: { type: 'string' } },
      required: ['gate'],
    }),
    execute: async ({ gate }) => ({ gate, metres: 2.5 }),
  }),
}

/**
 * Creates a model that needs no key: it thinks, calls a tool, and writes.
 * It does what it is asked for: "Write 300 words, one every 20 ms."
 */
export function createModel(chatId: string): MockLanguageModelV4 {
  let words = 0
  return new MockLanguageModelV4({
    async doStream({ prompt, abortSignal }) {
      const question = JSON.stringify(prompt.findLast(({ role }) => role === 'user'))
      const count = Number(/(\d+) words/.exec(question)?.[1] ?? 100)
      const pace = Number(/(\d+) ms/.exec(question)?.[1] ?? 50)
      const isLastStep = prompt.at(-1)?.role === 'tool'
      const parts = isLastStep ? textParts(count) : thoughtParts(Math.ceil(count / 10))
      const counted = new TransformStream<Part, Part>({
        async transform(part, controller) {
          if (part.type.endsWith('-delta')) await saveWork(chatId, { words: ++words })
          controller.enqueue(part)
        },
        flush: () => (isLastStep ? saveWork(chatId, { end: 'finished' }) : undefined),
      })
      abortSignal?.addEventListener('abort', () => saveWork(chatId, { end: 'stopped' }))
      // As a real model's response does, it ends when the signal is aborted.
      const stream = simulateReadableStream({ chunks: parts, chunkDelayInMs: pace }).pipeThrough(
        counted,
        { signal: abortSignal },
      )
      return { stream }
    },
  })
}

function thoughtParts(count: number): Part[] {
  return [
    { type: 'reasoning-start', id: 'thought' },
    ...wordsOf(count).map((delta): Part => ({ type: 'reasoning-delta', id: 'thought', delta })),
    { type: 'reasoning-end', id: 'thought' },
    { type: 'tool-call', toolCallId: 'call', toolName: 'level', input: '{"gate":"水门"}' },
    finish('tool-calls'),
  ]
}

function textParts(count: number): Part[] {
  return [
    { type: 'text-start', id: 'text' },
    ...wordsOf(count).map((delta): Part => ({ type: 'text-delta', id: 'text', delta })),
    { type: 'text-end', id: 'text' },
    finish('stop'),
  ]
}

function wordsOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i + 1} ${WORDS[i % WORDS.length]} `)
}

function finish(unified: 'stop' | 'tool-calls'): Part {
  const inputTokens = { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }
  const usage = { inputTokens, outputTokens: { total: 1, text: 1, reasoning: 0 } }
  return { type: 'finish', finishReason: { unified, raw: unified }, usage }
}
