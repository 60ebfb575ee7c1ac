import type { FlowPicture } from './flow'

/** A line of a chart, for an SVG that is `width` bins wide and as high as `HEIGHT`. */
export interface Line {
  /** Path data of the line alone. */
  path: string
  /** What its top stands for. */
  top: number
}

export interface Chart {
  width: number
  /** Tokens a second. */
  tokens: Line
  /** Kilobytes a second. */
  bytes: Line
  /** What the whole width stands for. */
  spanMs: number
}

/** The height of a chart, in the units of its paths. */
export const HEIGHT = 32

/** Draws what came when: tokens and bytes a second, each on a scale of its own. */
export function chartOf({ tokens, bytes, widthMs }: FlowPicture): Chart {
  return {
    width: tokens.length,
    tokens: line(tokens, 1000 / widthMs),
    bytes: line(bytes, 1 / widthMs),
    spanMs: tokens.length * widthMs,
  }
}

function line(bins: readonly number[], perSecond: number): Line {
  const top = roundUp(Math.max(...bins) * perSecond)
  const points = bins
    .slice(0, bins.findLastIndex(Boolean) + 1)
    .map((bin, i) => `${i + 0.5} ${(HEIGHT * (1 - (bin * perSecond) / top)).toFixed(2)}`)
  return { path: points.length > 0 ? `M${points.join('L')}` : '', top }
}

/** The next 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 5, 10].find((step) => step * power >= value) ?? 10
  return step * power
}
