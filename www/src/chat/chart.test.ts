import { expect, it } from 'vitest'
import { chartOf, HEIGHT } from './chart'

it('draws both lines up to the last bin with anything in it, each under a round top', () => {
  const chart = chartOf({ tokens: [3, 0, 2, 0], bytes: [150, 0, 0, 0], widthMs: 100 })
  expect(chart).toEqual({
    width: 4,
    tokens: { path: 'M0.5 12.80L1.5 32.00L2.5 19.20', top: 50 },
    bytes: { path: 'M0.5 8.00', top: 2 },
    spanMs: 400,
  })
  expect(HEIGHT).toBe(32)
})

it('draws nothing of nothing', () => {
  const empty = { path: '', top: 1 }
  expect(chartOf({ tokens: [0], bytes: [0], widthMs: 100 })).toMatchObject({
    tokens: empty,
    bytes: empty,
  })
})
