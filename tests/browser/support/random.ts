/** Numbers that a seed decides on (SplitMix32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** Evenly distributed in [0, bound). */
  below(bound: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let mixed = this.#state ^ (this.#state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    mixed ^= mixed >>> 15
    return Math.floor(((mixed >>> 0) / 2 ** 32) * bound)
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!
  }

  /** Cuts bytes anywhere, empty pieces included. */
  split(bytes: Uint8Array, longest: number): Uint8Array[] {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < bytes.length;) {
      const length = this.below(longest + 1)
      pieces.push(bytes.subarray(at, at + length))
      at += length
    }
    return pieces
  }
}

/** A seed for this run. Print it where something fails. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!
}
