export type Random = () => number

/** A small generator of numbers in [0, 1) with 32 bits of state: speed and sameness matter here, quality doesn't. */
export function mulberry32(seed: number): Random {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export const WORDS =
  'the a of to stream event server token browser answer is and when it each light river over under quickly model'.split(
    ' ',
  )

export function pick<T>(random: Random, list: ArrayLike<T>): T {
  return list[Math.floor(random() * list.length)] as T
}
