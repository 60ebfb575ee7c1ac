import { expect, it } from 'vitest'
import { ROW_PX, rowsInView } from './rows'

const view = (rows: number) => ({ scrollTop: rows * ROW_PX, clientHeight: 10 * ROW_PX })

it('makes the rows in sight and some around them, however many there are', () => {
  expect(rowsInView(view(500), 100_000, false)).toEqual({ first: 492, end: 526 })
  expect(rowsInView(view(0), 100_000, false)).toEqual({ first: 0, end: 34 })
  expect(rowsInView(view(0), 100_000, true)).toMatchObject({ end: 100_000 })
  expect(rowsInView(view(0), 5, true)).toEqual({ first: 0, end: 5 })
  expect(rowsInView(view(0), 0, true)).toEqual({ first: 0, end: 0 })
})
