import { describe, expect, it } from 'vitest'
import { lossesOf, newestOf, rangeOf, rowsOf } from './record'
import type { Bench, ChunkSize, Kind, Result } from './report'

const times = (
  bench: Bench,
  corpus: string,
  chunk: ChunkSize,
  ...all: [impl: string, kind: Kind, ms: number][]
): Result[] =>
  all.map(([impl, kind, median_ms]) => ({
    bench,
    corpus,
    chunk,
    impl,
    kind,
    median_ms,
    events: 1,
    check: '',
  }))

const RESULTS = [
  ...times('decode', 'tiny', 16_384, ['sluicegate', 'ours', 10], ['parser', 'parser', 7]),
  ...times('decode', 'openai', 31, ['sluicegate', 'ours', 10], ['parser', 'parser', 9.9]),
  ...times('text', 'gemini', 'event', ['sluicegate', 'ours', 10], ['openai', 'peer', 15]),
  ...times('text', 'gemini', 16_384, ['sluicegate', 'ours', 2], ['openai', 'peer', 34]),
  ...times(
    'iterate',
    'openai',
    1024,
    ['sluicegate', 'ours', 8],
    ['floor', 'floor', 1],
    ['slow', 'peer', 9],
  ),
  ...times(
    'start',
    '0 ms',
    'event',
    ['sluicegate', 'ours', 12],
    ['fast', 'peer', 3],
    ['slow', 'peer', 20],
  ),
  ...times('latency', 'cancel', 'event', ['sluicegate', 'ours', 1]),
]
const names = (results: readonly Result[]) => results.map(({ impl }) => impl)

describe('the newest record', () => {
  it.each([
    [
      ['2026-01-02-chromium.json', '2026-01-10-chromium.json', '2026-02-01-firefox.json'],
      '2026-01-10-chromium.json',
    ],
    [['2026-01-02-chromium.json', '2026-01-10-chromium-quick.json'], '2026-01-02-chromium.json'],
    [['2026-01-10-chromium-quick.json', 'size.json'], '2026-01-10-chromium-quick.json'],
    [['size.json'], undefined],
  ])('of %j is %s', (files, expected) => {
    expect(newestOf(files)).toBe(expected)
  })
})

it('shows the way from bytes to text first, and the usual chunks before others', () => {
  const rows = rowsOf(RESULTS)
  expect([...rows.keys()]).toEqual(['text', 'iterate', 'decode', 'start'])
  expect(rows.get('text')!.map(([{ chunk }]) => chunk)).toEqual([16_384, 'event'])
  expect(names(rows.get('iterate')![0]!)).toEqual(['sluicegate', 'floor', 'slow'])
})

it('names every row that somebody else wins, the worst first; a floor is no winner, and 1 % is none', () => {
  const losses = lossesOf(rowsOf(RESULTS))
  expect(losses.map(({ row: [{ corpus }], peer, share }) => [corpus, peer, share])).toEqual([
    ['0 ms', 'fast', 0.25],
    ['tiny', 'parser', 0.7],
  ])
})

it('tells between what a ratio lies, where both took part', () => {
  const text = rowsOf(RESULTS).get('text')!
  expect(rangeOf(text, 'openai', 'sluicegate')).toEqual([1.5, 17])
  expect(rangeOf(text, 'nobody', 'sluicegate')).toBeUndefined()
})
