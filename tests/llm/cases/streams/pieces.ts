// What the rows of these tables are made of, besides what all are.

import { type Expect, data } from '../pieces.js'

export type Call = [id: string, name: string, args: string]

export const chunk = (delta: unknown, more: object = {}) => ({
  choices: [{ index: 0, delta, ...more }],
})

export const HI = data(chunk({ content: 'Hi' }), '[DONE]')

export const calls = (...toolCalls: Call[]): Expect => ({
  toolCalls: toolCalls.map(([id, name, args]) => ({ id, name, arguments: args })),
})

export const toolCalls = (...tool_calls: object[]) => chunk({ tool_calls })

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
