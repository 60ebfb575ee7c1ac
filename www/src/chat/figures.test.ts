import { describe, expect, it } from 'vitest'
import { WORDS } from '../site/words'
import type { Answer } from './exchange'
import { byteSize, duration, languageOf, reportLine, statusLine } from './figures'

const answer = (part: Partial<Answer>): Answer => ({
  phase: 'done',
  text: '',
  blocks: { settled: [], tail: '' },
  tokens: 0,
  resumed: 0,
  model: undefined,
  problem: undefined,
  report: undefined,
  ...part,
})

describe('figures', () => {
  it('are written with their units', () => {
    expect([duration(12.3), duration(999), duration(1234)]).toEqual(['12 ms', '999 ms', '1.23 s'])
    expect([byteSize(512), byteSize(4100), byteSize(2.04e6)]).toEqual(['512 B', '4.1 kB', '2.0 MB'])
  })

  it('tell Chinese text from other text', () => {
    expect([languageOf('Hello, 都江堰'), languageOf('Hello')]).toEqual(['zh', 'en'])
  })
})

describe('statusLine', () => {
  const line = (part: Partial<Answer>) => statusLine(answer(part), WORDS.en)

  it('says what is happening', () => {
    expect(line({ phase: 'resuming' })).toBe('connection lost, resuming')
    expect(line({})).toBe('complete')
    expect(statusLine(answer({}), WORDS.zh)).toBe('已完成')
  })

  it('says whether the server confirmed a stop, and why not', () => {
    const stopped = (report: Partial<Answer['report']>) =>
      line({ phase: 'stopped', report: { aborted: true, notified: false, ...report } })
    expect(stopped({ notified: true, status: 200 })).toBe('stopped here and on the server')
    expect(stopped({ status: 503 })).toBe(
      'stopped here, but the server did not confirm it (HTTP 503)',
    )
    expect(stopped({})).toBe('stopped here, but the server did not confirm it')
  })
})

describe('reportLine', () => {
  it('is written as in code', () => {
    expect(reportLine({ aborted: true, notified: true, status: 200 })).toBe(
      '{ aborted: true, notified: true, status: 200 }',
    )
  })
})
