const BINS = 80
const FIRST_WIDTH_MS = 100

/** How much came when: for each bin of time its tokens and bytes, oldest first. */
export interface FlowPicture {
  tokens: readonly number[]
  bytes: readonly number[]
  /** How long one bin is, in milliseconds. */
  widthMs: number
}

/**
 * Tokens and bytes over the whole life of a stream. It keeps a fixed number of bins: when time runs past the last one,
 * neighbours are joined and each bin covers twice as long.
 */
export class Flow {
  #tokens: number[] = zeros()
  #bytes: number[] = zeros()
  #widthMs = FIRST_WIDTH_MS

  /** Counts what arrived `ms` milliseconds after the start. */
  add(ms: number, tokens: number, bytes: number): void {
    while (ms >= BINS * this.#widthMs) this.#widen()
    const bin = Math.floor(ms / this.#widthMs)
    this.#tokens[bin]! += tokens
    this.#bytes[bin]! += bytes
  }

  /** A copy of it as it is now. */
  get picture(): FlowPicture {
    return { tokens: [...this.#tokens], bytes: [...this.#bytes], widthMs: this.#widthMs }
  }

  #widen(): void {
    this.#tokens = joined(this.#tokens)
    this.#bytes = joined(this.#bytes)
    this.#widthMs *= 2
  }
}

const zeros = (): number[] => Array.from({ length: BINS }, () => 0)

const joined = (bins: number[]): number[] =>
  bins.map((_, i) => (bins[2 * i] ?? 0) + (bins[2 * i + 1] ?? 0))
