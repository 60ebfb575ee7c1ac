// What the rows of these tables are made of.

import type { AnswerFormat } from 'sluicegate/llm'
import type { StreamCase } from '../../real-streams.test.js'

export type Expect = StreamCase['expect']

export type Row = [name: string, body: string, expect: Expect, format?: AnswerFormat]

export const data = (...values: unknown[]) =>
  values
    .map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`)
    .join('')

export const event = (type: string, value: unknown) => `event: ${type}\n${data(value)}`

export const chunk = (delta: unknown, more: object = {}) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, ...more }],
})

export const HI_CHUNK = chunk({ content: 'Hi' })

export const HI = data(HI_CHUNK, '[DONE]')

export const HI_TEXT = { text: 'Hi' }

/** A call whose arguments are `{ p: 1 }`. */
export const P = (id: string, name: string) => ({ id, name, arguments: '{"p":1}' })

export const RESPONSE = (status: string) => ({ id: 'r', object: 'response', status, output: [] })

export const responses = (...events: { type: string; [name: string]: unknown }[]) =>
  events.map((one) => event(one.type, one)).join('')

export function table(kind: string, rows: Row[]): StreamCase[] {
  return rows.map(([name, body, expect, format = 'auto']) => {
    return { name: `${kind}: ${name}`, body, expect, format }
  })
}
