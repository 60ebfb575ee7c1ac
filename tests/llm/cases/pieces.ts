// What the rows of all tables are made of.

import type { AnswerFormat } from 'sluicegate/llm'
import type { StreamCase } from '../real-streams.test.js'

export type Expect = StreamCase['expect']

export type Row = [name: string, body: string, expect: Expect, format?: AnswerFormat]

export const data = (...values: unknown[]) =>
  values
    .map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`)
    .join('')

export const event = (type: string, value: unknown) => `event: ${type}\n${data(value)}`

/** Events whose names are their members `type`. */
export const typed = (...values: { type: string; [name: string]: unknown }[]) =>
  values.map((value) => event(value.type, value)).join('')

export const TEXT = { text: 'Hi' }

export function table(kind: string, rows: Row[]): StreamCase[] {
  return rows.map(([name, body, expect, format = 'auto']) => {
    return { name: `${kind}: ${name}`, body, expect, format }
  })
}
