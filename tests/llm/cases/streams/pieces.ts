// What the rows of these tables are made of.

import type { AnswerFormat } from 'sluicegate/llm'
import type { StreamCase } from '../../real-streams.test.js'

export type Expect = StreamCase['expect']

export type Call = [id: string, name: string, args: string]

export const data = (...values: unknown[]) =>
  values
    .map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`)
    .join('')

export const event = (type: string, value: unknown) => `event: ${type}\n${data(value)}`

/** Events whose names are their members `type`. */
export const typed = (...values: { type: string }[]) =>
  values.map((value) => event(value.type, value)).join('')

export const chunk = (delta: unknown, more: object = {}) => ({
  choices: [{ index: 0, delta, ...more }],
})

export const HI = data(chunk({ content: 'Hi' }), '[DONE]')

export const calls = (...toolCalls: Call[]): Expect => ({
  toolCalls: toolCalls.map(([id, name, args]) => ({ id, name, arguments: args })),
})

export const toolCalls = (...tool_calls: object[]) => chunk({ tool_calls })

export function table(
  kind: string,
  rows: [name: string, body: string, expect: Expect, format?: AnswerFormat][],
): StreamCase[] {
  return rows.map(([name, body, expect, format = 'auto']) => {
    return { name: `${kind}: ${name}`, body, expect, format }
  })
}

export const TEXT = { text: 'Hi' }

export const item = (more: object) => ({
  type: 'function_call',
  id: 'fc',
  call_id: 'a',
  name: 'f',
  ...more,
})

export const GEMINI = (text: string, more: object = {}) => ({
  candidates: [{ content: { parts: [{ text }] }, ...more }],
})
