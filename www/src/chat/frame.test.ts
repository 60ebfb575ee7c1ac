import { afterEach, expect, it, vi } from 'vitest'
import { oncePerFrame } from './frame'

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
