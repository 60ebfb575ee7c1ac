// What the rows of these tables are made of, besides what all are.

import { data } from '../pieces.js'

export const chunk = (delta: unknown, more: object = {}) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, ...more }],
})

export const HI_CHUNK = chunk({ content: 'Hi' })

export const HI = data(HI_CHUNK, '[DONE]')

/** A call whose arguments are `{ p: 1 }`. */
export const P = (id: string, name: string) => ({ id, name, arguments: '{"p":1}' })

export const RESPONSE = (status: string) => ({ id: 'r', object: 'response', status, output: [] })
