import { afterEach, describe, expect, it, vi } from 'vitest'
import { Arrivals } from './arrivals'
import { oncePerFrame } from './frame'
import { splitSentences } from './sentences'
import { byteSize, duration, languageOf } from './words'

describe('splitSentences', () => {
  const text = 'One. “Two!” Three is 3.14 long.\n\n四。五！Six? And a tai'

  it('cuts at line breaks and after marks, and loses nothing', () => {
    expect(splitSentences(text, false)).toEqual({
      settled: [['One. ', '“Two!” ', 'Three is 3.14 long.\n'], ['\n'], ['四。', '五！', 'Six? ']],
      tail: 'And a tai',
    })
  })

  it('never changes a settled sentence while the text grows', () => {
    let before: string[] = []
    for (let length = 0; length <= text.length; length += 1) {
      const part = text.slice(0, length)
      const { settled, tail } = splitSentences(part, false)
      const sentences = settled.flat()
      expect(sentences.slice(0, before.length)).toEqual(before)
      expect(sentences.join('') + tail).toBe(part)
      before = sentences
    }
  })

  it('settles the tail of a complete text', () => {
    expect(splitSentences('Whole. Half', true)).toEqual({
      settled: [['Whole. ', 'Half']],
      tail: '',
    })
    expect(splitSentences('', true)).toEqual({ settled: [[]], tail: '' })
  })
})

describe('Arrivals', () => {
  it('keeps every event and its bins while time runs on', () => {
    const arrivals = new Arrivals()
    const { spanMs } = arrivals
    const { length } = arrivals.bins
    const times = [0, 1, 30, spanMs - 1, spanMs, spanMs * 7.5]
    times.forEach((ms) => arrivals.add(ms))
    expect(arrivals.bins).toHaveLength(length)
    expect(arrivals.spanMs).toBe(spanMs * 8)
    const expected: number[] = Array.from({ length }, () => 0)
    times.forEach((ms) => (expected[Math.floor((ms / arrivals.spanMs) * length)]! += 1))
    expect(arrivals.bins).toEqual(expected)
  })
})

describe('oncePerFrame', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('joins the calls before a frame into one run, and runs again in the next frame', () => {
    const frames: FrameRequestCallback[] = []
    vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame))
    const run = vi.fn()
    const changed = oncePerFrame(run)
    changed()
    changed()
    expect(run).not.toHaveBeenCalled()
    expect(frames).toHaveLength(1)
    frames.shift()!(0)
    expect(run).toHaveBeenCalledTimes(1)
    changed()
    frames.shift()!(16)
    expect(run).toHaveBeenCalledTimes(2)
  })
})

describe('words', () => {
  it('writes measures with their units', () => {
    expect([duration(12.3), duration(999), duration(1234)]).toEqual(['12 ms', '999 ms', '1.23 s'])
    expect([byteSize(512), byteSize(4100), byteSize(2.04e6)]).toEqual(['512 B', '4.1 kB', '2.0 MB'])
  })

  it('tells Chinese text from other text', () => {
    expect([languageOf('Hello, 都江堰'), languageOf('Hello')]).toEqual(['zh', 'en'])
  })
})
