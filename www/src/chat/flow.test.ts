import { describe, expect, it } from 'vitest'
import { Flow } from './flow'

describe('Flow', () => {
  it('keeps every token and byte in its bin while time runs on', () => {
    const flow = new Flow()
    const { tokens, widthMs } = flow.picture
    const span = tokens.length * widthMs
    const times = [0, 1, widthMs, span - 1, span, span * 7.5]
    times.forEach((ms, i) => flow.add(ms, 1, 10 ** i))

    const picture = flow.picture
    expect(picture.widthMs).toBe(widthMs * 8)
    expect(picture.tokens).toHaveLength(tokens.length)
    const expected = { tokens: tokens.map(() => 0), bytes: tokens.map(() => 0) }
    times.forEach((ms, i) => {
      expected.tokens[Math.floor(ms / picture.widthMs)]! += 1
      expected.bytes[Math.floor(ms / picture.widthMs)]! += 10 ** i
    })
    expect(picture).toMatchObject(expected)
  })

  it('gives pictures that stay as they were', () => {
    const flow = new Flow()
    const before = flow.picture
    flow.add(0, 1, 1)
    expect(before.tokens[0]).toBe(0)
  })
})
